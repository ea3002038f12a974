from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, content, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "m365-ai-interactions"
FOLDER = FIXTURES / FORMAT


def test_a_prompt_is_a_persons_act_and_a_reply_a_services() -> None:
    """Ann asked twice; the first request had two replies."""
    records = read(FORMAT, FOLDER / "valid" / "page.json").records
    assert [(event.event_name, event.actor_type, event.is_user_initiated) for event in records] == [
        ("prompt", "human", True),
        ("response", "service", False),
        ("response", "service", False),
        ("prompt", "human", True),
    ]
    ann = (Identity("entra_oid", "0000000a-0000-4000-8000-000000000001"),)
    assert [event.users for event in records] == [ann, (), (), ann]
    assert [event.item_id for event in records] == ["req-1", "req-1", "req-1", "req-2"]


def test_time_app_and_conversation_are_kept_and_nothing_that_was_written() -> None:
    prompt, reply, _, other = read(FORMAT, FOLDER / "valid" / "page.json").records
    assert prompt.occurred_at == datetime(2026, 3, 2, 9, 15, 30, 500_000)
    assert (prompt.feature, other.feature, prompt.conversation_id) == ("BizChat", "Word", "19:s1@thread")
    kept = {"conversation_type": "bizchat", "locale": "en-us", "attachments": 0, "links": 0, "contexts": 0}
    assert prompt.attributes == kept | {"mentions": 1}
    assert reply.attributes == kept | {"mentions": 0, "attachments": 1, "links": 2, "application": "Chat"}
    assert "due" not in content(prompt)


def test_a_message_per_line_is_the_same_message() -> None:
    lines = read(FORMAT, FOLDER / "valid" / "messages.ndjson").records
    assert [content(event) for event in lines] == [
        content(event) for event in read(FORMAT, FOLDER / "valid" / "page.json").records[:2]
    ]


def test_it_is_told_by_its_content() -> None:
    found = [recognise(FOLDER / "valid" / name) for name in ("page.json", "messages.ndjson")]
    assert [one and (one[0].name, one[1]) for one in found] == [(FORMAT, "interaction history")] * 2


def test_every_reason_to_reject_costs_one_message() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "unknown_value", "missing_field", "bad_time", "future_time", "missing_field"),
        *("wrong_type", "wrong_type", "wrong_type", "not_json", "unknown_shape"),
    ]
