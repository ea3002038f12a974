from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, read

from orchestration.sources.records import OPEN_END_AT


def test_times_become_utc_a_bare_last_day_is_included_and_an_open_end_is_open() -> None:
    found = read("outages", FIXTURES / "outages" / "valid" / "march.csv").records
    assert [(outage.starts_at, outage.ends_at) for outage in found] == [
        (datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 11, 30)),
        (datetime(2026, 3, 3), datetime(2026, 3, 4)),
        (datetime(2026, 3, 9, 8), OPEN_END_AT),
    ]


def test_every_reason_to_reject_costs_one_line() -> None:
    outcome = read("outages", FIXTURES / "outages" / "invalid" / "every_reason.csv")
    assert (outcome.records, outcome.lines) == ([], 5)
    assert outcome.codes == ["missing_field", "missing_field", "bad_span", "bad_time"]
