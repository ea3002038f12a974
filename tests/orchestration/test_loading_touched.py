"""What a refresh must know of a load beyond the rows it added: days whose rows were replaced, altered or taken out."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.workspace import Workspace
from tests.orchestration.warehouse_workspace import (
    ASSISTANT,
    TOOL,
    event,
    load_everything,
    make_workspace,
    query,
    usage_day,
    write,
)

_TOUCHED = (
    "select load_id, tool_id, item_id, first_date, last_date, alias_no is not null "
    "from raw.touched_day order by touch_no, first_date, item_id"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def _touched(workspace: Workspace) -> list[tuple[Any, ...]]:
    return query(workspace, _TOUCHED)


def test_added_and_repeated_rows_touch_nothing(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", [event(1), event(2)], at=datetime(2026, 5, 1))
    load_everything(workspace)
    write(workspace.inbox / TOOL / "b.jsonl", [event(1), event(3)], at=datetime(2026, 5, 2))
    load_everything(workspace)
    assert _touched(workspace) == []


def test_a_replaced_event_touches_the_day_and_the_item_it_had(workspace: Workspace) -> None:
    old = event(1, time="2026-03-02T09:00:00Z", subject="old")
    write(workspace.inbox / TOOL / "a.jsonl", [old], at=datetime(2026, 5, 1))
    load_everything(workspace)
    write(workspace.inbox / TOOL / "b.jsonl", [event(1, time="2026-04-07T09:00:00Z", subject="new")])
    load_everything(workspace)
    day = date(2026, 3, 2)
    assert _touched(workspace) == [(2, TOOL, "old", day, day, True)]


def test_an_event_that_came_earlier_than_was_known_is_touched(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", [event(1)], at=datetime(2026, 5, 2))
    load_everything(workspace)
    write(workspace.inbox / TOOL / "b.jsonl", [event(1), event(2)], at=datetime(2026, 5, 1))
    load_everything(workspace)
    assert [row[:3] for row in _touched(workspace)] == [(2, TOOL, "invoice-1")]


def test_restated_counts_touch_each_week_once(workspace: Workspace) -> None:
    days = [f"2026-03-{day:02d}" for day in (2, 3, 8, 9)]  # Monday to Sunday, and the Monday after
    write(workspace.inbox / ASSISTANT / "a.ndjson", [usage_day("ann", day) for day in days], at=datetime(2026, 5, 1))
    load_everything(workspace)
    again = [usage_day("ann", day, code_generation_activity_count=3) for day in days]
    write(workspace.inbox / ASSISTANT / "b.ndjson", again, at=datetime(2026, 5, 2))
    load_everything(workspace)
    assert [(row[3], row[4]) for row in _touched(workspace)] == [
        (date(2026, 3, 2), date(2026, 3, 8)),
        (date(2026, 3, 9), date(2026, 3, 9)),
    ]


def test_counts_that_are_said_again_later_are_touched(workspace: Workspace) -> None:
    write(workspace.inbox / ASSISTANT / "a.ndjson", [usage_day("ann", "2026-03-02")], at=datetime(2026, 5, 1))
    load_everything(workspace)
    lines = [usage_day("ann", "2026-03-02"), usage_day("bob", "2026-03-04")]
    write(workspace.inbox / ASSISTANT / "b.ndjson", lines, at=datetime(2026, 5, 2))
    load_everything(workspace)
    assert [row[0:4:3] for row in _touched(workspace)] == [(2, date(2026, 3, 2))]


def test_a_full_load_says_that_everything_is_another_and_gives_no_load_id_twice(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", [event(1), event(2)], at=datetime(2026, 5, 1))
    load_everything(workspace)
    load_everything(workspace, is_full=True)
    assert _touched(workspace) == [(1, None, None, date(1, 1, 1), date(9999, 12, 31), False)]
    assert query(workspace, "select distinct load_id from raw.usage_event") == [(2,)]
