from __future__ import annotations

from datetime import datetime
from pathlib import Path

from accounting import FIXTURES, read

from orchestration.sources.records import EventRecord, Identity

FORMAT = "litellm-spend-logs"
FOLDER = FIXTURES / FORMAT


def requests(name: str = "requests.json") -> dict[str, EventRecord]:
    found = read(FORMAT, FOLDER / "valid" / name)
    assert found.codes == []
    return {event.event_id: event for event in found.records}


def test_a_request_has_its_moment_model_tokens_and_cost() -> None:
    """The time has no zone and is UTC. From 00.250 to 02.750 s are 2,500 ms; the first token came after 500."""
    first = requests()["r1"]
    assert (first.event_name, first.occurred_at) == ("request", datetime(2026, 3, 2, 9, 0, 0, 250_000))
    assert (first.model, first.input_tokens, first.output_tokens) == ("m-large", 100, 50)
    assert (first.cost, first.currency, first.session_id) == (0.00225, "USD", "s1")
    assert (first.attributes["duration_ms"], first.attributes["first_token_ms"]) == (2500.0, 500.0)
    assert (first.attributes["tags"], first.attributes["user_agent"]) == (["legal"], "cli/1")
    assert (first.attributes["team_id"], first.attributes["model_group"]) == ("t1", "large")


def test_the_owner_of_the_key_is_named_by_address_and_id() -> None:
    first = requests()["r1"]
    assert first.users == (Identity("email", "Ann@example.com"), Identity("litellm_user_id", "u-ann"))
    assert (first.actor_type, first.is_user_initiated) == ("human", True)


def test_whom_an_application_calls_for_counts_before_the_key_of_the_application() -> None:
    second = requests()["r2"]
    assert second.users == (Identity("email", "bob@example.com"), Identity("litellm_end_user", "bob@example.com"))


def test_a_key_without_an_owner_and_the_gateway_itself_are_nobody() -> None:
    found = requests()
    assert (found["r4"].users, found["r4"].actor_type) == ((Identity("api_key", "77cd"),), "unknown")
    assert (found["r5"].users, found["r5"].actor_type) == ((), "service")
    assert [found[name].is_user_initiated for name in ("r4", "r5")] == [False, False]


def test_an_embedding_is_nobodys_prompt() -> None:
    third = requests()["r3"]
    assert (third.actor_type, third.is_user_initiated, third.output_tokens) == ("human", False, 0)


def test_none_is_unknown_and_zero_is_zero() -> None:
    found = requests()
    hits = {name: found[name].attributes.get("is_cache_hit") for name in ("r1", "r2", "r3")}
    assert hits == {"r1": None, "r2": True, "r3": False}
    assert (found["r2"].cost, found["r2"].attributes["status"]) == (0.0, "failure")
    assert found["r2"].attributes["error_class"] == "RateLimitError"


def test_contents_and_addresses_are_dropped() -> None:
    r"""The answer of r2 is `{"id": "x"}`: 11 characters. Nothing was stored of r1: `{}` has no length."""
    found = requests()
    assert found["r2"].attributes["response_length"] == 11
    assert found["r2"].attributes["messages_length"] == len('[{"role":"user","content":"hello"}]')
    assert not {"messages_length", "response_length"} & found["r1"].attributes.keys()
    told = repr(list(found.values()))
    assert not any(word in told for word in ("hello", "10.0.0.1", "slow down", "laptop"))


def test_the_table_as_csv_gives_the_same_key_and_figures() -> None:
    table, api = requests("table.csv"), requests()
    assert table["r1"].key == api["r1"].key
    assert (table["r1"].cost, table["r1"].input_tokens) == (api["r1"].cost, api["r1"].input_tokens)
    assert table["r1"].users == api["r1"].users
    assert (table["r6"].cost, table["r6"].users[0]) == (1e-05, Identity("email", "bob@example.com"))
    assert "duration_ms" not in table["r6"].attributes


def test_a_page_is_read_like_a_list() -> None:
    assert requests("page.json")["r7"].users == (Identity("litellm_user_id", "p1"),)


def test_each_broken_record_costs_only_itself() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.codes == [
        "missing_field",
        "bad_time",
        "missing_field",
        "wrong_type",
        "future_time",
        "not_json",
        "wrong_type",
        "wrong_type",
    ]
    assert [event.event_id for event in found.records] == ["r8"]


def test_a_broken_row_of_the_table_costs_only_itself(tmp_path: Path) -> None:
    rows = (FOLDER / "valid" / "table.csv").read_text().replace("2026-03-02 09:06:00", "soon")
    (tmp_path / "table.csv").write_text(rows)
    found = read(FORMAT, tmp_path / "table.csv")
    assert (found.codes, [event.event_id for event in found.records], found.lines) == (["bad_time"], ["r1"], 3)
