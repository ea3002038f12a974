from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, read

from orchestration.sources.records import EventRecord, Identity

FORMAT = "langsmith"
FOLDER = FIXTURES / FORMAT


def latest(name: str) -> dict[str, EventRecord]:
    found = read(FORMAT, FOLDER / "valid" / name)
    assert found.codes == []
    return {event.event_id: event for event in found.records}


def test_the_halves_of_a_run_are_one_event() -> None:
    """r1 and r2 are begun and completed in one batch. The completion of r9 has no beginning here."""
    found = read(FORMAT, FOLDER / "valid" / "batches.json")
    assert [event.event_id for event in found.records] == ["r1", "r2", "r3"]
    assert (found.lines, found.blanks) == (3, 1)
    first = found.records[0]
    assert (first.attributes["duration_ms"], first.attributes["is_error"]) == (2500.0, True)
    assert first.attributes["inputs_length"] == len('{"q":"May we?"}')


def test_a_run_that_is_completed_by_a_later_batch_comes_again_complete() -> None:
    begun, done, other = read(FORMAT, FOLDER / "valid" / "halves.ndjson").records
    assert (begun.key, begun.event_name, begun.users) == (done.key, done.event_name, done.users)
    assert ("duration_ms" in begun.attributes, done.attributes["duration_ms"]) == (False, 2500.0)
    assert done.attributes["inputs_length"] == begun.attributes["inputs_length"] == len('{"q":"May we?"}')
    assert (other.event_id, other.event_name) == ("r8", "llm")


def test_the_root_of_a_trace_is_what_the_person_asked_for() -> None:
    found = latest("batches.json")
    ann = tuple(Identity(namespace, "Ann@example.com") for namespace in ("email", "upn", "person_id"))
    assert (found["r1"].users, found["r1"].session_id, found["r1"].item_id) == (ann, "th1", "r1")
    assert [found[name].is_user_initiated for name in ("r1", "r2", "r3")] == [True, False, False]
    assert (found["r2"].users, found["r2"].item_id, found["r2"].attributes["parent_run_id"]) == (ann, "r1", "r1")
    assert (found["r3"].users, found["r3"].actor_type) == ((), "unknown")


def test_times_have_offsets_or_are_milliseconds() -> None:
    """10:00 at +01:00 is 09:00 UTC; 1772449200 s after 1970 are 11:00 on 2 March 2026."""
    found = latest("batches.json")
    assert found["r1"].occurred_at == datetime(2026, 3, 2, 9, 0, 0, 250_000)
    assert found["r3"].occurred_at == datetime(2026, 3, 2, 11)


def test_a_completed_call_has_model_tokens_and_time() -> None:
    answer = latest("batches.json")["r2"]
    assert (answer.model, answer.input_tokens, answer.output_tokens) == ("m-large", 12, 3)
    assert (answer.attributes["duration_ms"], answer.feature) == (2000.0, "answer")


def test_contents_are_dropped_and_plain_metadata_kept() -> None:
    root = latest("batches.json")["r1"]
    assert (root.attributes["desk"], root.attributes["project"], root.attributes["tags"]) == (
        "north",
        "contracts",
        ["legal"],
    )
    assert root.attributes["prompt_length"] == 7
    assert not any("May we?" in repr(event) or "boom" in repr(event) for event in latest("batches.json").values())


def test_listed_runs_have_costs_and_children() -> None:
    found = latest("runs.json")
    assert (found["r4"].cost, found["r4"].currency, found["r4"].input_tokens) == (0.0015, "USD", 20)
    assert found["r4"].users[0] == Identity("email", "bob@example.com")
    assert (found["r5"].event_name, found["r5"].item_id, found["r5"].is_user_initiated) == ("tool", "r4", False)


def test_feedback_tells_people_from_models_and_is_no_decision() -> None:
    by_person, by_model = latest("feedback.json").values()
    assert by_person.users == (Identity("langsmith_user_id", "ls-7"),)
    assert (by_person.actor_type, by_person.is_user_initiated, by_person.item_id) == ("human", True, "r4")
    assert (by_person.attributes["score_value"], by_person.attributes["score_label"]) == (1.0, "good")
    assert (by_model.actor_type, by_model.users, by_model.item_id) == ("service", (), "r4")
    assert (by_person.decision, by_person.attributes["comment_length"]) == (None, 5)


def test_each_broken_record_costs_only_itself() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.codes == [
        "bad_time",
        "missing_field",
        "future_time",
        "wrong_type",
        "wrong_type",
        "unknown_shape",
        "missing_field",
    ]
    assert [event.event_id for event in found.records] == ["r6"]
