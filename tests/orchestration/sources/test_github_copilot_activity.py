from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "github-copilot-activity"
FOLDER = FIXTURES / FORMAT
REPORT = FOLDER / "valid" / "activity.csv"


def test_a_row_is_a_seat_at_the_time_of_the_report() -> None:
    ann = read(FORMAT, REPORT).records[0]
    assert ann.users == (Identity("github_login", "Ann-B"),)
    assert (ann.grain, ann.as_of) == ("snapshot", datetime(2026, 3, 9, 6, 30))
    assert (ann.period_start, ann.period_end) == (date(2025, 12, 10), date(2026, 3, 10))
    assert ann.attributes == {
        "last_activity_at": "2026-03-05T05:30:00Z",
        "last_authenticated_at": "2026-03-01T07:00:00Z",
        "surface": "vscode/1.99.0/copilot-chat/0.27.0",
    }


def test_the_word_none_is_nothing() -> None:
    _, labs, bob, eve = read(FORMAT, REPORT).records
    assert bob.attributes == {"last_authenticated_at": "2026-03-02T07:00:00Z"}
    assert [seat.is_active for seat in (labs, bob, eve)] == [True, False, False]
    assert eve.attributes["last_activity_at"] == "2025-11-30T10:00:00Z"


def test_a_person_of_two_organisations_keeps_both_rows() -> None:
    acme, labs = read(FORMAT, REPORT).records[:2]
    assert (acme.scope, labs.scope) == ("organization:acme", "organization:acme-labs")
    assert acme.key != labs.key


def test_a_report_without_organisations_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "activity.csv"
    path.write_text("Report Time,Login,Last Authenticated At,Last Activity At,Last Surface Used\n" + ROW)
    assert [(seat.scope, seat.is_active) for seat in read(FORMAT, path).records] == [("", True)]


ROW = "2026-03-09T06:30:00Z,ann,None,2026-03-08T05:30:00Z,vscode\n"


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        "missing_field",
        "missing_field",
        "bad_time",
        "future_time",
        "future_time",
        "wrong_columns",
    ]
