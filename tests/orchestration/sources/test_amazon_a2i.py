from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FOLDER = FIXTURES / "amazon-a2i"


def test_an_answer_is_an_event_at_its_submission_without_a_decision() -> None:
    first, second = read("amazon-a2i", FOLDER / "valid" / "output.json").records
    assert (first.event_name, first.occurred_at) == ("review_submitted", datetime(2026, 3, 2, 9, 1, 30, 500_000))
    assert (first.decision, first.confidence, first.dwell_ms, first.final_value) == (None, 0.41, 90500.0, "Fraud")
    assert first.users == (Identity("cognito_sub", "s-1"), Identity("a2i_worker_id", "w1"))
    assert second.final_value == '{"category":{"label":"Fraud"},"sure":true}'
    assert first.key != second.key
    assert "private" not in repr((first, second))


def test_every_reason_to_reject_costs_one_loop() -> None:
    outcome = read("amazon-a2i", FOLDER / "invalid" / "every_reason.json")
    assert outcome.records == []
    assert outcome.codes == ["unknown_shape", "missing_field", "missing_field", "wrong_type", "wrong_type"]
