from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import CONCEALED, Identity

FORMAT = "viva-person-query"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_hashed_person_and_a_week_from_sunday() -> None:
    """1 March 2026 is a Sunday; the third row writes it as Americans do."""
    rows = read(FORMAT, FOLDER / "valid" / "weeks.csv").records
    assert [row.users for row in rows] == [(Identity("viva_person_id", f"h-{number}"),) for number in (1, 2, 3)]
    assert {(row.grain, row.period_start, row.period_end) for row in rows} == {
        ("week", date(2026, 3, 1), date(2026, 3, 8))
    }


def test_nobody_can_know_who_is_hashed_and_who_is_not_listed() -> None:
    rows = read(FORMAT, FOLDER / "valid" / "weeks.csv").records
    assert {row.users[0].namespace for row in rows} <= CONCEALED
    assert {row.coverage for row in rows} == {"unknown"}


def test_only_copilot_and_the_cohort_are_kept() -> None:
    first, _, third = read(FORMAT, FOLDER / "valid" / "weeks.csv").records
    assert first.attributes == {
        "copilot_actions_taken_in_copilot_chat_work": 5,
        "copilot_actions_taken_in_word": 2,
        "days_of_active_copilot_chat_work_usage": 3,
        "total_copilot_active_days": 4,
        "total_copilot_enabled_days": 7,
        "generate_email_draft_actions_taken_using_copilot_in_outlook": 0,
        "active_days": 4,
        "organization": "Finance",
        "functiontype": "Specialist",
        "supervisorindicator": "Manager",
        "level": "Level3",
        "leveldesignation": "Senior IC",
    }
    assert third.attributes == {"total_copilot_enabled_days": 0, "organization": "Sales"}


def test_holding_a_licence_is_no_use() -> None:
    rows = read(FORMAT, FOLDER / "valid" / "weeks.csv").records
    assert [row.is_active for row in rows] == [True, False, None]


def test_it_is_told_by_its_columns() -> None:
    found = recognise(FOLDER / "valid" / "weeks.csv")
    assert found is not None
    assert (found[0].name, found[1]) == (FORMAT, "with Copilot metrics")


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == ["missing_field", "missing_field", "bad_time", "future_time", "wrong_type", "wrong_columns"]
