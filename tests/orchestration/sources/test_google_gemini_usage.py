from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.google_gemini_usage import NO_PERIOD
from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "google-gemini-usage"
FOLDER = FIXTURES / FORMAT
REPORT = FOLDER / "valid" / "gemini_2026-03-08.csv"


def test_the_name_of_the_file_says_which_28_days_it_is_of() -> None:
    """28 days up to 8 March begin on 9 February: the second file names both."""
    for name in ("gemini_2026-03-08.csv", "gemini_2026-02-09_2026-03-08.csv"):
        ann = read(FORMAT, FOLDER / "valid" / name).records[0]
        assert (ann.grain, ann.period_start, ann.period_end) == ("28d", date(2026, 2, 9), date(2026, 3, 9))


def test_who_is_listed_without_an_active_day_used_nothing() -> None:
    ann, bob, cy = read(FORMAT, REPORT).records
    assert ann.users == (Identity("email", "Ann@example.com"),)
    assert [row.is_active for row in (ann, bob, cy)] == [True, False, None]
    assert {row.coverage for row in (ann, bob, cy)} == {"unknown"}


def test_apps_keep_their_counts_and_their_levels() -> None:
    ann, _, cy = read(FORMAT, REPORT).records
    assert ann.attributes == {
        "active_days": 12,
        "overall_usage": "High",
        "gmail": 30,
        "google_docs": 4,
        "google_sheets": 0,
        "google_slides": 0,
        "google_drive": 2,
        "google_meet": 1,
        "gemini_app": 25,
    }
    assert cy.attributes == {"overall_usage": "Low", "gmail": "Low", "gemini_app": "Medium"}


def test_a_file_whose_name_tells_no_period_is_refused_as_a_whole() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "no_period.csv")
    assert (found.records, found.lines) == ([], 4)
    assert [(reject.code, reject.reason, reject.lines) for reject in found.rejects] == [("missing_field", NO_PERIOD, 4)]


@pytest.mark.parametrize(
    ("name", "code"), [("gemini_2099-03-08.csv", "future_time"), ("gemini_2026-03-01_2026-03-08.csv", "bad_span")]
)
def test_a_name_that_cannot_be_right_refuses_the_file(tmp_path: Path, name: str, code: str) -> None:
    copy = tmp_path / name
    shutil.copyfile(REPORT, copy)
    found = read(FORMAT, copy)
    assert (found.records, found.codes, found.lines) == ([], [code], 4)


def test_it_is_told_by_its_columns() -> None:
    found = recognise(FOLDER / "invalid" / "no_period.csv")
    assert found is not None
    assert (found[0].name, found[1]) == (FORMAT, "28 days")


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason_2026-03-08.csv")
    assert found.records == []
    assert found.codes == ["missing_field", "wrong_type", "wrong_type", "unknown_value", "wrong_columns"]
