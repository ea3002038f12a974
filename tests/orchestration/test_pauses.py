"""Tools taken out of judgement and back: who may, what is kept, which weeks it touches."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.commands.tool_pause import Request, pause_tool, resume_tool
from orchestration.errors import DataError, UsageError
from orchestration.registry.loading import load
from orchestration.registry.pauses import OPEN_END
from orchestration.registry.production_rows import pause_spans, paused_from
from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace

TOOLS = """\
tools:
- id: doc-extract
  title: Invoice extraction
  owner: {name: Ada Lovelace, email: ada@example.com}
  live_from: 2026-03-02
  sources: [{format: human-decision}]
  production:
    deputies: [{name: Grace Hopper, email: Grace@example.com}]
- id: strict
  title: Strict
  owner: {name: Ada Lovelace, email: ada@example.com}
  live_from: 2026-03-02
  sources: [{format: human-decision}]
  production: {authority: {pause: [boss@example.com]}}
"""
MAY = date(2026, 5, 4)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = init_workspace(tmp_path / "w").workspace
    made.tools_file.write_text(TOOLS)
    return made


def ask(tool: str = "doc-extract", by: str = "ada@example.com", **more: date) -> Request:
    return Request(tool, by, "retraining", **{"first": MAY, **more})


def spans(workspace: Workspace) -> list[tuple[date, date]]:
    return [(one.first_date, one.last_date) for one in load(workspace).pauses]


def test_an_owner_pauses_until_a_day_or_until_they_resume(workspace: Workspace) -> None:
    pause_tool(workspace, ask(until=date(2026, 5, 17)), as_json=False)
    pause_tool(workspace, ask(first=date(2026, 6, 1)), as_json=False)
    assert spans(workspace) == [(MAY, date(2026, 5, 17)), (date(2026, 6, 1), OPEN_END)]
    resume_tool(workspace, ask(first=date(2026, 6, 8)), as_json=False)
    assert spans(workspace) == [(MAY, date(2026, 5, 17)), (date(2026, 6, 1), date(2026, 6, 7))]


def test_a_pause_says_who_when_and_why(workspace: Workspace) -> None:
    pause_tool(workspace, ask(by="grace@EXAMPLE.com"), as_json=False)
    [one] = load(workspace).pauses
    assert (one.decided_by, one.reason, one.decided_at is not None) == ("grace@EXAMPLE.com", "retraining", True)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (
            ask(by="eve@example.com"),
            "eve@example.com may not pause doc-extract - ask ada@example.com, Grace@example.com",
        ),
        (ask("strict"), "ada@example.com may not pause strict - ask boss@example.com"),
        (ask("doc-extrat"), "there is no tool 'doc-extrat'; did you mean 'doc-extract'?"),
        (ask(until=date(2026, 5, 1)), "before the pause begins"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(workspace: Workspace, request_: Request, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        pause_tool(workspace, request_, as_json=False)
    assert says in str(caught.value)
    assert not workspace.pauses.exists()


def test_nobody_pauses_twice_or_resumes_what_runs(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="is not paused"):
        resume_tool(workspace, ask(), as_json=False)
    pause_tool(workspace, ask(), as_json=False)
    with pytest.raises(UsageError, match="already"):
        pause_tool(workspace, ask(first=date(2026, 5, 9)), as_json=False)


def test_resuming_before_it_began_takes_a_pause_back(workspace: Workspace) -> None:
    pause_tool(workspace, ask(first=date(2026, 6, 1)), as_json=False)
    resume_tool(workspace, ask(first=MAY), as_json=False)
    assert spans(workspace) == []


def test_a_broken_journal_is_no_reason_to_judge_a_paused_tool(workspace: Workspace) -> None:
    workspace.pauses.write_text('{"act": "pause"}\n')
    with pytest.raises(DataError, match="put the file back"):
        load(workspace)


def test_what_the_models_read_of_pauses(workspace: Workspace) -> None:
    pause_tool(workspace, ask(until=date(2026, 5, 17)), as_json=False)
    pause_tool(workspace, ask(first=date(2026, 6, 1)), as_json=False)
    pauses = load(workspace).pauses
    assert pause_spans(pauses) == [
        {"first_date": "2026-05-04", "last_date": "2026-05-17"},
        {"first_date": "2026-06-01", "last_date": "9999-12-31"},
    ]
    assert pause_spans(()) is None
    days = (date(2026, 5, 1), date(2026, 5, 10), date(2026, 5, 20), date(2026, 7, 1))
    assert [paused_from(pauses, day) for day in days] == [MAY, MAY, date(2026, 6, 1), date(2026, 6, 1)]
