from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.records import EventRecord, Identity

FORMAT = "claude-code-transcripts"
FOLDER = FIXTURES / FORMAT
ANN, BOB = (Identity("os_login", "Ann"),), (Identity("os_login", "bob"),)


def session() -> list[EventRecord]:
    found = read(FORMAT, FOLDER / "valid" / "session.jsonl")
    assert found.codes == []
    return found.records


def test_prompts_are_what_people_typed_and_nothing_else() -> None:
    """Of eight lines of the user one is a tool's answer, one a sidechain, one output, one a note of the program."""
    prompts = [event for event in session() if event.event_name in ("user_prompt", "slash_command")]
    assert [event.event_id for event in prompts] == ["u1", "u7", "u9", "u11"]
    assert [event.event_name for event in prompts] == ["user_prompt", "slash_command", "user_prompt", "user_prompt"]
    assert [event.feature for event in prompts] == [None, "clear", None, None]
    assert prompts[0].occurred_at == datetime(2026, 3, 2, 9, 0, 0, 250_000)


def test_every_line_is_accounted_for() -> None:
    """14 lines; no event in the summary, the tool's answer, the sidechain's prompt, the output, the error, the note
    and the system's line: seven."""
    found = read(FORMAT, FOLDER / "valid" / "session.jsonl")
    assert (found.lines, found.blanks) == (14, 7)


def test_the_person_is_the_login_of_the_machine_and_no_path_is_kept() -> None:
    found = session()
    by_id = {event.event_id: event for event in found}
    assert (by_id["u1"].users, by_id["u9"].users, by_id["u11"].users) == (ANN, BOB, ())
    assert (by_id["u1"].actor_type, by_id["u11"].actor_type) == ("human", "unknown")
    told = repr([(event.attributes, event.event_id, event.item_id, event.feature) for event in found])
    assert not any(word in told for word in ("/home", "totals", "ann/fix", "secret", "Ann"))


@pytest.mark.parametrize(
    ("folder", "login"),
    [
        ("/Users/ann/x", "ann"),
        ("/home/ann", "ann"),
        ("/mnt/c/Users/ann/x", "ann"),
        ("C:\\Users\\Ann Lee\\x", "Ann Lee"),
        ("c:/Users/ann", "ann"),
        ("/var/home/ann/x", "ann"),
        ("/home/runner/work", None),
        ("/home/VSCode/work", None),
        ("/srv/home/ann", None),
        ("/workspace", None),
        ("", None),
    ],
)
def test_a_folder_tells_the_login_where_it_lies_in_a_home(tmp_path: Path, folder: str, login: str | None) -> None:
    line = {"type": "user", "uuid": "u", "timestamp": "2026-03-02T09:00:00Z", "sessionId": "s", "cwd": folder}
    (tmp_path / "a.jsonl").write_text(json.dumps(line | {"message": {"role": "user", "content": "a"}}))
    (prompt,) = read(FORMAT, tmp_path / "a.jsonl").records
    assert [user.value for user in prompt.users] == ([login] if login else [])


def test_an_answer_that_streams_over_two_lines_is_one_answer_whose_last_line_counts() -> None:
    first, last = [event for event in session() if event.event_id == "m1/req1"]
    assert first.key == last.key
    assert (first.output_tokens, last.output_tokens, last.input_tokens) == (1, 55, 20)
    assert (last.model, last.is_user_initiated, last.attributes["stop_reason"]) == ("m-large", False, "tool_use")
    assert (last.attributes["cache_read_tokens"], last.attributes["cache_creation_tokens"]) == (300, 40)


def test_a_tool_call_is_an_event_of_the_program() -> None:
    (call,) = [event for event in session() if event.event_name == "tool_use"]
    assert (call.feature, call.item_id, call.is_user_initiated, call.users) == ("Read", "call1", False, ANN)


def test_answers_of_sidechains_count_their_tokens_and_errors_are_no_answers() -> None:
    answers = {event.event_id: event for event in session() if event.event_name == "api_request"}
    assert set(answers) == {"m1/req1", "m2/req2"}
    assert answers["m2/req2"].attributes["is_sidechain"] is True
    assert "is_sidechain" not in answers["m1/req1"].attributes


def test_lengths_stand_for_words_and_a_run_of_the_sdk_is_not_begun_by_a_person() -> None:
    """`Why is the sum wrong?` has 21 characters, `Like this` nine beside the picture."""
    by_id = {event.event_id: event for event in session()}
    assert (by_id["u1"].attributes["prompt_length"], by_id["u9"].attributes["prompt_length"]) == (21, 9)
    assert [by_id[name].is_user_initiated for name in ("u1", "u9", "u11")] == [True, True, False]


def test_older_lines_have_a_cost_and_no_type() -> None:
    (answer,) = read(FORMAT, FOLDER / "valid" / "older.jsonl").records
    assert (answer.event_id, answer.cost, answer.currency) == ("m9/req9", 0.25, "USD")


def test_each_broken_line_costs_only_itself() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.jsonl")
    assert found.codes == [
        "bad_time",
        "missing_field",
        "future_time",
        "wrong_type",
        "wrong_type",
        "unknown_shape",
        "not_json",
    ]
    assert ([event.event_id for event in found.records], found.lines) == (["u8"], 8)
