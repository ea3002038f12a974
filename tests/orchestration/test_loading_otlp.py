"""OpenTelemetry brings events and counts in one file: both reach their tables, and every line meets one fate."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse_workspace import NOW, contents, make_workspace, query, registry, touch

from orchestration.registry.cross_checks import formats
from orchestration.warehouse import LoadReport, open_warehouse
from orchestration.workspace import Workspace

AGENT = "coding-agent"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources" / "otlp"
_SUMS = (
    "select sum(sessions), sum(lines_added), sum(lines_removed), sum(input_tokens), sum(output_tokens), sum(accepted), "
    "sum(rejected), sum(commits), round(sum(cost), 6) from raw.usage_aggregate where grain = 'day'"
)


def _registry() -> dict[str, list[dict[str, Any]]]:
    rows = registry()
    tool, source = dict(rows["tool"][0]), dict(rows["tool_source"][0])
    tool |= {"tool_id": AGENT, "title": AGENT, "position": 2, "reads_aggregates": True}
    source |= {"tool_id": AGENT, "source_id": f"{AGENT}/otlp", "format": "otlp", "path": f"inbox/{AGENT}"}
    return {"tool": [*rows["tool"], tool], "tool_source": [*rows["tool_source"], source]}


def _load(workspace: Workspace, *, replays: bool = False) -> LoadReport:
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(_registry())
        report = warehouse.load_tool(AGENT)
        if replays:
            warehouse.replay(AGENT)
        warehouse.verify_ledger()
    assert report.is_balanced
    return report


def _put(workspace: Workspace, name: str, data: bytes, *, hours: int = 0) -> None:
    path = workspace.inbox / AGENT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    touch(path, NOW - timedelta(hours=100 - hours))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def _requests(name: str = "requests.jsonl") -> list[bytes]:
    return (FIXTURES / "valid" / name).read_bytes().splitlines()


def test_one_file_fills_both_tables(workspace: Workspace) -> None:
    _put(workspace, "a.jsonl", b"\n".join(_requests()))
    report = _load(workspace)
    assert (report.lines_read, report.loaded, report.quarantined) == (6, 6, 0)
    assert query(workspace, "select count(*) from raw.usage_event") == [(21,)]
    assert query(workspace, _SUMS) == [(1, 40, 4, 1200, 100, 2, 1, 1, 0.0125)]
    assert query(workspace, "select dataset, status from raw.load") == [("events", "loaded")]


def test_delivered_again_split_and_in_any_order_nothing_changes(tmp_path: Path) -> None:
    """Every request, twice over, cut into files at random; cumulative points too."""
    lines = _requests() + _requests("cumulative.jsonl")
    whole = make_workspace(tmp_path / "whole")
    _put(whole, "a.jsonl", b"\n".join(lines), hours=0)
    _load(whole)
    expected = _content(whole)
    for seed in range(4):
        rng = random.Random(seed)
        again = make_workspace(tmp_path / f"again{seed}")
        shuffled = lines * 2
        rng.shuffle(shuffled)
        while shuffled:
            size = rng.randrange(1, 6)
            _put(again, f"{len(shuffled)}.jsonl", b"\n".join(shuffled[:size]), hours=rng.randrange(90))
            shuffled = shuffled[size:]
            if rng.random() < 0.5:
                _load(again)
        _load(again)
        assert _content(again) == expected
    assert query(whole, "select lines_added from raw.usage_aggregate where not is_final order by 1") == [(3,), (60,)]


def _content(workspace: Workspace) -> tuple[Any, ...]:
    """What was said, without when and in which file it came; each vault has a salt of its own."""
    event = "event_id, event_name, occurred_at, seq, is_user_initiated, decision, decision_source, cost, attributes"
    count = "part, grain, period_start, lines_added, input_tokens, cost, accepted, attributes, as_of"
    return (
        query(workspace, f"select {event} from raw.usage_event order by all"),
        query(workspace, f"select {count} from raw.usage_aggregate order by all"),
    )


def test_a_bad_record_is_quarantined_by_itself_and_replay_accounts_for_it(workspace: Workspace) -> None:
    """Three requests of two records; the first and the second record of one are unreadable: one line, two entries."""
    _put(workspace, "bad.jsonl", (FIXTURES / "invalid" / "requests.jsonl").read_bytes())
    report = _load(workspace)
    assert (report.lines_read, report.quarantined, report.loaded) == (7, 7, 0)
    assert query(workspace, "select count(*) from raw.quarantine") == [(16,)]
    assert query(workspace, "select event_name from raw.usage_event") == [("a.b",)]
    before = contents(workspace)
    _load(workspace, replays=True)
    assert contents(workspace) == before


def test_records_that_time_makes_readable_are_replayed_one_by_one(workspace: Workspace) -> None:
    """A clock ran two days ahead: the record before it on the line was read, it is read by the replay."""
    said = [
        {
            "timeUnixNano": str(nanoseconds),
            "attributes": [{"key": "event.name", "value": {"stringValue": f"x.{place}"}}],
        }
        for place, nanoseconds in enumerate((1_780_300_000 * 10**9, 1_780_488_000 * 10**9, 1_780_489_000 * 10**9))
    ]
    line = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": said}]}]}).encode()
    _put(workspace, "ahead.jsonl", line)
    assert (_load(workspace).loaded, len(query(workspace, "select 1 from raw.quarantine"))) == (1, 2)
    with open_warehouse(workspace, now=NOW + timedelta(days=3)) as warehouse:
        warehouse.replace_registry(_registry())
        warehouse.replay(AGENT)
        warehouse.verify_ledger()
    names = query(workspace, "select event_name from raw.usage_event order by 1")
    assert names == [("x.0",), ("x.1",), ("x.2",)]
    assert query(workspace, "select 1 from raw.quarantine") == []


def test_no_identifier_reaches_the_warehouse(workspace: Workspace) -> None:
    _put(workspace, "a.jsonl", b"\n".join(_requests()))
    _load(workspace)
    stored = workspace.warehouse.read_bytes()
    for word in (b"ann@example.com", b"bob@example.com", b"inst-9", b"acc-1", b"anns-laptop", b"secret question"):
        assert word not in stored


def test_a_tool_that_reads_it_has_events_and_counts() -> None:
    assert formats()["otlp"].datasets == ("events", "aggregates")
