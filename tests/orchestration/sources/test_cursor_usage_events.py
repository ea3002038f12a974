from __future__ import annotations

from datetime import datetime
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.records import Identity

FORMAT = "cursor-usage-events"
FOLDER = FIXTURES / FORMAT


def test_an_event_is_a_request_with_its_cost_in_dollars() -> None:
    """1772443800.250 s after 1970 is 09:30:00.250 on 2 March 2026; 21.25 cents were charged."""
    ann = read(FORMAT, FOLDER / "valid" / "events.json").records[0]
    assert ann.users == (Identity("email", "Ann@example.com"), Identity("cursor_user_id", "101"))
    assert (ann.event_name, ann.occurred_at) == ("request", datetime(2026, 3, 2, 9, 30, 0, 250_000))
    assert (ann.cost, ann.currency, ann.model) == (0.2125, "USD", "m-large")
    assert (ann.input_tokens, ann.output_tokens) == (126, 450)
    assert ann.attributes == {
        "max_mode": True,
        "is_token_based": True,
        "is_chargeable": True,
        "is_headless": False,
        "cache_creation_tokens": 6112,
        "cache_read_tokens": 11964,
        "kind": "Usage-based",
        "requests": 1.4,
    }


def test_events_of_one_moment_are_told_apart_by_their_tokens_and_repeats_are_one(tmp_path: Path) -> None:
    first, second = read(FORMAT, FOLDER / "valid" / "events.json").records[:2]
    assert first.key != second.key
    path = tmp_path / "again.json"
    path.write_bytes((FOLDER / "valid" / "events.json").read_bytes())
    assert read(FORMAT, path).records[0].key == first.key
    assert "example.com" not in first.event_id


def test_headless_runs_and_service_accounts_are_no_persons_use() -> None:
    ann, _, headless, service = read(FORMAT, FOLDER / "valid" / "events.json").records
    assert (ann.actor_type, ann.is_user_initiated) == ("human", True)
    assert (headless.actor_type, headless.is_user_initiated) == ("human", False)
    assert (service.actor_type, service.is_user_initiated) == ("service", False)
    assert service.users == (Identity("cursor_service_account", "sa-7"),)


def test_the_older_answer_is_read_too() -> None:
    ann, bob = read(FORMAT, FOLDER / "valid" / "older.ndjson").records
    assert (ann.attributes["kind"], ann.cost, ann.attributes["is_free_bugbot"]) == ("Usage-based", 0.205, False)
    assert (bob.cost, bob.currency, bob.occurred_at) == (None, None, datetime(2026, 3, 2, 10, 30))


def test_every_reason_to_reject_costs_one_event() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "wrong_type", "bad_time", "future_time"),
        *("missing_field", "wrong_type", "wrong_type", "wrong_type"),
    ]
