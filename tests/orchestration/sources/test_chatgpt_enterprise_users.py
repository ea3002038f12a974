from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "chatgpt-enterprise-users"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_user_and_a_week_from_sunday() -> None:
    ann = read(FORMAT, FOLDER / "valid" / "weekly_2026.csv").records[0]
    assert ann.users == (Identity("email", "Ann@example.com"), Identity("openai_user_id", "user-a1"))
    assert (ann.grain, ann.period_start, ann.period_end) == ("week", date(2026, 3, 1), date(2026, 3, 8))
    assert (ann.is_active, ann.measures, ann.coverage, ann.scope) == (True, {"messages": 42}, "all_members", "ws-1")


def test_days_and_counts_are_kept_and_names_are_not() -> None:
    ann = read(FORMAT, FOLDER / "valid" / "weekly_2026.csv").records[0]
    assert ann.attributes == {
        "cadence": "Weekly",
        "user_status": "enabled",
        "first_activity_date": "2026-03-02",
        "last_activity_date": "2026-03-05",
        "last_day_active": "2026-03-08",
        "created_or_invited_date": "2025-09-01",
        "gpt_messages": 5,
        "gpts_messaged": 1,
        "tool_messages": 7,
        "tools_messaged": 2,
        "project_messages": 3,
        "projects_messaged": 1,
        "projects_created": 1,
        "credits_used": 12.5,
        "model_gpt-large_messages": 40,
        "model_gpt-small_messages": 2,
        "tool_web_messages": 6,
        "tool_code_messages": 1,
    }


def test_inactive_people_are_listed_and_who_has_not_joined_has_used_nothing(tmp_path: Path) -> None:
    _, bob, cy = read(FORMAT, FOLDER / "valid" / "weekly_2026.csv").records
    assert (bob.is_active, bob.measures["messages"]) == (False, 0)
    assert (cy.is_active, cy.measures["messages"], cy.attributes["user_status"]) == (False, None, "pending")
    path = tmp_path / "unsaid.csv"
    path.write_text(
        "period_start,period_end,email,user_status,messages\n2026-03-01,2026-03-07,a@example.com,enabled,\n"
    )
    assert read(FORMAT, path).records[0].is_active is None


def test_a_month_that_names_the_day_after_it_is_that_month_and_python_text_is_read() -> None:
    (ann,) = read(FORMAT, FOLDER / "valid" / "monthly_2025.csv").records
    assert (ann.grain, ann.period_start, ann.period_end) == ("month", date(2025, 11, 1), date(2025, 12, 1))
    assert ann.attributes["model_gpt-large_messages"] == 60


def test_the_first_exports_told_neither_cadence_nor_activity() -> None:
    ann, bob, year = read(FORMAT, FOLDER / "valid" / "older.csv").records
    assert (ann.grain, ann.is_active, bob.is_active) == ("week", True, False)
    assert (year.grain, year.period_start, year.period_end) == ("window", date(2025, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("cadence", "first", "last", "grain", "end"),
    [
        ("Weekly", "2026-03-01", "2026-03-08", "week", date(2026, 3, 8)),
        ("Monthly", "2026-02-01", "2026-02-28", "month", date(2026, 3, 1)),
        ("", "2026-02-02", "2026-03-01", "28d", date(2026, 3, 2)),
        ("Daily", "2026-03-02", "2026-03-02", "day", date(2026, 3, 3)),
        ("", "2026-03-01", "2026-03-08", "window", date(2026, 3, 9)),
    ],
)
def test_the_length_of_a_period_tells_what_it_is(
    tmp_path: Path, cadence: str, first: str, last: str, grain: str, end: date
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        f"cadence,period_start,period_end,email,user_status,messages\n{cadence},{first},{last},a@example.com,,1"
    )
    (row,) = read(FORMAT, path).records
    assert (row.grain, row.period_end) == (grain, end)


@pytest.mark.parametrize("cell", ["many", "[1, 2]", '"{""a"": ""b""}"', "__import__('os')", "{1: 2}", "(" * 300])
def test_a_cell_that_is_no_count_by_name_costs_nothing(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "export.csv"
    header = "period_start;period_end;email;user_status;messages;model_to_messages\n"
    path.write_text(f"{header}2026-03-01;2026-03-07;a@example.com;enabled;3;{cell}\n")
    (row,) = read(FORMAT, path).records
    assert (row.measures["messages"], [name for name in row.attributes if "model" in name]) == (3, [])


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "bad_span", "missing_field", "unknown_value", "wrong_type"),
        *("wrong_type", "future_time", "future_time", "future_time", "wrong_columns"),
    ]
