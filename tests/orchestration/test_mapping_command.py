"""takeup mapping: a draft that passes its check and loads its own file, and what a mapping makes of a file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import UsageError
from orchestration.registry.check import check
from orchestration.registry.mapping_draft import draft
from orchestration.registry.mapping_words import likeness
from orchestration.registry.mappings import format_of_text
from orchestration.sources.looking import recognise
from orchestration.warehouse import open_warehouse
from tests.conftest import takeup
from tests.orchestration.registry.workspaces import tool, workspace
from tests.orchestration.warehouse_workspace import NOW, TOOL, make_workspace, registry

RECORDS: list[dict[str, Any]] = [
    {"id": f"e{n}", "user_email": f"u{n % 3}@example.com", "created_at": f"2026-03-{n + 1:02d}T09:00:00Z",
     "action": ("ask", "accept")[n % 2], "case_id": f"c-{n}", "score": n / 10, "comment": "looks good " * 10}
    for n in range(10)
]  # fmt: skip


def written(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text) and None


def counts_csv(path: Path) -> None:
    rows = "".join(f"01/{12 + n}/2026;ann{n}@example.com;{n};{2 * n};Ann\n" for n in range(1, 9))
    path.write_text(f"Date;User Email;Prompts;Suggestions accepted;Full Name\n{rows}")


def rolling_csv(path: Path) -> None:
    path.write_text("Email,Active,Searches\nann@example.com,TRUE,3\nbob@example.com,FALSE,0\n")


def tsv_without_header(path: Path) -> None:
    rows = [f"web\t2026-03-0{n} 09:00:00\t{n}77\tann@example.com\t" + '{"a": "b"}' for n in range(1, 9)]
    path.write_text("\n".join(rows) + "\n")


def database(path: Path) -> None:
    made = sqlite3.connect(path)
    made.execute("create table users (id, name)")
    made.execute('create table "log entries" (id integer, user_email text, created_at integer, verdict text)')
    made.executemany(
        'insert into "log entries" values (?,?,?,?)',
        [(n, f"u{n}@example.com", 1772442000000 + n, "ok") for n in range(10)],
    )
    made.commit()
    made.close()


def parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(RECORDS), path)


def telemetry(path: Path) -> None:
    def record(n: int) -> dict[str, Any]:
        attribute = {"key": "user.email", "value": {"stringValue": f"u{n}@example.com"}}
        return {"timeUnixNano": str(1772442000000000000 + n), "eventName": "asked", "attributes": [attribute]}

    request = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record(n) for n in range(5)]}]}]}
    path.write_text(json.dumps(request))


def nested(n: int) -> dict[str, Any]:
    who = {"User": {"UserEmail": f"u{n}@example.com"}, "Type": "CHAT"}
    return {"insertId": f"i{n}", "timestamp": f"2026-03-02T09:00:0{n}Z", "jsonPayload": who, "user.agent": "x"}


SHAPES: dict[str, tuple[str, Callable[[Path], None], int]] = {
    "events, NDJSON": ("a.jsonl", written("\n".join(map(json.dumps, RECORDS))), 10),
    "events, one line": ("a.json", written(json.dumps(RECORDS[0])), 1),
    "events, array": ("a.json", written(json.dumps(RECORDS, indent=1)), 10),
    "events, pages glued": ("a.json", written(json.dumps({"data": RECORDS[:5], "page": 1}) * 2), 10),
    "events, nested NDJSON": ("a.ndjson", written("\n".join(json.dumps(nested(n)) for n in range(5))), 5),
    "events, epoch": (
        "a.json",
        written(json.dumps([r | {"created_at": 1772442000 + n} for n, r in enumerate(RECORDS)])),
        10,
    ),
    "counts, semicolons, American dates": ("a.csv", counts_csv, 8),
    "counts, day in the name": ("export_2026-03-29.csv", rolling_csv, 2),
    "events, TSV without header": ("a.tsv", tsv_without_header, 8),
    "events, SQLite": ("a.db", database, 10),
    "events, Parquet": ("a.parquet", parquet, 10),
    "events, telemetry": ("a.json", telemetry, 5),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_draft_passes_its_check_and_reads_its_own_file(shape: str, tmp_path: Path) -> None:
    name, write, records = SHAPES[shape]
    path = tmp_path / name
    write(path)
    made = draft(path, "desk")
    assert (made.records, made.rejected) == (records, 0), made.text
    space = workspace(tmp_path / "ws", tool(log_format="'mapping:desk.yml'"))
    (space.config / "mappings").mkdir()
    (space.config / "mappings" / "desk.yml").write_text(made.text)
    assert [str(problem) for problem in check(space) if "mappings" in str(problem.file)] == []
    kind = "event" if shape.startswith("events") else "aggregate"
    assert f"grain: {{kind: {kind}" in made.text
    assert "namespace: email" in made.text
    assert format_of_text(made.text).dataset == f"{kind}s"


def test_a_drafted_mapping_loads_its_file(tmp_path: Path) -> None:
    space = make_workspace(tmp_path)
    path = space.inbox / TOOL / "export.csv"
    counts_csv(path)
    assert recognise(path) is None
    (space.config / "mappings").mkdir()
    (space.config / "mappings" / "desk.yml").write_text(draft(path, "desk").text)
    rows = registry()
    rows["tool_source"][0] |= {"format": "mapping:desk.yml", "source_id": f"{TOOL}/mapping:desk.yml"}
    with open_warehouse(space, now=NOW) as warehouse:
        warehouse.replace_registry(rows)
        report = warehouse.load_tool(TOOL)
        warehouse.verify_ledger()
        found = warehouse.session.rows("select period_start::varchar, prompts, accepted from raw.usage_aggregate")
    assert (report.loaded, report.quarantined) == (8, 0)
    assert min(found) == ("2026-01-13", 1, 2)


def test_a_draft_says_what_must_be_checked_and_keeps_no_free_text(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, RECORDS)))
    text = draft(path).text
    assert "drop: [comment]" in text
    assert "item_id: case_id  # check" in text
    assert "event_name: action  # check" in text
    assert "time: created_at\n" in text
    assert "looks good" not in text
    assert "example.com" not in text


def test_a_field_that_turns_out_otherwise_becomes_an_attribute(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"2026-03-02,u{n}@example.com,{n},{n}\n" for n in range(300))
    path.write_text(f"Date,Email,Prompts,Sessions\n{rows}2026-03-02,x@example.com,many,2\n")
    made = draft(path)
    assert (made.records, made.rejected) == (301, 0)
    assert "sessions: Sessions" in made.text
    assert "prompts:" not in made.text


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", "", "an empty file"),
        ("a.xml", "<log><e/></log>", "XML"),
        ("a.csv", "Day,Prompts\n2026-03-02,3\n", "no field names a person"),
        ("a.csv", "Apples,Pears\nred,green\n", "no field looks like a person or a time"),
        ("a.csv", "Date,Email,Prompts\n", "no record was found"),
    ],
)
def test_what_cannot_be_described_is_told(tmp_path: Path, name: str, content: str, what: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=what):
        draft(path)


def test_names_are_told_by_their_words() -> None:
    assert likeness("createdBy.userEmail", ["user_email"]) == 2
    assert likeness("Sum of accepted", ["accepted"]) > 0
    assert likeness("unacceptedly", ["accepted"]) == 0


def test_the_commands(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    counts_csv(path)
    drafted = takeup("mapping", "draft", str(path), "--tool", "desk")
    assert drafted.returncode == 0, drafted.stderr
    assert "format: mapping:desk.yml" in drafted.stderr
    mapping = tmp_path / "desk.yml"
    mapping.write_text(drafted.stdout)
    path.write_text(path.read_text() + "broken\n")
    tried = takeup("mapping", "test", str(mapping), str(path))
    assert tried.returncode == 1
    assert "10 read = 8 loadable + 1 rejected + 1 blank" in tried.stdout
    assert "example.com" not in tried.stdout
    facts = json.loads(takeup("mapping", "test", str(mapping), str(path), "--json", "--limit", "1").stdout)
    assert (facts["records"], facts["people"], len(facts["examples"])) == (8, 8, 1)
    mapping.write_text(drafted.stdout.replace("source: desk", "sorce: desk"))
    wrong = takeup("mapping", "test", str(mapping), str(path))
    assert wrong.returncode == 2
    assert "unknown key 'sorce'; did you mean 'source'?" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert takeup("mapping", "test", str(mapping), str(tmp_path / "none.csv")).returncode == 2
