from datetime import date, datetime

import pytest
from books import VOCABULARY, rule

from orchestration.rules.examples import parse_example
from orchestration.rules.faults import LanguageError

RULE = rule("followed_by")


def log(text, of=RULE):
    return parse_example(text, of, VOCABULARY)


def test_a_line_is_an_event_of_ann_on_a_day_of_january_2024():
    (event,) = log("D1 09:00 decide claim_id=c1 decision=approve amount=12000").events
    assert (event.event_name, event.user_id, event.occurred_at) == ("decide", "ann", datetime(2024, 1, 1, 9))
    assert event.fields == {"claim_id": "c1", "decision": "approve", "amount": 12000.0}
    assert event.occurred_at.weekday() == 0


def test_a_line_may_name_another_person_seconds_and_copies():
    events = log("D2 09:00:30 x3 @bob second_review claim_id='c 1'").events
    assert [event.event_id for event in events] == ["L1.1", "L1.2", "L1.3"]
    assert {(event.user_id, event.occurred_at, event.fields["claim_id"]) for event in events} == {
        ("bob", datetime(2024, 1, 2, 9, 0, 30), "c 1")
    }


def test_values_have_the_type_of_their_column_and_nothing_is_unknown():
    (event,) = log("D1 09:00 decide pages=3 confidence=0.5 claim_id= item_id=007 actor_type=service").events
    assert event.fields == {"pages": 3, "confidence": 0.5, "claim_id": None, "item_id": "007"}
    assert event.actor_type == "service"


def test_an_event_name_may_hold_spaces_and_commas():
    assert log("D1 09:00 'Send invoice, paid' amount=1").events[0].event_name == "Send invoice, paid"
    assert log("D1 09:00 Send invoice, paid amount=1").events[0].event_name == "Send invoice, paid"


def test_seconds_of_dwell_become_milliseconds_unless_the_log_has_seconds_itself():
    vocabulary = type(VOCABULARY)(frozenset({"decide"}), {})
    assert parse_example("D1 09:00 decide dwell_s=3", RULE, vocabulary).events[0].fields == {"dwell_ms": 3000.0}
    assert log("D1 09:00 decide dwell_s=3").events[0].fields == {"dwell_s": 3.0}


def test_empty_lines_and_remarks_are_passed_over():
    assert log("\n# a remark\n\n  D1 09:00 decide\n").events[0].event_id == "L4"


def test_facts_beside_the_log():
    found = log(
        "D1 09:00 decide\n! absent D1 D5\n! absent D2 @bob\n! outage D1 09:00 D1 12:00\n! trained CT-301 D-3 @bob\n"
        "! item c1 claim D1 09:00 closed D2 10:00 @bob\n! item c2 claim D1 09:00\n! role nurse @bob\n"
    )
    assert [(one.user_id, one.first_date, one.last_date) for one in found.absences] == [
        ("ann", date(2024, 1, 1), date(2024, 1, 5)), ("bob", date(2024, 1, 2), date(2024, 1, 2)),
    ]  # fmt: skip
    assert found.outages == ((datetime(2024, 1, 1, 9), datetime(2024, 1, 1, 12)),)
    assert (found.trainings[0].user_id, found.trainings[0].completed_at) == ("bob", datetime(2023, 12, 28))
    assert [(one.user_id, one.closed_at) for one in found.items] == [("bob", datetime(2024, 1, 2, 10)), ("ann", None)]
    assert found.users == ("ann", "bob")
    assert found.roles == {"ann": None, "bob": "nurse"}


def test_everyone_has_the_role_that_the_rule_is_for():
    assert log("D1 09:00 decide", rule("followed_by", roles=["nurse", "doctor"])).roles == {"ann": "nurse"}


def test_a_line_without_a_time_holds_counts_of_a_day():
    (day,) = log("D3 @bob accepted=3 offered=10 reviews=2", rule("share")).days
    assert (day.user_id, day.day, day.measures) == (
        "bob",
        date(2024, 1, 3),
        {"accepted": 3, "offered": 10, "reviews": 2},
    )


def test_without_a_watermark_nothing_is_pending():
    found = log("D2 09:00 decide\nD3 09:00 decide")
    assert found.watermark_at == datetime(2024, 1, 8)  # the end of the week: three days and a day are over by then
    assert log("D3 09:00 decide", rule("followed_by", within="30d")).watermark_at == datetime(2024, 2, 3, 9)
    assert log("D7 23:30 prompt", rule("count")).watermark_at == datetime(2024, 1, 9, 0, 30)


def test_the_period_is_made_of_whole_weeks():
    found = log("D3 09:00 decide\nD15 00:00 decide")
    assert (found.starts_at, found.ends_at) == (datetime(2024, 1, 1), datetime(2024, 1, 22))


def test_the_log_says_how_far_it_reaches():
    found = log("data_from: D1\nD2 09:00 decide\nnow: D9 09:30\n")
    assert (found.data_from_at, found.watermark_at) == (datetime(2024, 1, 1), datetime(2024, 1, 9, 9, 30))
    assert found.ends_at == datetime(2024, 1, 15)
    assert log("D2 09:00 decide\nnow: D8").ends_at == datetime(2024, 1, 8)
    assert log("now: D8", rule("cadence")).users == ("ann",)


@pytest.mark.parametrize(
    ("text", "what", "at"),
    [
        ("D1 09:00 decid", "unknown event 'decid'; did you mean 'decide'?", 9),
        ("D1 09:00 decide\nD1 10:00 decide amuont=1", "unknown attribute 'amuont'; did you mean 'amount'?", 32),
        ("D1 09:00 decide amount=lots", "'lots' is not of type double", 23),
        ("D1 09:00 decide pages=1.5", "'1.5' is not of type integer", 22),
        ("D1 25:00 decide", "a time of day is missing", 3),
        ("D1 09:00", "the name of the event is missing", 8),
        ("D1 decide", "'decide' is neither a time of day nor a measure", 3),
        ("D1", "a time of day is missing", 2),
        ("09:00 decide", "'09:00' does not begin a line", 0),
        ("D1 09:00 x0 decide", "0 copies are out of range", 9),
        ("D1 09:00 x99999 decide", "99999 copies are out of range", 9),
        ("D1 09:00 decide amount=1 now", "'now' is not key=value", 25),
        ("D1 09:00 decide user_id=bob", "people are not compared by name", 16),
        ("D1 09:00 decide event_name=prompt", "the event has its name already", 16),
        ("! absnet D1", "'! absnet' says nothing; did you mean 'absent'?", 0),
        ("! absent", "a day is missing", 8),
        ("! absent D5 D1", "the absence ends before it begins", 14),
        ("! outage D1 09:00 D1 08:00", "the outage ends before it begins", 26),
        ("! absent D1 D2 D3", "'D3' has no place here", 15),
        ("now: tomorrow", "a day is missing", 5),
    ],
)
def test_what_is_wrong_is_said_at_its_character(text, what, at):
    with pytest.raises(LanguageError) as caught:
        log(text)
    assert what in caught.value.what
    assert caught.value.offset == at
