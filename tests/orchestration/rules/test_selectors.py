import pytest
from books import VOCABULARY

from orchestration.rules.faults import LanguageError
from orchestration.rules.selectors import ItemError, parse_selector
from orchestration.rules.vocabulary import Vocabulary

OPEN = Vocabulary(events=frozenset({"Receive, check"}), attributes={"amount": "double"}, is_open=True)


def fault(written, vocabulary=VOCABULARY):
    with pytest.raises(LanguageError) as caught:
        parse_selector(written, vocabulary)
    return caught.value


@pytest.mark.parametrize(
    ("written", "sql"),
    [
        ("decide", "coalesce((event_name in ('decide')), false)"),
        ("decide, prompt", "coalesce((event_name in ('decide', 'prompt')), false)"),
        ("decide,decide", "coalesce((event_name in ('decide')), false)"),
        ("decide where amount > 1", "coalesce((event_name in ('decide') and (\"amount__double\" > 1.0e0)), false)"),
        ("decide WHERE(amount > 1)", "coalesce((event_name in ('decide') and (\"amount__double\" > 1.0e0)), false)"),
        (
            ["decide", "prompt where pages = 1"],
            "(coalesce((event_name in ('decide')), false)"
            " or coalesce((event_name in ('prompt') and (cast(\"pages__integer\" as double) = 1.0e0)), false))",
        ),
        ("Send invoice, paid", "coalesce((event_name in ('Send invoice, paid')), false)"),
        ("'Send invoice, paid', decide", "coalesce((event_name in ('Send invoice, paid', 'decide')), false)"),
    ],
)
def test_a_selector_is_a_truth_value_that_is_never_null(written, sql):
    assert parse_selector(written, VOCABULARY).sql() == sql


def test_a_where_inside_a_text_does_not_begin_the_condition():
    selector = parse_selector("decide where claim_id = 'nowhere where'", VOCABULARY)
    assert selector.events == ("decide",)
    assert "'nowhere where'" in selector.sql()


@pytest.mark.parametrize(
    ("written", "what", "at"),
    [
        ("decid", "unknown event 'decid'; did you mean 'decide'?", 0),
        ("decide, promt where amount > 1", "unknown event 'promt'; did you mean 'prompt'?", 8),
        ("decide where amuont > 1", "unknown attribute 'amuont'; did you mean 'amount'?", 13),
        ("decide where", "the condition is empty", 12),
        ("decide,", "an event name is missing", 7),
        ("", "an event name is missing", 0),
        ("where amount > 1", "an event name is missing", 0),
        ("deci'de", "these event names cannot be read", 0),
        ("accepted", "'accepted' is a measure of daily counts", 0),
        ("reviews", "'reviews' is a measure of daily counts", 0),
    ],
)
def test_what_is_wrong_is_said_at_its_character(written, what, at):
    error = fault(written)
    assert what in error.what
    assert error.offset == at


def test_the_item_of_a_list_is_named():
    error = fault(["decide", "prompt where x = 1"])
    assert isinstance(error, ItemError)
    assert (error.item, error.offset) == (1, 13)


def test_in_an_open_log_any_event_may_be_named():
    assert parse_selector("Check ticket where amount > 1", OPEN).events == ("Check ticket",)
    assert parse_selector("Receive, check", OPEN).events == ("Receive, check",)
    assert parse_selector("Receive, send", OPEN).events == ("Receive", "send")


def test_an_event_name_is_data():
    hostile = "'a'') or true; --'"
    assert parse_selector(hostile, OPEN).sql() == "coalesce((event_name in ('a'') or true; --')), false)"


@pytest.mark.parametrize("written", ["a\x00b", "a\u202eb", "x" * 201])
def test_a_name_that_nobody_can_see_is_refused(written):
    assert "not the name of an event" in fault(written, OPEN).what


def test_the_events_of_all_alternatives_are_known():
    selector = parse_selector(["decide where amount > 1", "prompt, decide"], VOCABULARY)
    assert selector.events == ("decide", "prompt")
    assert selector.plain() == ["decide where amount > 1", "decide, prompt"]
