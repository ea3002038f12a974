from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, read

from orchestration.sources.records import Identity


def test_an_item_has_a_person_a_tool_and_perhaps_times() -> None:
    first, second = read("work-items", FIXTURES / "work-items" / "valid" / "march.csv").records
    assert (first.item_id, first.tool_id, first.kind) == ("INV-7", "doc-extract", "invoice")
    assert (first.opened_at, first.closed_at) == (datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 9))
    assert first.users == (Identity("person_id", "E1"),)
    assert [user.namespace for user in second.users] == ["email", "upn", "person_id"]
    assert (second.opened_at, second.closed_at) == (None, None)


def test_every_reason_to_reject_costs_one_line() -> None:
    outcome = read("work-items", FIXTURES / "work-items" / "invalid" / "every_reason.csv")
    assert (outcome.records, outcome.lines) == ([], 6)
    assert outcome.codes == ["missing_field", "missing_field", "missing_field", "bad_span", "bad_time"]
