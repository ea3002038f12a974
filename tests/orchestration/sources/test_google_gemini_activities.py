from __future__ import annotations

from datetime import datetime

from accounting import FIXTURES, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "google-gemini-activities"
FOLDER = FIXTURES / FORMAT


def test_an_event_of_an_activity_is_one_event() -> None:
    first, second, *_ = read(FORMAT, FOLDER / "valid" / "page.json").records
    assert first.users == (Identity("email", "Ann@example.com"), Identity("google_profile_id", "9001"))
    assert first.occurred_at == datetime(2026, 3, 2, 9, 15, 30, 123_000)
    assert (first.event_name, first.feature, first.event_id) == ("feature_utilization", "gmail", "-1001/0")
    assert first.attributes == {
        "action": "summarize",
        "event_category": "active_summarize",
        "feature_source": "side_panel",
    }
    assert second.attributes == {
        "action": "help_me_write",
        "event_category": "active_generate",
        "retries": "2",
        "is_shared": False,
    }


def test_only_what_a_person_asked_for_is_their_own_act() -> None:
    """Ann asked three times in one activity, twice for the same; a suggestion to her, a reply of unknown origin to bob,
    what a client application did and an event without a category are nobody's act."""
    found = read(FORMAT, FOLDER / "valid" / "page.json")
    assert (len(found.records), found.codes, found.lines) == (7, [], 5)
    assert [event.users[0].value for event in found.records if event.is_user_initiated] == ["Ann@example.com"] * 3
    assert len({event.key for event in found.records}) == 7
    client = found.records[5]
    assert (client.actor_type, client.users) == ("service", (Identity("google_client", "build-client"),))
    assert found.records[6].users == (Identity("google_profile_id", "9003"),)


def test_activities_that_a_log_shipper_split_are_the_same_events() -> None:
    page = {event.key: event.attributes for event in read(FORMAT, FOLDER / "valid" / "page.json").records}
    split = {event.key: event.attributes for event in read(FORMAT, FOLDER / "valid" / "split.ndjson").records}
    assert len(split) == 3
    assert split.items() <= page.items()


def test_both_forms_are_told_by_content() -> None:
    found = [recognise(FOLDER / "valid" / name) for name in ("page.json", "split.ndjson")]
    assert [one and (one[0].name, one[1]) for one in found] == [
        (FORMAT, "activities"),
        (FORMAT, "activities split into events"),
    ]


def test_every_reason_to_reject_costs_one_activity() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.records == []
    assert found.codes == [
        *("unknown_value", "bad_time", "future_time", "missing_field", "missing_field", "wrong_type"),
        *("wrong_type", "missing_field", "wrong_type", "not_json", "unknown_shape"),
    ]
