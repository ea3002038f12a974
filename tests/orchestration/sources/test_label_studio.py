from __future__ import annotations

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FOLDER = FIXTURES / "label-studio"


def test_the_origin_of_a_region_says_what_was_done_with_the_prediction() -> None:
    found = read("label-studio", FOLDER / "valid" / "export.json")
    assert [(event.event_id, event.event_name, event.decision) for event in found.records] == [
        ("10", "annotation_accepted", "accepted"),
        ("review-90", "review_rejected", "rejected"),
        ("11", "annotation_edited", "edited"),
        ("12", "annotation_overridden", "overridden"),
        ("13", "annotation_skipped", None),
        ("14", "annotation_submitted", None),
    ]
    assert (found.lines, found.blanks) == (3, 1)


def test_an_annotation_carries_the_prediction_it_started_from() -> None:
    first = read("label-studio", FOLDER / "valid" / "export.json").records[0]
    assert (first.confidence, first.model, first.predicted_value, first.final_value) == (0.4, "v3", "Spam", "Spam")
    assert (first.dwell_ms, first.item_id) == (2500.0, "1")
    assert first.users == (Identity("label_studio_id", "3"),)


def test_every_reason_to_reject_costs_one_task() -> None:
    outcome = read("label-studio", FOLDER / "invalid" / "every_reason.json")
    assert outcome.records == []
    assert outcome.codes == ["unknown_shape", "bad_time", "missing_field", "wrong_type", "future_time"]
