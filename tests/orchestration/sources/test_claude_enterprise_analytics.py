from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "claude-enterprise-analytics"
FOLDER = FIXTURES / FORMAT
PAGE = FOLDER / "valid" / "users_2026-03-02.json"


def test_a_row_is_a_user_and_the_day_in_the_files_name() -> None:
    ann = read(FORMAT, PAGE).records[0]
    assert ann.users == (Identity("email", "Ann@example.com"), Identity("anthropic_user_id", "user_01"))
    assert (ann.grain, ann.period_start, ann.period_end) == ("day", date(2026, 3, 2), date(2026, 3, 3))


def test_counts_add_up_over_surfaces_and_tools() -> None:
    """Messages 12 + 3 + 5, sessions 5 + 1 + 2, accepted 9 + 4, rejected 1 + 2."""
    ann = read(FORMAT, PAGE).records[0]
    assert ann.measures == {
        "messages": 20,
        "sessions": 8,
        "offered": 16,
        "accepted": 13,
        "rejected": 3,
        "lines_added": 120,
        "lines_removed": 30,
        "commits": 2,
    }
    assert ann.attributes["chat_thinking_message_count"] == 4
    assert ann.attributes["office_excel_message_count"] == 5
    assert ann.attributes["claude_code_tool_actions_edit_tool_accepted_count"] == 9
    assert ann.attributes["web_search_count"] == 7
    assert "chat_connectors_used_count" not in ann.attributes


def test_viewing_what_others_shared_is_no_use_and_null_is_unknown() -> None:
    ann, bob, cy = read(FORMAT, PAGE).records
    assert (ann.is_active, bob.is_active, cy.is_active) == (True, False, None)
    assert (cy.measures["messages"], cy.measures["accepted"]) == (None, None)


def test_a_day_in_the_row_or_around_the_rows_wins_over_the_name(tmp_path: Path) -> None:
    first, second = read(FORMAT, FOLDER / "valid" / "with_days.ndjson").records
    assert (first.period_start, second.period_start) == (date(2026, 3, 3), date(2026, 3, 4))
    assert (first.scope, second.scope, second.is_active) == ("org-1", "", True)
    path = tmp_path / "users_2026-03-02.json"
    path.write_text(json.dumps(json.loads(PAGE.read_text()) | {"date": "2026-03-05"}))
    assert {row.period_start for row in read(FORMAT, path).records} == {date(2026, 3, 5)}


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        "missing_field",
        "missing_field",
        "wrong_type",
        "bad_time",
        "future_time",
        "wrong_type",
        "wrong_type",
    ]
