from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "codex-enterprise-analytics"
FOLDER = FIXTURES / FORMAT


def test_a_row_is_a_user_and_a_day_and_clients_are_not_added_to_the_totals() -> None:
    ann = read(FORMAT, FOLDER / "valid" / "usage.json").records[0]
    assert ann.users == (Identity("email", "Ann@example.com"), Identity("openai_user_id", "user-a1"))
    assert (ann.grain, ann.period_start, ann.is_active) == ("day", date(2026, 3, 2), True)
    assert ann.measures == {
        "prompts": 11,
        "sessions": 2,
        "input_tokens": 900,
        "output_tokens": 80,
        "lines_added": 120,
        "lines_removed": 15,
    }
    assert ann.attributes == {
        "credits": 3.5,
        "cached_input_tokens": 400,
        "CODEX_WEB_turns": 4,
        "CODEX_WEB_credits": 1.0,
        "CODEX_CLI_turns": 7,
        "CODEX_CLI_credits": 2.5,
        "m-codex_credits": 3.5,
        "lines_committed": 60,
    }


def test_an_id_alone_is_enough_and_no_turns_are_no_use() -> None:
    bob = read(FORMAT, FOLDER / "valid" / "usage.json").records[1]
    assert (bob.users, bob.is_active) == ((Identity("openai_user_id", "user-b2"),), False)
    assert (bob.measures["lines_added"], bob.measures["input_tokens"]) == (3, None)


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "unknown_shape", "missing_field", "unknown_shape"),
        *("future_time", "wrong_type", "wrong_type", "wrong_type"),
    ]
