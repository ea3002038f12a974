from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, read

from orchestration.sources.records import EventRecord, Identity

FORMAT = "langfuse"
FOLDER = FIXTURES / FORMAT


def exported() -> dict[str, EventRecord]:
    found = read(FORMAT, FOLDER / "valid" / "export.json")
    assert found.codes == []
    return {event.event_id: event for event in found.records}


def test_an_export_gives_each_trace_its_observations_and_scores() -> None:
    """t1: two observations and a score; t2: one observation and two scores. Two records of the file hold them all."""
    found = read(FORMAT, FOLDER / "valid" / "export.json")
    names = [(event.event_id, event.event_name) for event in found.records]
    assert names[:4] == [("t1", "trace"), ("o1", "span"), ("o2", "generation"), ("sc1", "score")]
    assert names[4:] == [("t2", "trace"), ("o3", "tool"), ("sc2", "score"), ("sc3", "score")]
    assert found.lines == 2


def test_a_trace_is_what_its_user_asked_and_observations_are_what_the_application_did() -> None:
    found = exported()
    ann = tuple(Identity(namespace, "Ann@example.com") for namespace in ("email", "upn", "person_id"))
    for name in ("t1", "o1", "o2", "sc1"):
        assert (found[name].users, found[name].session_id, found[name].item_id) == (ann, "s1", "t1")
    assert [found[name].is_user_initiated for name in ("t1", "o1", "o2", "t2")] == [True, False, False, False]
    assert (found["t1"].feature, found["t1"].occurred_at) == ("contract-helper", datetime(2026, 3, 2, 9, 0, 0, 250_000))
    assert (found["t2"].users, found["t2"].actor_type) == ((), "unknown")


def test_a_generation_carries_model_tokens_and_cost() -> None:
    """From 00.500 to 02.500 s are 2,000 ms. The span around it cost nothing and used no tokens: that is unknown."""
    found = exported()
    answer = found["o2"]
    assert (answer.model, answer.input_tokens, answer.output_tokens) == ("m-large", 120, 30)
    assert (answer.cost, answer.currency) == (0.003, "USD")
    assert (answer.attributes["duration_ms"], answer.attributes["is_error"]) == (2000.0, True)
    assert answer.attributes["parent_observation_id"] == "o1"
    assert (found["o1"].cost, found["o1"].currency, found["o1"].input_tokens) == (None, None, None)
    assert found["o1"].attributes["step"] == 1


def test_contents_are_dropped_and_their_lengths_kept() -> None:
    r"""The input of t1 is `"{\"question\":\"May we?\"}"`: 22 characters of JSON, six of them escaped, in quotes."""
    found = exported()
    attributes = found["t1"].attributes
    assert (attributes["input_length"], attributes["output_length"]) == (len(r'"{\"question\":\"May we?\"}"'), 6)
    assert (attributes["desk"], attributes["prompt_length"], attributes["tags"]) == ("north", 7, ["legal", "emea"])
    assert found["sc1"].attributes["comment_length"] == 8
    assert not any("May we?" in repr(event) or "Too long" in repr(event) for event in found.values())
    assert "user_name" not in attributes, "a name in the metadata names a person"


def test_scores_tell_people_from_models_and_are_no_decisions() -> None:
    found = exported()
    by_user, annotated, evaluated = found["sc1"], found["sc2"], found["sc3"]
    assert (by_user.actor_type, by_user.attributes["score_value"]) == ("unknown", 1.0)
    assert (by_user.attributes["score_label"], by_user.attributes["observation_id"]) == ("up", "o2")
    assert annotated.users == (Identity("langfuse_user_id", "lf-7"),)
    assert (annotated.actor_type, annotated.is_user_initiated) == ("human", True)
    assert (evaluated.actor_type, evaluated.users, evaluated.is_user_initiated) == ("service", (), False)
    assert {event.decision for event in found.values()} == {None}


def test_a_page_of_traces_lists_only_the_ids_of_its_parts() -> None:
    (trace,) = read(FORMAT, FOLDER / "valid" / "traces.json").records
    assert (trace.event_name, trace.users) == ("trace", (Identity("person_id", "p1"),))
    assert (trace.cost, trace.attributes["total_cost"]) == (None, 0.004)
    assert trace.attributes["input_length"] == len('{"question":"May we?"}')


def test_observations_that_stand_alone_name_nobody() -> None:
    """The export to a bucket has snake-case names and JSON as text; the older API had its own names for tokens."""
    exported_, older = read(FORMAT, FOLDER / "valid" / "observations.ndjson").records
    assert (exported_.users, exported_.actor_type, exported_.item_id) == ((), "unknown", "t3")
    assert (exported_.model, exported_.input_tokens, exported_.cost) == ("m-small", 40, 0.004)
    assert (older.input_tokens, older.output_tokens, older.cost) == (7, 3, 0.001)


def test_a_score_that_stands_alone_says_whose_trace_it_judges() -> None:
    (score,) = read(FORMAT, FOLDER / "valid" / "scores.json").records
    assert score.users[0] == Identity("email", "bob@example.com")
    assert (score.item_id, score.attributes["score_value"]) == ("t3", 0.0)


def test_a_score_has_one_key_wherever_it_is_listed() -> None:
    alone = read(FORMAT, FOLDER / "valid" / "scores.json").records[0]
    assert (alone.key[:2], exported()["sc1"].key) == (("langfuse", "score"), ("langfuse", "score", "sc1"))


def test_each_broken_record_costs_only_itself() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.codes == [
        "bad_time",
        "missing_field",
        "future_time",
        "wrong_type",
        "not_json",
        "unknown_shape",
        "wrong_type",
    ]
    assert [event.event_id for event in found.records] == ["t4"]
