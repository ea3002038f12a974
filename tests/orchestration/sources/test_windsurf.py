from __future__ import annotations

from datetime import date, datetime

from accounting import FIXTURES, read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity

FORMAT = "windsurf"
FOLDER = FIXTURES / FORMAT


def test_what_is_no_number_tells_the_parts_of_a_day_apart() -> None:
    """Ann accepted 45 in SQL and 5 in Python, and had 25 replies; of the other user nothing but zeros are known."""
    found = read(FORMAT, FOLDER / "valid" / "analytics.json")
    assert (found.codes, found.lines) == ([], 2)
    assert [(row.users[0].value, row.part) for row in found.records] == [
        ("key-a", "autocomplete|ide=vscode|language=sql"),
        ("key-a", "autocomplete|ide=vscode|language=python"),
        ("key-b", "autocomplete|ide=vscode|language=sql"),
        ("key-a", "chat|ide=vscode|model_id=m-large"),
    ]
    assert [row.measures for row in found.records] == [
        {"accepted": 45, "lines_accepted": 280},
        {"accepted": 5, "lines_accepted": 20},
        {"accepted": 0, "lines_accepted": 0},
        {"messages": 25},
    ]
    assert [row.is_active for row in found.records] == [True, True, None, True]
    first, *_, chat = found.records
    assert (first.grain, first.period_start, first.coverage) == ("day", date(2026, 3, 2), "active_only")
    assert first.attributes == {"num_bytes_accepted": 1200, "language": "sql", "ide": "vscode"}
    assert chat.attributes == {"chat_loc_used": 150, "model_id": "m-large", "ide": "vscode"}
    assert len({row.key for row in found.records}) == 4


def test_the_page_of_users_says_whose_key_it_is_and_when_it_was_used_last() -> None:
    """Taken on 9 March 2026; 90 days up to then begin on 9 December: Bob's last activity was on 1 November."""
    ann, bob, cy = read(FORMAT, FOLDER / "valid" / "users_2026-03-09.json").records
    assert ann.users == (Identity("windsurf_api_key", "key-a"), Identity("email", "Ann@example.com"))
    assert (ann.grain, ann.period_end, ann.as_of) == ("snapshot", date(2026, 3, 9), datetime(2026, 3, 9))
    assert [row.is_active for row in (ann, bob, cy)] == [True, False, False]
    assert ann.attributes == {
        "last_activity_at": "2026-03-05T10:30:00Z",
        "last_autocomplete_at": "2026-03-05T09:45:00Z",
        "last_chat_at": "2026-03-04T10:15:00Z",
        "last_command_at": "2026-02-18T10:20:00Z",
        "last_update_at": "2026-03-05T10:30:00Z",
        "seat_since_at": "2025-09-01T08:00:00Z",
        "active_days_ever": 15,
        "disableCodeium": False,
    }
    assert (bob.attributes["active_days_ever"], cy.attributes) == (2, {"active_days_ever": 0})


def test_cascade_is_of_the_user_it_was_asked_for() -> None:
    """Two runs and the lines of a day; how often tools were called is of no day."""
    found = read(FORMAT, FOLDER / "valid" / "cascade_of_ann.json")
    assert (found.codes, found.blanks, found.lines) == ([], 1, 3)
    assert {row.users for row in found.records} == {(Identity("email", "ann@example.com"),)}
    assert [(row.period_start, row.measures) for row in found.records] == [
        (date(2026, 3, 2), {"messages": 5}),
        (date(2026, 3, 3), {"messages": 8}),
        (date(2026, 3, 2), {"lines_suggested": 150, "lines_accepted": 80}),
    ]
    assert found.records[0].part == "cascadeRuns|cascadeId=run-1|mode=WRITE|model=m-large"
    assert found.records[0].attributes["promptsUsed"] == 3


def test_each_answer_is_told_by_its_content() -> None:
    names = ("analytics.json", "users_2026-03-09.json", "cascade_of_ann.json")
    found = [recognise(FOLDER / "valid" / name) for name in names]
    assert [one and (one[0].name, one[1]) for one in found] == [
        (FORMAT, "custom analytics"),
        (FORMAT, "page of users"),
        (FORMAT, "Cascade of one user"),
    ]


def test_a_bad_item_costs_only_itself_and_a_bad_record_only_itself() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert [row.measures for row in found.records] == [{"accepted": 45, "lines_accepted": 280}]
    assert found.codes == [
        *("missing_field", "missing_field", "bad_time", "future_time", "wrong_type", "wrong_type", "wrong_type"),
        *("missing_field", "wrong_type", "wrong_type", "future_time", "missing_field", "not_json", "unknown_shape"),
    ]
    assert found.lines == 8
