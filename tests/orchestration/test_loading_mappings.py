"""Logs that a mapping describes, from the inbox to the tables: booked, quarantined, replayed, read anew."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import ConfigError
from orchestration.loading.inbox import inputs_fingerprint, tool_files
from orchestration.sources.periods import modified_at
from orchestration.warehouse import LoadReport, Warehouse, open_warehouse
from orchestration.workspace import Workspace
from tests.orchestration.warehouse_workspace import NOW, TOOL, contents, make_workspace, registry, touch, write

EVENTS = """\
version: 1
source: desk
read: {format: ndjson}
grain: {kind: event}
identity: [{namespace: email, field: user}, {namespace: badge, field: badge}]
time: {field: at, format: '%Y-%m-%d %H:%M'}
fields: {event_name: {const: decide}, event_id: id, decision: verdict}
"""
COUNTS = """\
version: 1
source: report
read: {format: csv}
grain: {kind: aggregate, period: day}
identity: {namespace: email, field: Mail}
time: Day
fields: {prompts: Asked}
"""
AT = datetime(2026, 4, 1)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path)
    (made.config / "mappings").mkdir()
    declare(made, EVENTS)
    return made


def declare(space: Workspace, text: str) -> None:
    (space.config / "mappings" / "desk.yml").write_text(text)


def line(number: int, at: str = "2026-03-02 09:00", **more: Any) -> str:
    content = {"id": f"e{number}", "user": f"u{number % 3}@example.com", "at": at, "verdict": "accepted"}
    return json.dumps(content | more)


def drop(space: Workspace, name: str, lines: Iterable[str], at: datetime = AT) -> Path:
    return write(space.inbox / TOOL / name, lines, at=at)


def opened(space: Workspace) -> Any:
    return open_warehouse(space, now=NOW)


def load(space: Workspace) -> LoadReport:
    with opened(space) as warehouse:
        register(warehouse)
        report: LoadReport = warehouse.load_tool(TOOL)
        warehouse.verify_ledger()
    return report


def register(warehouse: Warehouse) -> None:
    rows = registry()
    for source in rows["tool_source"]:
        if source["tool_id"] == TOOL:
            source |= {"format": "mapping:desk.yml", "source_id": f"{TOOL}/mapping:desk.yml"}
    warehouse.replace_registry(rows)


def clean(space: Workspace, root: Path) -> dict[str, Any]:
    """What the tables hold when the same inbox is read by the same mapping for the first time."""
    other = make_workspace(root)
    (other.config / "mappings").mkdir()
    declare(other, (space.config / "mappings" / "desk.yml").read_text())
    other.vault.mkdir(exist_ok=True)
    (other.vault / "key").write_bytes((space.vault / "key").read_bytes())
    for path in sorted((space.inbox / TOOL).iterdir()):
        copy = other.inbox / TOOL / path.name
        copy.write_bytes(path.read_bytes())
        touch(copy, modified_at(path))
    load(other)
    return contents(other)


def rows(space: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with opened(space) as warehouse:
        return warehouse.session.rows(sql)  # type: ignore[no-any-return]


def test_events_and_broken_lines_of_a_mapping_are_booked(space: Workspace) -> None:
    drop(space, "a.jsonl", [line(1), line(1), "{", line(2, at="soon"), "", line(3)])
    report = load(space)
    assert (report.lines_read, report.loaded, report.duplicate, report.quarantined, report.blank) == (6, 2, 1, 2, 1)
    assert load(space).lines_read == 0


def test_a_replay_after_mending_gives_what_a_clean_run_gives(space: Workspace, tmp_path: Path) -> None:
    drop(space, "a.jsonl", [line(1), line(2, at="02.03.2026 10:00"), line(3, at="03.03.2026 10:00"), line(4)])
    drop(space, "b.jsonl", [line(5, at="04.03.2026 11:00")])
    assert load(space).quarantined == 3
    declare(space, EVENTS.replace("'%Y-%m-%d %H:%M'", "'%Y-%m-%d %H:%M', alt_formats: ['%d.%m.%Y %H:%M']"))
    with opened(space) as warehouse:
        report = warehouse.replay()
        warehouse.verify_ledger()
    assert (report.mended, report.remaining) == (3, 0)
    mended = contents(space)
    assert mended == clean(space, tmp_path / "clean")
    load(space)  # the mapping has changed: everything is read anew, to the same end
    assert contents(space) == mended


def test_a_replay_reads_sealed_lines_of_files_that_have_gone(space: Workspace) -> None:
    path = drop(space, "a.jsonl", [line(1), line(2, at="02.03.2026 10:00")])
    load(space)
    path.unlink()
    declare(space, EVENTS.replace("'%Y-%m-%d %H:%M'", "'%Y-%m-%d %H:%M', alt_formats: ['%d.%m.%Y %H:%M']"))
    with opened(space) as warehouse:
        assert warehouse.replay().mended == 1
    assert rows(space, "select count(*) from raw.usage_event") == [(2,)]


def test_a_csv_refused_for_its_header_is_replayed_once_its_column_is_named(space: Workspace, tmp_path: Path) -> None:
    declare(space, COUNTS.replace("field: Mail", "field: Email"))
    drop(space, "a.csv", ["Mail,Day,Asked", "ann@example.com,2026-03-02,3", "bob@example.com,2026-03-02,4"])
    assert load(space).quarantined == 3
    declare(space, COUNTS)
    with opened(space) as warehouse:
        assert warehouse.replay().mended == 3
    assert contents(space) == clean(space, tmp_path / "clean")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("decision: verdict", "final_value: verdict"),
        ("event_id: id", "event_id: [nr, id]"),
        ("source: desk", "source: counter"),
        (", {namespace: badge, field: badge}", ""),
        ("namespace: email", "namespace: upn"),
        ("kind: event", "kind: aggregate, period: day"),
    ],
)
def test_a_mapping_that_means_something_else_is_as_if_it_had_always_meant_it(
    space: Workspace, tmp_path: Path, old: str, new: str
) -> None:
    drop(space, "a.jsonl", [line(n, badge=n, nr=n + 100, prompts=n) for n in range(5)] + ["{"])
    drop(space, "b.jsonl", [line(n, badge=n, prompts=n) for n in range(3, 8)])
    load(space)
    before = contents(space)
    text = EVENTS.replace(old, new)
    if "aggregate" in new:
        text = text.replace("event_name: {const: decide}, event_id: id, decision: verdict", "prompts: prompts")
    declare(space, text)
    load(space)
    after = contents(space)
    assert after != before
    assert after == clean(space, tmp_path / "clean")
    assert load(space).lines_read == 0


def test_a_comment_in_a_mapping_reads_nothing_anew(space: Workspace) -> None:
    drop(space, "a.jsonl", [line(1)])
    load(space)
    declare(space, "# the desk's log\n" + EVENTS)
    assert load(space).lines_read == 0


def test_what_files_that_have_gone_said_stays_when_a_mapping_changes(space: Workspace) -> None:
    """One file was overwritten, one grew, one was taken away."""
    drop(space, "latest.jsonl", [line(1), line(2)])
    drop(space, "grows.jsonl", [line(3)])
    away = drop(space, "away.jsonl", [line(4)])
    load(space)
    drop(space, "latest.jsonl", [line(2), line(5)], at=datetime(2026, 4, 2))
    drop(space, "grows.jsonl", [line(3), line(6)], at=datetime(2026, 4, 2))
    away.unlink()
    load(space)
    declare(space, EVENTS.replace("const: decide", "const: decided"))
    load(space)
    found = rows(space, "select event_id, event_name from raw.usage_event order by event_id")
    assert found == [
        ("e1", "decide"), ("e2", "decided"), ("e3", "decided"), ("e4", "decide"), ("e5", "decided"), ("e6", "decided"),
    ]  # fmt: skip


def test_a_run_that_dies_before_it_has_read_anew_loses_nothing(space: Workspace, tmp_path: Path) -> None:
    drop(space, "a.jsonl", [line(n) for n in range(5)])
    load(space)
    declare(space, EVENTS.replace("const: decide", "const: decided"))
    with opened(space) as warehouse:
        register(warehouse)
        next(iter(tool_files(warehouse.session, TOOL)))
    assert rows(space, "select count(*) from raw.usage_event") == [(0,)]
    load(space)
    assert contents(space) == clean(space, tmp_path / "clean")


def test_a_mapping_that_has_gone_is_told(space: Workspace) -> None:
    drop(space, "a.jsonl", [line(1)])
    (space.config / "mappings" / "desk.yml").unlink()
    with pytest.raises(ConfigError, match=r"config/mappings/desk\.yml does not exist"):
        load(space)


def test_no_identifier_of_a_mapped_log_stands_in_the_warehouse(space: Workspace) -> None:
    drop(
        space,
        "a.jsonl",
        [line(1, badge="Q-77-canary", note="by u1@example.com, Q-77-canary"), line(2, at="x Q-77-canary")],
    )
    load(space)
    content = space.warehouse.read_bytes()
    assert b"u1@example.com" not in content
    assert b"Q-77-canary" not in content


def test_what_a_filter_drops_and_what_explodes_balances_in_the_books(space: Workspace) -> None:
    text = EVENTS.replace("format: ndjson", "format: ndjson, explode: [tries]").replace(
        "event_id: id", "event_id: tries.id"
    )
    declare(space, text + "filters: [{drop_if: tries.by = 'robot', reason: robot}]\n")
    tries = [{"id": "t1", "by": "robot"}, {"id": "t2"}, {"id": "t3"}]
    drop(
        space, "a.jsonl", [line(1, tries=tries), line(2, tries=tries[:1]), line(3, tries=[]), line(1, tries=tries[1:])]
    )
    report = load(space)
    assert (report.lines_read, report.loaded, report.duplicate, report.blank) == (4, 1, 1, 2)
    assert rows(space, "select event_id from raw.usage_event order by 1") == [("t2",), ("t3",)]


def test_a_changed_mapping_is_news_for_a_run(space: Workspace) -> None:
    before = inputs_fingerprint(space)
    declare(space, EVENTS + "# another day\n")
    assert inputs_fingerprint(space) != before
