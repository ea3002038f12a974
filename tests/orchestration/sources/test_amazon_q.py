from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "amazon-q-developer"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_user_and_a_day_with_the_month_first() -> None:
    first, second, third = read(FORMAT, FOLDER / "valid" / "analytic.csv").records
    assert {(row.grain, row.period_start) for row in (first, second, third)} == {("day", date(2026, 3, 2))}
    assert [row.users for row in (first, second, third)] == [
        (Identity("idc_user_id", f"0000000a-0000-4000-8000-00000000000{number}"),) for number in (1, 2, 3)
    ]


def test_messages_are_no_prompts_and_completions_are_offered_and_accepted() -> None:
    first, second, _ = read(FORMAT, FOLDER / "valid" / "analytic.csv").records
    assert first.measures == {"offered": 70, "accepted": 48, "lines_accepted": 49, "messages": 69}
    assert second.measures == {"offered": None, "accepted": None, "lines_accepted": None, "messages": 3}
    assert "prompts" not in first.measures
    assert first.attributes["chat_messagesinteracted"] == 4
    assert second.attributes == {}


def test_a_count_proves_use_and_zeros_prove_nothing() -> None:
    rows = read(FORMAT, FOLDER / "valid" / "analytic.csv").records
    assert [row.is_active for row in rows] == [True, True, None]
    assert {row.coverage for row in rows} == {"active_only"}


def test_it_is_told_by_its_columns() -> None:
    found = recognise(FOLDER / "valid" / "analytic.csv")
    assert found is not None
    assert (found[0].name, found[1]) == (FORMAT, "by_user_analytic")


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "missing_field", "bad_time", "future_time", "wrong_type", "wrong_type", "wrong_columns")
    ]
