from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

from orchestration.sources.records import EligibleRecord, Identity


def test_a_seat_may_be_open_at_either_end() -> None:
    assert read("eligible", FIXTURES / "eligible" / "valid" / "doc-extract_seats.csv").records == [
        EligibleRecord(2, 1, (Identity("email", "ann@acme.test"),), date(2026, 1, 1), None, {}),
        EligibleRecord(3, 1, (Identity("email", "bo@acme.test"),), None, date(2026, 6, 30), {}),
    ]


def test_every_reason_to_reject_costs_one_line() -> None:
    outcome = read("eligible", FIXTURES / "eligible" / "invalid" / "every_reason.csv")
    assert (outcome.records, outcome.lines) == ([], 4)
    assert outcome.codes == ["missing_field", "bad_time", "bad_span"]
