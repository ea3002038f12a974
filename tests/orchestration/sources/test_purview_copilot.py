from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from accounting import FIXTURES, content, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "purview-copilot-interaction"
FOLDER = FIXTURES / FORMAT


def test_a_record_is_a_prompt_and_its_reply() -> None:
    prompt, reply = read(FORMAT, FOLDER / "valid" / "management_api.json").records[:2]
    assert (prompt.event_name, reply.event_name) == ("prompt", "response")
    assert (prompt.is_user_initiated, reply.is_user_initiated) == (True, False)
    assert prompt.occurred_at == reply.occurred_at == datetime(2026, 3, 2, 9, 15, 30)
    assert (prompt.event_id, reply.event_id) == ("rec-1/1001", "rec-1/1002")
    assert (prompt.key, reply.key) == (("rec-1", "0"), ("rec-1", "1"))
    assert (prompt.lines, reply.lines) == (1, 0)
    assert prompt.users == (
        Identity("upn", "Ann@example.com"),
        Identity("email", "Ann@example.com"),
        Identity("entra_oid", "00000001-0000-4000-8000-000000000000"),
    )
    assert (prompt.feature, prompt.conversation_id, prompt.model) == ("Word", "19:thread-1@example", "m-large")


def test_what_was_read_is_counted_and_not_named() -> None:
    prompt = read(FORMAT, FOLDER / "valid" / "management_api.json").records[0]
    assert prompt.attributes == {
        "operation": "CopilotInteraction",
        "workload": "Copilot",
        "client_region": "EU",
        "record_type": "261",
        "resources": 2,
        "labelled_resources": 1,
        "context_types": "docx",
        "plugins": "BingWebSearch",
        "cross_prompt_injection": True,
        "jailbreak_detected": False,
    }


def test_prompts_are_the_messages_that_a_person_wrote() -> None:
    """ann 1, bob 2, cy's old record lists no messages: one interaction; dan 1 of a registered app; app-7 is no person;
    of eve's third-party record only a reply is there; the access to a file is passed over."""
    found = read(FORMAT, FOLDER / "valid" / "management_api.json")
    assert (found.codes, found.blanks, found.lines) == ([], 1, 7)
    own = [(event.users[0].value, event.event_name) for event in found.records if event.is_user_initiated]
    assert own == [
        ("Ann@example.com", "prompt"),
        ("bob@example.com", "prompt"),
        ("bob@example.com", "prompt"),
        ("cy@example.com", "interaction"),
        ("dan@example.com", "prompt"),
    ]
    assert [event.actor_type for event in found.records if event.users[0].value == "app-7@example.com"] == ["service"]
    assert [event.users[-1].namespace for event in found.records if event.actor_type == "service"] == ["email"]
    assert found.records[-1].event_name == "response"


def test_a_registered_app_is_told_from_copilot() -> None:
    records = read(FORMAT, FOLDER / "valid" / "management_api.json").records
    app = next(event for event in records if event.users[0].value == "dan@example.com")
    assert (app.feature, app.attributes["record_type"]) == ("Contoso assistant", "328")
    names = ("operation", "workload", "app_identity", "agent_id", "agent_name")
    assert [app.attributes[name] for name in names] == [
        *("ConnectedAIAppInteraction", "ConnectedAIApp", "ConnectedAIApp.Example.assistant", "agent-1", "Assistant")
    ]


def test_the_csv_of_a_search_holds_the_same_events() -> None:
    """Of ann, bob, cy and dan, 2 + 3 + 1 + 2. Bob's cell has neither time nor user: the columns beside it say them."""
    found = read(FORMAT, FOLDER / "valid" / "audit_search.csv")
    assert (len(found.records), found.codes, found.blanks, found.lines) == (8, [], 2, 6)
    wanted = {event.key: content(event) for event in read(FORMAT, FOLDER / "valid" / "management_api.json").records}
    assert {event.key: content(event) for event in found.records}.items() <= wanted.items()


@pytest.mark.parametrize("name", ["powershell.json", "graph.json"])
def test_searches_that_wrap_the_audit_data_hold_the_same_events(name: str) -> None:
    found = read(FORMAT, FOLDER / "valid" / name)
    wanted = read(FORMAT, FOLDER / "valid" / "management_api.json").records[:2]
    assert [content(event) for event in found.records] == [content(event) for event in wanted]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2026-03-02T09:15:30.1234567Z ", datetime(2026, 3, 2, 9, 15, 30, 123456)),
        ("9/20/2025 4:05:03 AM", datetime(2025, 9, 20, 4, 5, 3)),
        ("9/20/2025 4:05:03 PM", datetime(2025, 9, 20, 16, 5, 3)),
        ("12/13/2025 17:12", datetime(2025, 12, 13, 17, 12)),
    ],
)
def test_the_column_of_the_time_may_be_american(tmp_path: Path, written: str, wanted: datetime) -> None:
    path = tmp_path / "search.csv"
    cell = '"{""CopilotEventData"":{}}"'
    path.write_text(f"RecordId,CreationDate,Operation,UserId,AuditData\nr,{written},CopilotInteraction,ann,{cell}\n")
    (event,) = read(FORMAT, path).records
    assert event.occurred_at == wanted


def test_each_way_of_export_is_told_by_content(tmp_path: Path) -> None:
    names = ("management_api.json", "records.ndjson", "audit_search.csv", "powershell.json", "graph.json")
    found = [recognise(FOLDER / "valid" / name) for name in names]
    assert [one and (one[0].name, one[1]) for one in found] == [
        (FORMAT, "records of the Management API"),
        (FORMAT, "records of the Management API"),
        (FORMAT, "CSV of an audit search"),
        (FORMAT, "JSON of an audit search"),
        (FORMAT, "JSON of an audit search"),
    ]
    path = tmp_path / "files.csv"
    path.write_text("RecordId,Operation,AuditData\nr,FileAccessed,{}\n")
    assert recognise(path) is None


def test_every_reason_to_reject_costs_one_row() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.csv")
    assert found.records == []
    assert found.codes == [
        *("missing_field", "not_json", "wrong_type", "missing_field", "wrong_type", "bad_time", "future_time"),
        *("missing_field", "wrong_type", "wrong_type", "wrong_type", "missing_field", "wrong_columns"),
    ]
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert (found.records, found.codes) == (
        [],
        ["missing_field", "wrong_type", "missing_field", "not_json", "unknown_shape"],
    )
