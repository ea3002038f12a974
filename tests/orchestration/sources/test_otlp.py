"""OpenTelemetry: every figure here was counted by hand in the fixtures."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from accounting import FIXTURES, Outcome, content, read

from orchestration.sources import FORMATS
from orchestration.sources.looking import look
from orchestration.sources.records import AggregateRecord, EventRecord, Identity

VALID = FIXTURES / "otlp" / "valid"


def valid(name: str) -> Outcome:
    return read("otlp", VALID / name)


@pytest.fixture(scope="module")
def requests() -> Outcome:
    return valid("requests.jsonl")


def events(found: Outcome, session: str | None = None) -> list[EventRecord]:
    return [r for r in found.records if isinstance(r, EventRecord) and session in (None, r.session_id)]


def counts(found: Outcome) -> list[AggregateRecord]:
    return [record for record in found.records if isinstance(record, AggregateRecord)]


def of(found: Outcome, user: str) -> list[EventRecord]:
    return [event for event in events(found) if event.users and event.users[0].value == user]


def test_each_line_counts_once_however_many_records_stand_on_it(requests: Outcome) -> None:
    """Six lines: 6 log records, 6, 4, 4 spans with 1 event on one of them, 13 data points, 2 data points."""
    assert (requests.codes, requests.lines, requests.blanks) == ([], 6, 0)
    assert len(requests.records) == 6 + 6 + 4 + 5 + 13 + 2
    assert [record.line_no for record in requests.records if record.lines] == [1, 2, 3, 4, 5, 6]


def test_claude_code_decisions_are_human_only_when_the_person_made_them(requests: Outcome) -> None:
    decided = [event for event in of(requests, "ann@example.com") if event.event_name == "tool_decision"]
    assert [(event.feature, event.decision, event.decision_source, event.is_user_initiated) for event in decided] == [
        ("Edit", "accepted", "human", True),
        ("Bash", "accepted", "auto", False),
        ("Write", "rejected", "human", True),
    ]
    assert [event.attributes["source"] for event in decided] == ["user_temporary", "config", "user_reject"]


def test_of_claude_code_prompts_are_the_persons_own_and_requests_and_results_are_not(requests: Outcome) -> None:
    found = {event.event_name: event for event in events(requests, "s-1")}
    assert {name: event.is_user_initiated for name, event in found.items()} == {
        "user_prompt": True,
        "api_request": False,
        "tool_decision": True,
        "tool_result": False,
    }
    asked = found["api_request"]
    assert (asked.model, asked.input_tokens, asked.output_tokens, asked.cost, asked.currency) == (
        "claude-sonnet-4-6",
        1200,
        85,
        0.0125,
        "USD",
    )
    assert (asked.occurred_at, asked.seq, asked.item_id) == (datetime(2026, 5, 18, 9, 0, 4, 5000), 2, "pr-1")
    assert (found["tool_result"].decision, found["tool_result"].decision_source) == (None, None)


def test_people_are_named_by_email_first_and_by_everything_else_after(requests: Outcome) -> None:
    assert events(requests, "s-1")[0].users == (
        Identity("email", "ann@example.com"),
        Identity("account_uuid", "acc-1"),
        Identity("install_id", "inst-1"),
    )
    assert of(requests, "bob@example.com")[0].users[1] == Identity("account_id", "org-1")
    assert of(requests, "cara@example.com")[0].users[1] == Identity("install_id", "inst-9")
    assert of(requests, "dan@example.com")[0].users[1] == Identity("upn", "dan@example.com")


def test_of_codex_only_what_the_user_approved_or_denied_is_human(requests: Outcome) -> None:
    found = of(requests, "bob@example.com")
    decided = [event for event in found if event.event_name == "tool_decision"]
    assert [(event.decision, event.decision_source, event.item_id) for event in decided] == [
        ("accepted", "human", "call-1"),
        ("accepted", "auto", "call-2"),
        ("rejected", "human", "call-3"),
    ]
    assert [event.attributes["said_decision"] for event in decided] == ["approved_for_session", "approved", "denied"]
    assert [event.event_name for event in found if event.is_user_initiated] == [
        "user_prompt",
        "tool_decision",
        "tool_decision",
    ]
    assert (found[-1].input_tokens, found[-1].output_tokens, found[-1].conversation_id) == (5000, 210, "c-1")


def test_a_record_without_its_own_time_takes_that_of_its_attribute_before_that_of_the_collector(
    requests: Outcome,
) -> None:
    assert of(requests, "bob@example.com")[0].occurred_at == datetime(2026, 5, 18, 10, 0, 0, 500_000)


def test_of_gemini_what_was_accepted_without_asking_is_not_human(requests: Outcome) -> None:
    calls = [event for event in events(requests, "g-1") if event.event_name == "tool_call"]
    assert [(event.feature, event.decision, event.decision_source, event.is_user_initiated) for event in calls] == [
        ("replace", "edited", "human", True),
        ("read_file", "accepted", "auto", False),
    ]


def test_a_span_is_an_event_named_by_its_operation(requests: Outcome) -> None:
    chat, evaluation, tool = of(requests, "p1")
    assert (chat.event_name, chat.model, chat.input_tokens, chat.output_tokens) == ("chat", "gpt-5-2026", 97, 52)
    assert chat.key == ("otlp", "span", "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174")
    assert (chat.conversation_id, chat.use_case, chat.is_user_initiated) == ("conv-1", "answer ticket", True)
    assert (chat.attributes["duration_ms"], chat.attributes["gen_ai_provider_name"]) == (1500.0, "openai")
    assert (evaluation.event_name, evaluation.is_user_initiated) == ("gen_ai.evaluation.result", False)
    assert evaluation.attributes["gen_ai_evaluation_score_value"] == 0.75
    assert (evaluation.input_tokens, evaluation.conversation_id) == (None, "conv-1")
    assert (tool.event_name, tool.feature, tool.is_user_initiated) == ("execute_tool", "lookup", False)
    assert (tool.attributes["is_error"], tool.attributes["parent_span_id"]) == (True, "eee19b7ec3c1b174")
    assert {chat.item_id, evaluation.item_id} == {"5b8efff798038103d269b633813fc60c"}


def test_deprecated_and_openinference_names_fill_the_same_columns(requests: Outcome) -> None:
    (old,), (inferred,) = of(requests, "dan@example.com"), of(requests, "p2")
    assert (old.event_name, old.input_tokens, old.output_tokens) == ("completion", 11, 7)
    assert old.attributes["gen_ai_provider_name"] == "openai"
    assert (inferred.event_name, inferred.model, inferred.input_tokens) == ("llm", "gpt-4-0613", 20)
    assert (inferred.session_id, inferred.is_user_initiated) == ("o-1", True)


def test_no_content_no_person_and_no_machine_stays_among_the_attributes(requests: Outcome) -> None:
    kept = json.dumps([record.attributes for record in requests.records])
    for word in ("fix this test", "Explain", "It does this", "secret", "because", "hello", "/home", "role", "Weather"):
        assert word not in kept
    for word in ("example.com", "inst-", "acc-1", "laptop"):
        assert word not in kept
    first = events(requests, "s-1")
    assert (first[0].attributes["prompt_length"], first[3].attributes["tool_parameters_length"]) == (21, 25)
    assert of(requests, "dan@example.com")[0].attributes["gen_ai_prompt_length"] == len("hello")


def test_delta_points_are_parts_of_a_day_that_add_up(requests: Outcome) -> None:
    """Lines 30 + 10 added, output 85 + 15 tokens; 2 edits accepted and 1 rejected by ann, 5 accepted by a setting."""
    found = counts(requests)
    assert {(count.grain, count.period_start, count.period_end) for count in found} == {
        ("day", date(2026, 5, 18), date(2026, 5, 19))
    }
    assert len({count.key for count in found}) == len(found) == 15
    assert {name: total(found, name) for name in ("sessions", "commits", "accepted", "rejected", "offered")} == {
        "sessions": 1,
        "commits": 1,
        "accepted": 2,
        "rejected": 1,
        "offered": 3,
    }
    assert [total(found, name) for name in ("lines_added", "lines_removed", "input_tokens", "output_tokens")] == [
        40,
        4,
        1200,
        100,
    ]
    assert total(found, "cost") == 0.0125
    further = [count.attributes for count in found]
    for name, value in {"pull_requests": 1, "cache_read_tokens": 50, "active_user_seconds": 41.5}.items():
        assert sum(each.get(name, 0) for each in further) == value
    assert sum(each.get("auto_accepted", 0) for each in further) == 5
    assert {count.is_active for count in found} == {None}


def total(found: list[AggregateRecord], measure: str) -> float:
    return sum(count.measures.get(measure) or 0 for count in found)


def test_cumulative_points_of_one_process_are_one_part_on_the_day_it_started() -> None:
    """10, 25, 40 and, after midnight, 60 lines of a process of 18 May; a second process of 19 May with 3."""
    found = counts(valid("cumulative.jsonl"))
    assert [count.measures["lines_added"] for count in found] == [10, 25, 40, 60, 3]
    assert len({count.key for count in found}) == 2
    assert [count.period_start.day for count in found] == [18, 18, 18, 18, 19]
    newest = max(found[:4], key=lambda count: count.as_of or datetime.min)
    assert newest.measures["lines_added"] == 60


def test_other_metrics_stay_as_attributes_and_what_does_not_add_up_is_a_snapshot() -> None:
    tokens, depth, open_answers, seconds = counts(valid("other_metrics.json"))
    assert (tokens.measures, tokens.grain) == ({"input_tokens": 140}, "day")
    assert (depth.grain, depth.coverage, depth.attributes["queue_depth"]) == ("snapshot", "unknown", 7)
    assert (open_answers.grain, open_answers.attributes["answers_open"]) == ("snapshot", 3)
    assert (seconds.attributes["answer_seconds"], seconds.attributes["answer_seconds_count"]) == (9.5, 3)


def test_a_point_that_only_ends_its_series_is_blank() -> None:
    found = valid("other_metrics.json")
    assert (found.lines, found.blanks) == (5, 1)


@pytest.mark.parametrize("form", ["lines", "gzip", "pretty", "glued", "array"])
def test_the_records_are_the_same_in_every_form_and_of_a_document_each_entry_counts(form: str, tmp_path: Path) -> None:
    """35 entries: an event on a span counts with its span."""
    data = (VALID / "requests.jsonl").read_bytes()
    values = [json.loads(line) for line in data.splitlines()]
    forms = {
        "lines": data,
        "gzip": gzip.compress(data),
        "pretty": "\n".join(json.dumps(value, indent=2) for value in values).encode(),
        "glued": data.replace(b"\n", b""),
        "array": json.dumps(values, indent=1).encode(),
    }
    path = tmp_path / "requests.json"
    path.write_bytes(forms[form])
    found = read("otlp", path)
    assert [content(record) for record in found.records] == [content(r) for r in valid("requests.jsonl").records]
    assert found.lines == (6 if form in ("lines", "gzip") else 35)


def test_records_that_came_through_elastic_keep_their_keys() -> None:
    decision, chat = events(valid("elastic.ndjson"))
    assert decision.key == events(valid("requests.jsonl"), "s-1")[2].key
    assert (decision.decision, decision.decision_source) == ("accepted", "human")
    assert (chat.event_name, chat.attributes["duration_ms"], chat.users) == (
        "chat",
        2.5,
        (Identity("person_id", "p1"),),
    )


def test_objects_of_the_sdk_are_read_as_its_file_exporter_writes_them() -> None:
    prompt, chat = events(valid("telemetry.log"))
    assert (prompt.event_name, prompt.session_id, prompt.occurred_at) == (
        "user_prompt",
        "g-1",
        datetime(2026, 5, 18, 11),
    )
    assert prompt.attributes["prompt_length"] == 12
    assert (chat.event_name, chat.attributes["duration_ms"]) == ("chat", 500.0)


def test_a_bad_record_costs_itself_alone_and_keeps_what_surrounds_it() -> None:
    found = read("otlp", FIXTURES / "otlp" / "invalid" / "requests.jsonl")
    assert [record.event_name for record in found.records] == ["a.b"]
    assert found.lines == 7
    assert found.codes == [
        "wrong_type",
        "missing_field",
        "future_time",
        "wrong_type",
        "wrong_type",
        "wrong_type",
        "wrong_type",
        "wrong_type",
        "unknown_shape",
        "missing_field",
        "unknown_shape",
        "missing_field",
        "unknown_value",
        "missing_field",
        "wrong_type",
        "not_json",
    ]
    assert json.loads(found.rejects[1].raw)["resourceLogs"][0]["scopeLogs"][0]["scope"] == {"name": "x"}


def test_what_is_kept_of_a_bad_record_is_the_same_reject_by_itself(tmp_path: Path) -> None:
    for place, reject in enumerate(read("otlp", FIXTURES / "otlp" / "invalid" / "requests.jsonl").rejects):
        path = tmp_path / f"{place}.json"
        path.write_bytes(reject.raw)
        assert read("otlp", path).codes == [reject.code]


def test_requests_without_records_are_blank() -> None:
    found = valid("empty.jsonl")
    assert (found.records, found.codes, found.lines, found.blanks) == ([], [], 3, 3)


def log_line(tmp_path: Path, record: dict[str, Any]) -> list[EventRecord]:
    path = tmp_path / "one.jsonl"
    record = {"timeUnixNano": "1779094800000000000"} | record
    path.write_text(json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}) + "\n")
    return events(read("otlp", path))


def attributes(**values: str) -> list[dict[str, Any]]:
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in values.items()]


def test_a_session_that_is_resumed_starts_its_sequence_again_and_loses_nothing(tmp_path: Path) -> None:
    said = attributes(session__id="s", event__sequence="1", event__name="user_prompt")
    (first,) = log_line(tmp_path, {"attributes": said})
    (again,) = log_line(tmp_path, {"attributes": said, "timeUnixNano": "1779181200000000000"})
    assert first.key != again.key


def test_who_reads_the_warehouse_cannot_test_an_event_id_for_a_person(tmp_path: Path) -> None:
    """The id of an event stands in clear; the key, which names the person, is salted before it is stored."""
    ann, bob = (
        log_line(tmp_path, {"attributes": attributes(user__email=f"{name}@example.com", event__name="x.y")})[0]
        for name in ("ann", "bob")
    )
    assert ann.event_id == bob.event_id
    assert ann.key != bob.key


def test_a_body_is_a_name_when_it_looks_like_one_and_else_only_a_length(tmp_path: Path) -> None:
    (named,) = log_line(tmp_path, {"body": {"stringValue": "claude_code.api_error"}})
    (told,) = log_line(tmp_path, {"body": {"stringValue": "Ann opened the door"}})
    assert (named.event_name, named.attributes) == ("api_error", {})
    assert (told.event_name, told.attributes) == ("log", {"body_length": 19})


def test_two_texts_of_one_moment_and_length_are_two_records(tmp_path: Path) -> None:
    (one,), (other,) = (log_line(tmp_path, {"body": {"stringValue": text}}) for text in ("Ann came", "Bob came"))
    assert one.key != other.key


def test_a_program_that_prompts_is_not_the_person(tmp_path: Path) -> None:
    said = attributes(event__name="claude_code.user_prompt", user__id="i")
    (typed,) = log_line(tmp_path, {"attributes": said})
    (scripted,) = log_line(tmp_path, {"attributes": said + attributes(app__entrypoint="sdk-py")})
    assert (typed.is_user_initiated, scripted.is_user_initiated) == (True, False)


def test_an_own_tool_may_name_every_column_by_its_attribute(tmp_path: Path) -> None:
    said = attributes(
        event__name="invoice.decided",
        user__id="p7",
        item_id="inv-1",
        decision="override",
        decision_source="human",
        confidence="0.4",
        predicted_value="A",
        final_value="B",
        dwell_ms="1200",
    )
    (event,) = log_line(tmp_path, {"attributes": said})
    assert (event.item_id, event.decision, event.decision_source) == ("inv-1", "overridden", "human")
    assert (event.confidence, event.predicted_value, event.final_value, event.dwell_ms) == (0.4, "A", "B", 1200.0)
    assert (event.users, event.is_user_initiated) == ((Identity("person_id", "p7"),), True)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("requests.jsonl", "Claude Code, Codex, Gemini CLI, OpenTelemetry: logs, spans, metrics"),
        ("pretty.json", "Claude Code: logs, metrics"),
        ("telemetry.log", "Gemini CLI, OpenTelemetry: logs, spans"),
        ("elastic.ndjson", "Claude Code, OpenTelemetry: logs, spans"),
    ],
)
def test_it_is_recognised_by_its_content(name: str, version: str) -> None:
    assert FORMATS["otlp"].recognise(look(VALID / name)) == version


def test_other_json_is_not_taken_for_it() -> None:
    for name in ("human-decision/valid/invoices.jsonl", "claude-code-analytics/valid/page.json"):
        assert FORMATS["otlp"].recognise(look(FIXTURES / name)) is None
