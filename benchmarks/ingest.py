"""CPU and peak memory of loading events, as a ratio to bare DuckDB that reads the same file into a typed table.

    .venv/bin/python -m benchmarks.ingest --lines 1e7 --repeats 2
    .venv/bin/python -m benchmarks.ingest --merge 1e7 3e7 1e8

Each load is a process of its own, bare and takeup's by turns, so that a machine that slows down slows both.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.whole_run import Cost, measure
from orchestration.commands.output import say, table

TOOL = "claims-triage"
PEOPLE = 50_000
DAY_LINES = 550_000
_DAY = 86_400_000
_EVENTS = """
    select
        '{"specversion":"1.0","id":"' || substr(md5(i::varchar), 1, 24) || '","source":"/acme/claims-triage","type":"'
        || ['com.acme.claims.recommendation_shown', 'com.acme.claims.prediction.accepted',
            'com.acme.claims.prediction.edited', 'com.acme.claims.prediction.rejected'][1 + i % 4]
        || '","subject":"claim-' || (i // 3) || '","time":"'
        || strftime(timestamp '2026-01-05' + to_milliseconds(
            (i * $span // $lines + $first - case when i % 100 = 50 then $late else 0 end)::bigint
        ), '%Y-%m-%dT%H:%M:%S.%g')
        || 'Z","data":{"user":"person' || (hash(i) % $people) || '@acme.example","session_id":"s' || (i // 9)
        || '","decision_source":"human","confidence":0.' || (1 + hash(i + 1) % 9)::varchar || (1 + i % 9)::varchar
        || ',"predicted_value":"' || ['approve', 'deny', 'escalate'][(1 + hash(i + 2) % 3)::bigint]
        || '","dwell_ms":' || (200 + hash(i + 3) % 90000) || ',"model":"claims-v3","amount":' || (hash(i + 4) % 100000)
        || ',"risk_band":"' || ['A', 'B', 'C'][(1 + hash(i + 5) % 3)::bigint] || '"'
        || case when i % 4 = 2 then ',"final_value":"deny"' else '' end || '}}' as line, i
    from (select i - case when i % 100 = 99 then $again else 0 end as i from range($lines) as events(i))
"""
_BROKEN = """
    case i // 100 % 9
        when 0 then substr(line, 1, 150)
        when 1 then replace(line, '"dwell_ms":', '"dwell_ms":"long","x":')
        when 2 then replace(line, '"id":', '"identity":')
        when 3 then replace(line, 'Z","data"', 'X","data"')
        when 4 then replace(line, '"time":"2026', '"time":"2999')
        when 5 then 'ERROR ' || line
        when 6 then '[' || i || ']'
        when 7 then replace(line, '"data":{', '"data":{{')
        else replace(line, '"subject":"', '"subject":"' || chr(9))
    end
"""
_BARE_NDJSON = """
    create table event as select * exclude (data), data.* from read_json('{path}', format = 'newline_delimited',
        {options} columns = {{specversion: 'VARCHAR', id: 'VARCHAR', source: 'VARCHAR', type: 'VARCHAR',
        subject: 'VARCHAR', time: 'TIMESTAMP', data: 'STRUCT("user" VARCHAR, session_id VARCHAR,
        decision_source VARCHAR, confidence DOUBLE, predicted_value VARCHAR, dwell_ms DOUBLE, model VARCHAR,
        amount DOUBLE, risk_band VARCHAR, final_value VARCHAR)'}})
"""
_COLUMNS = """
    substr(md5(i::varchar), 1, 24) as id,
    ['recommendation_shown', 'accepted', 'edited', 'rejected'][1 + i % 4] as kind,
    'claim-' || (i // 3) as claim,
    strftime(timestamp '2026-01-05' + to_milliseconds((i * $span // $lines)::bigint), '%Y-%m-%dT%H:%M:%S.%gZ')
        as told_at,
    'person' || (hash(i) % $people) || '@acme.example' as clerk, 's' || (i // 9) as session_id,
    '0.' || (1 + hash(i + 1) % 9) || (1 + i % 9) as confidence,
    ['approve', 'deny', 'escalate'][(1 + hash(i + 2) % 3)::bigint] as predicted_value,
    (200 + hash(i + 3) % 90000)::varchar as dwell_ms, 'claims-v3' as model, (hash(i + 4) % 100000)::varchar as amount,
    ['A', 'B', 'C'][(1 + hash(i + 5) % 3)::bigint] as risk_band, case when i % 4 = 2 then 'deny' end as final_value
"""
_TYPED = """
    replace (rtrim(told_at, 'Z')::timestamp as told_at, confidence::double as confidence, dwell_ms::double as dwell_ms,
        amount::bigint as amount)
"""
_BROKEN_CSV = """
    case i // 100 % 9
        when 0 then substr(line, 1, 60)
        when 1 then line || ',more'
        when 2 then '"' || line
        when 3 then replace(line, 'Z,', 'X,')
        when 4 then replace(line, ',2026', ',2999')
        when 5 then regexp_replace(line, '^[^,]*', '')
        when 6 then replace(line, ',claim', ',"claim')
        when 7 then replace(line, '@acme', '')
        else replace(line, ',0.', ',zero')
    end
"""
_MAPPING = """\
version: 1
source: claims
read: {format: FORMAT}
grain: {kind: event}
identity: {namespace: email, field: clerk}
time: told_at
fields:
  event_name: kind
  event_id: id
  item_id: claim
  session_id: session_id
  confidence: confidence
  predicted_value: predicted_value
  dwell_ms: dwell_ms
  model: model
  final_value: final_value
"""
_BARE_CSV = """
    create table event as select * from read_csv('{path}', header = true, {options} columns = {{id: 'VARCHAR',
        kind: 'VARCHAR', claim: 'VARCHAR', told_at: 'TIMESTAMP', clerk: 'VARCHAR', session_id: 'VARCHAR',
        confidence: 'DOUBLE', predicted_value: 'VARCHAR', dwell_ms: 'DOUBLE', model: 'VARCHAR', amount: 'DOUBLE',
        risk_band: 'VARCHAR', final_value: 'VARCHAR'}})
"""
_BARE = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute("set enable_progress_bar = false")
    connection.execute("set memory_limit = '1GB'")
    connection.execute("set temp_directory = '" + sys.argv[1] + ".spill'")
    connection.execute(sys.argv[2])
    connection.execute("checkpoint")
"""
_TAKEUP = """
import sys
from datetime import datetime
from pathlib import Path
from benchmarks.ingest import TOOL, registry
from orchestration.loading.inbox import tool_files
from orchestration.loading.loader import load_files
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
with open_warehouse(Workspace.at(Path(sys.argv[1])), now=datetime(2026, 12, 1)) as warehouse:
    warehouse.replace_registry(registry(sys.argv[3]))
    report = load_files(warehouse.session, tool_files(warehouse.session, TOOL))["events"]
assert report.is_balanced and report.lines_read == int(sys.argv[2]), report
print(report)
"""


def main() -> None:
    """Print a table per question."""
    options = _options()
    root = Path(tempfile.mkdtemp(prefix="takeup-ingest-", dir=options.scratch))
    try:
        if options.lines:
            _compare(root, int(options.lines), options.repeats, options.kinds)
        if options.merge:
            _merge(root, [int(rows) for rows in options.merge])
    finally:
        shutil.rmtree(root)


def _compare(root: Path, lines: int, repeats: int, kinds: Sequence[str]) -> None:
    rows = []
    for kind in kinds:
        path, statement = _WRITERS[kind](root, lines)
        pairs = [(_bare(root, statement), _takeup(root, path, lines)) for _ in range(repeats)]
        bare, ours = (median(each.cpu for each in side) for side in zip(*pairs, strict=True))
        peak = max(pair[1].peak for pair in pairs)
        rows.append(
            (kind, round(bare, 1), round(ours, 1), round(ours / bare, 2), round(ours / lines * 1e6, 2), round(peak))
        )
        path.unlink()
    say(f"{lines:,} lines, medians of {repeats}\n")
    say(table(("file", "bare CPU s", "takeup CPU s", "ratio", "us a line", "peak MB"), rows))


def _bare(root: Path, statement: str) -> Cost:
    database = root / "bare.duckdb"
    database.unlink(missing_ok=True)
    return measure([sys.executable, "-c", _BARE, str(database), statement])


def _takeup(root: Path, path: Path, lines: int) -> Cost:
    workspace = root / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    _place(workspace, path)
    physical = lines + (path.suffix == ".csv")  # with the header
    return measure([sys.executable, "-c", _TAKEUP, str(workspace), str(physical), _format_of(workspace, path)])


def _format_of(workspace: Path, path: Path) -> str:
    """The format of the file; what is no JSON is described by a mapping, which is written into the workspace."""
    if ".jsonl" in path.suffixes:
        return "human-decision"
    folder = workspace / "config" / "mappings"
    folder.mkdir()
    (folder / "claims.yml").write_text(_MAPPING.replace("FORMAT", path.suffix[1:]))
    return "mapping:claims.yml"


def _place(workspace: Path, path: Path) -> None:
    inbox = _prepared(workspace) / "inbox" / TOOL
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / path.name).hardlink_to(path)


def _prepared(workspace: Path) -> Path:
    """An empty workspace."""
    (workspace / "config").mkdir(parents=True, exist_ok=True)
    (workspace / "config" / "tools.yml").write_text("tools: []\n")
    return workspace


def _clean(root: Path, lines: int) -> tuple[Path, str]:
    path = _write(root / "clean.jsonl", lines)
    return path, _BARE_NDJSON.format(path=path, options="")


def _broken(root: Path, lines: int) -> tuple[Path, str]:
    """One line of a hundred, of nine kinds; bare DuckDB loses them, which is the cheapest that it can do."""
    path = _write(root / "broken.jsonl", lines, f"case when i % 100 = 7 then {_BROKEN} else line end")
    return path, _BARE_NDJSON.format(path=path, options="ignore_errors = true,")


def _gzip(root: Path, lines: int) -> tuple[Path, str]:
    plain = _write(root / "clean.jsonl", lines)
    subprocess.run(["gzip", "-1", "-f", str(plain)], check=True)
    path = plain.with_suffix(".jsonl.gz")
    return path, _BARE_NDJSON.format(path=path, options="")


def _csv(root: Path, lines: int) -> tuple[Path, str]:
    path = root / "clean.csv"
    _copy(f"select {_COLUMNS} from range($lines) as events(i)", lines, path, "format csv")
    return path, _BARE_CSV.format(path=path, options="auto_detect = false,")


def _broken_csv(root: Path, lines: int) -> tuple[Path, str]:
    """As with JSON; bare DuckDB is told to go on after an error."""
    clean, path = root / "all.csv", root / "broken.csv"
    _copy(f"select {_COLUMNS} from range($lines) as events(i)", lines, clean, "format csv")
    line = f"case when i % 100 = 7 then {_BROKEN_CSV} else line end"
    told = f"(select line, row_number() over () - 2 as i from read_csv('{clean}', header = false, delim = '\x01', "
    told += "quote = '', escape = '', columns = {line: 'VARCHAR'}))"
    options = "header false, quote '', escape '', delimiter '\x01'"
    _copy(f"select {line} as line from {told} order by i", lines, path, f"format csv, {options}")
    clean.unlink()
    return path, _BARE_CSV.format(path=path, options="auto_detect = false, ignore_errors = true, quote = '',")


def _parquet(root: Path, lines: int) -> tuple[Path, str]:
    path = root / "clean.parquet"
    told = f"(select {_COLUMNS} from range($lines) as events(i))"
    _copy(f"select * {_TYPED} from {told}", lines, path, "format parquet")
    return path, f"create table event as select * from '{path}'"


def _copy(sql: str, lines: int, path: Path, options: str) -> None:
    values = {"lines": lines, "people": PEOPLE, "span": 180 * _DAY}
    for name, value in values.items():
        sql = sql.replace(f"${name}", str(value))
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"copy ({sql}) to '{path}' ({options})")


_WRITERS: dict[str, Callable[[Path, int], tuple[Path, str]]] = {
    "clean": _clean,
    "broken": _broken,
    "gzip": _gzip,
    "csv": _csv,
    "broken-csv": _broken_csv,
    "parquet": _parquet,
}


def _write(path: Path, lines: int, line: str = "line", **others: int) -> Path:
    """Events as JSON lines, spread over `span` milliseconds from `first` on."""
    values = {"lines": lines, "people": PEOPLE, "span": 180 * _DAY, "first": 0, "late": 0, "again": 0} | others
    sql = _EVENTS
    for name, value in values.items():
        sql = sql.replace(f"${name}", str(value))
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            f"copy (select {line} as line from ({sql})) to '{path}' (format csv, header false, quote '', escape '', "
            "delimiter '\x01')"
        )
    return path


def _merge(root: Path, sizes: Sequence[int]) -> None:
    """What a new day costs on top of a history: one hundredth late, one hundredth said again."""
    rows = []
    for size in sizes:
        workspace = root / f"history-{size}"
        day = _write(root / "day.jsonl", DAY_LINES, span=_DAY, first=180 * _DAY, late=7 * _DAY, again=1)
        _fill(workspace, size)
        _place(workspace, day)
        cost = measure([sys.executable, "-c", _TAKEUP, str(workspace), str(DAY_LINES), "human-decision"])
        rows.append((f"{size:,}", round(cost.cpu, 1), round(cost.peak)))
        shutil.rmtree(workspace)
        day.unlink()
    say(f"a day of {DAY_LINES:,} lines\n")
    say(table(("events stored", "CPU s", "peak MB"), rows))


def _fill(workspace: Path, rows: int) -> None:
    """A history of events as if it had been loaded, day by day, each in one load."""
    code = "import sys; from pathlib import Path; from benchmarks.ingest import fill; "
    measure(
        [sys.executable, "-c", code + "fill(Path(sys.argv[1]), int(sys.argv[2]))", str(_prepared(workspace)), str(rows)]
    )


def fill(workspace: Path, rows: int) -> None:
    """Write `rows` events of 180 days straight into the table of a new warehouse."""
    from orchestration.warehouse import open_warehouse
    from orchestration.workspace import Workspace

    with open_warehouse(Workspace.at(workspace)) as warehouse:
        connection = warehouse.session.connection
        for start in range(0, rows, 1_228_800):
            connection.execute(
                """
                insert into raw.usage_event by name
                select (hash(i) >> 1)::bigint as event_no, hash(i + 1) as key_rest, md5(i::varchar) as event_id,
                    'claims-triage' as tool_id, 'claims-triage/human-decision' as source_id, 'accepted' as event_name,
                    timestamp '2026-01-05' + to_milliseconds((i * 180 * 86400000 // $rows)::bigint) as occurred_at,
                    (hash(i) % 50000)::bigint as alias_no, 'human' as actor_type, true as is_user_initiated,
                    'claim-' || (i // 3) as item_id, 's' || (i // 9) as session_id, 0.5 as confidence,
                    0 as load_id, i as line_no, 1 as lines, timestamp '2026-07-01' as first_file_at
                from range($start, $end) as events(i)
                """,
                {"rows": rows, "start": start, "end": min(rows, start + 1_228_800)},
            )


def registry(format_name: str) -> dict[str, list[dict[str, object]]]:
    """The rows of the registry without which nothing is loaded."""
    source = {"source_id": f"{TOOL}/{format_name}", "tool_id": TOOL, "format": format_name, "grain": "event"}
    return {"tool_source": [source | {"path": f"inbox/{TOOL}", "late_days": 0, "freshness_hours": None}]}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--lines", type=float, help="lines of each file")
    parser.add_argument("--kinds", nargs="+", default=list(_WRITERS), choices=list(_WRITERS))
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--merge", nargs="+", type=float, help="events stored before a new day comes")
    parser.add_argument("--scratch", type=Path, help="where files may be written")
    return parser.parse_args()


if __name__ == "__main__":
    main()
