from __future__ import annotations

from datetime import date

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "openai-usage"
FOLDER = FIXTURES / FORMAT


def test_a_result_is_a_part_of_a_users_day() -> None:
    large, small = read(FORMAT, FOLDER / "valid" / "completions.json").records[:2]
    assert large.users == (Identity("openai_user_id", "user-a1"),)
    assert (large.actor_type, large.grain, large.period_start) == ("human", "day", date(2026, 3, 2))
    assert (large.measures, large.currency) == ({"input_tokens": 1000, "output_tokens": 500, "cost": None}, None)
    assert large.attributes == {
        "kind": "usage.completions",
        "requests": 5,
        "input_cached_tokens": 400,
        "project_id": "proj_1",
        "api_key_id": "key_1",
        "model": "m-large",
        "batch": False,
    }
    assert (large.part, small.part) == (
        "usage.completions|proj_1|key_1|m-large|false",
        "usage.completions|proj_1|key_1|m-small|true",
    )
    assert large.key != small.key


def test_requests_are_use_and_a_key_without_a_user_is_a_service() -> None:
    found = read(FORMAT, FOLDER / "valid" / "completions.json")
    _, _, bob, key = found.records
    assert (bob.is_active, key.is_active) == (False, True)
    assert (key.users, key.actor_type) == ((Identity("api_key", "key_9"),), "service")


def test_every_bucket_counts_as_one_record_of_the_file() -> None:
    """Three buckets: two results, none, two."""
    found = read(FORMAT, FOLDER / "valid" / "completions.json")
    assert (found.lines, found.blanks, [row.line_no for row in found.records]) == (3, 1, [1, 1, 3, 3])


def test_costs_by_the_hour_are_parts_of_their_day_and_no_use() -> None:
    nine, ten = read(FORMAT, FOLDER / "valid" / "costs_by_hour.ndjson").records
    assert (nine.period_start, ten.period_start) == (date(2026, 3, 2), date(2026, 3, 2))
    assert (nine.part[-8:], ten.part[-8:]) == ("09:00:00", "10:00:00")
    assert (nine.measures["cost"], nine.currency, nine.is_active) == (0.06, "USD", None)
    assert (nine.users, nine.actor_type) == ((Identity("openai_project_id", "proj_1"),), "service")
    assert nine.key != ten.key


def test_every_reason_to_reject_costs_one_bucket() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("unknown_shape", "missing_field", "missing_field", "bad_span", "unknown_shape"),
        *("unknown_shape", "future_time", "wrong_type", "wrong_type", "wrong_type"),
    ]
