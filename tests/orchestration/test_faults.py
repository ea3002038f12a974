"""Clocks that are wrong, files made to hurt, and lines that are mended: what a fault may cost, and no more."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse_workspace import (
    ASSISTANT,
    NOW,
    TOOL,
    contents,
    event,
    load_everything,
    make_workspace,
    query,
    usage_day,
    write,
)

from orchestration import sources
from orchestration.loading import inbox as inbox_module
from orchestration.loading.report import LoadReport
from orchestration.sources.formats import SourceFormat
from orchestration.sources.records import Parsed, Reject
from orchestration.transform import run_models
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
from tests.scale import stated

REPAIRABLE = stated(20_000, 600)
PEAK_MB = 512


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


@pytest.mark.parametrize("time", ["2999-12-31T00:00:00Z", "2026-06-02T12:00:01Z", "9999-12-31T23:59:59Z"])
def test_what_lies_more_than_a_day_ahead_is_quarantined(workspace: Workspace, time: str) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", [event(1), event(2, time=time)])
    write(workspace.inbox / ASSISTANT / "a.ndjson", [usage_day("annlee", time[:10]), usage_day("annlee", "2026-05-01")])
    report = load_everything(workspace)
    assert query(workspace, "select event_id from raw.usage_event") == [("e1",)]
    assert query(workspace, "select count(*) from raw.quarantine where reason_code = 'future_time'")[0][0] >= 1
    assert report.lines_read == report.loaded + report.quarantined == 4


@pytest.mark.slow
def test_a_watermark_never_passes_now_and_old_clocks_judge_nobody(workspace: Workspace) -> None:
    """1970 is before the tool went live; a clock that is a few hours fast is believed up to now."""
    ahead = (NOW + timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [event(1, time="1970-01-01T00:00:00Z"), event(2), event(3, time=ahead)]
    write(workspace.inbox / TOOL / "a.jsonl", lines)
    write(workspace.inbox / "people/people_2026-01-01.csv", ["person_id,email", "p1,user1@corp.example"])
    load_everything(workspace)
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.set_run("run", NOW, code_version="1", rule_book_hash="")
        calendar = {"timezone": "UTC", "working_days": 31, "org_unit": "department", "small_group": 10}
        warehouse.replace_registry({"calendar": [calendar]})
    run_models(workspace, select=["+int_tool_watermarks", "+int_uses"]).raise_if_failed()
    watermarks = query(
        workspace, "select watermark_at from intermediate.int_tool_watermarks where watermark_at is not null"
    )
    assert watermarks
    assert all(at <= NOW for (at,) in watermarks)
    assert query(workspace, "select count(*) from intermediate.int_uses where usage_date < date '2026-01-01'") == [(0,)]


def _half_blind(original: SourceFormat) -> SourceFormat:
    """The format before it was mended: it refuses every line that says `amount`."""

    def parse(path: Path, **options: Any) -> Iterator[Parsed]:
        for item in original.parse(path, **options):
            if getattr(item, "attributes", {}).get("amount") is not None:
                line = path.read_bytes().split(b"\n")
                offset = sum(len(one) + 1 for one in line[: item.line_no - 1])
                yield Reject(
                    item.line_no, offset, item.lines, "wrong_type", "amount is no number", line[item.line_no - 1]
                )
            else:
                yield item

    return replace(original, parse=parse)


@contextmanager
def _read_by(name: str, known: SourceFormat) -> Iterator[None]:
    """`FORMATS` with another reader of one name, wherever it is looked up."""
    formats = dict(sources.FORMATS) | {name: known}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox_module, "FORMATS", formats)
        yield


@pytest.mark.reliability
def test_every_line_that_a_mended_format_reads_is_replayed_and_nothing_differs(tmp_path: Path) -> None:
    rng = random.Random(23)
    lines = [event(number, amount=number) if rng.random() < 0.3 else event(number) for number in range(REPAIRABLE)]
    lines = [line if rng.random() > 0.02 else f"{{broken {number}" for number, line in enumerate(lines)]
    clean, mended = make_workspace(tmp_path / "clean"), make_workspace(tmp_path / "mended")
    for workspace in (clean, mended):
        workspace.vault.mkdir()
        (workspace.vault / "key").write_bytes(b"k" * 32)
        for part in range(3):
            at = datetime(2026, 5, 1 + part)
            write(workspace.inbox / TOOL / f"{part}.jsonl", lines[part::3], at=at)
    load_everything(clean)
    with _read_by("human-decision", _half_blind(sources.FORMATS["human-decision"])):
        before = load_everything(mended)
    broken = sum(line.startswith("{broken") for line in lines)
    assert before.quarantined == broken + sum('"amount"' in line for line in lines) > broken
    with open_warehouse(mended, now=NOW) as warehouse:
        report = warehouse.replay()
        warehouse.verify_ledger()
    assert report.mended == before.quarantined - broken
    assert contents(mended) == contents(clean)


_LOAD_BOMB = """
import re, sys
from pathlib import Path
from warehouse_workspace import load_everything
from orchestration.workspace import Workspace
load_everything(Workspace(Path(sys.argv[1])))
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def peak_of_load(workspace: Workspace) -> int:
    """Peak memory in MB of a process that loads the workspace."""
    here = Path(__file__).resolve().parent
    environment = {"PYTHONPATH": f"{here}:{here.parent.parent}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", _LOAD_BOMB, str(workspace.root)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return int(outcome.stdout)


BOMBS = {
    "a long line": lambda: gzip.compress(b"x" * stated(3 << 30, 300 << 20), 1),
    "an open object": lambda: gzip.compress(b'{"id": "' + b"a" * (200 << 20), 1),
    "deep nesting": lambda: b'{"data": ' + b"[" * 2_000_000,
    "many lines": lambda: gzip.compress(b"{}\n" * stated(500_000, 200_000), 1),
    "a package in a package": lambda: gzip.compress(gzip.compress(b"0" * (100 << 20), 9), 9),
}


@pytest.mark.reliability
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_a_clear_reason_and_little_memory(workspace: Workspace, name: str) -> None:
    content = BOMBS[name]()
    ending = ".gz" if content[:2] == b"\x1f\x8b" else ""
    (workspace.inbox / TOOL / f"bomb.jsonl{ending}").write_bytes(content)
    write(workspace.inbox / TOOL / "good.jsonl", [event(1)])
    assert peak_of_load(workspace) < PEAK_MB
    assert query(workspace, "select event_id from raw.usage_event") == [("e1",)]
    told = query(
        workspace, "select reason from raw.quarantine union all select message from raw.load where status = 'refused'"
    )
    assert told
    assert all(len(reason) > 10 for (reason,) in told)


def test_names_that_climb_out_of_the_inbox_reach_nothing(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Names are only names: a path in a record is never opened, and no file lies anywhere but where it lay."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.jsonl").write_text(event(7))
    odd = ["%2e%2e%2fetc", "x\\..\\..\\x", "a\nb", "root~x", "$(id)", "-rf", "*", "c:\\x"]
    for number, name in enumerate(odd):
        line = event(number, item_path="../../secret.jsonl", file=str(outside))
        write(workspace.inbox / TOOL / f"{name}.jsonl", [line])
    (workspace.inbox / TOOL / "up").symlink_to(outside.parent, target_is_directory=True)
    before = sorted(path for path in outside.parent.rglob("*") if workspace.root not in path.parents)
    assert load_everything(workspace) == LoadReport(files=len(odd) + 1, lines_read=len(odd), loaded=len(odd))
    assert sorted(path for path in outside.parent.rglob("*") if workspace.root not in path.parents) == before
    assert query(workspace, "select count(*) from raw.usage_event where event_id = 'e7'") == [(1,)]


def test_a_late_event_counts_on_its_own_day(workspace: Workspace) -> None:
    """Seven days late, in a file of another day, twice: it stands once, where it happened."""
    first = [event(number, time=f"2026-05-{1 + number:02d}T09:00:00Z") for number in range(20)]
    write(workspace.inbox / TOOL / "a.jsonl", first, at=datetime(2026, 5, 21))
    load_everything(workspace)
    late = event(99, time="2026-05-14T09:00:00Z")
    write(workspace.inbox / TOOL / "b.jsonl", [late, *first[10:], late], at=datetime(2026, 5, 21, 12))
    assert load_everything(workspace) == LoadReport(files=1, lines_read=12, loaded=1, duplicate=11)
    sql = "select count(*), count(*) filter (cast(occurred_at as date) = date '2026-05-14') from raw.usage_event"
    assert query(workspace, sql) == [(21, 2)]
    assert json.loads(late)["id"] == "e99"
