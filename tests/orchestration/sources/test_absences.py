from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

from orchestration.sources.records import OPEN_END, AbsenceRecord


def test_days_are_inclusive_and_an_open_end_is_open() -> None:
    assert read("absences", FIXTURES / "absences" / "valid" / "march.csv").records == [
        AbsenceRecord(2, 1, "E1", date(2026, 3, 2), date(2026, 3, 6), "leave", {"approved_by": "E2"}),
        AbsenceRecord(3, 1, "E2", date(2026, 3, 2), OPEN_END, "sick", {}),
    ]


def test_every_reason_to_reject_costs_one_line() -> None:
    outcome = read("absences", FIXTURES / "absences" / "invalid" / "every_reason.csv")
    assert (outcome.records, outcome.lines) == ([], 5)
    assert outcome.codes == ["missing_field", "missing_field", "bad_span", "bad_time"]
