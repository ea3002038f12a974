"""Figures as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest

from dashboards import wording
from orchestration.registry.rule_models import Kind


def test_unknown_is_never_written_as_zero():
    assert wording.share(None) == wording.points(None) == wording.hours(None) == wording.moment(None) == "Unknown"
    assert wording.share(0.0) == "0.0%"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0081, "+0.8 pp"), (-0.0081, "−0.8 pp"), (0.0004, "±0.0 pp"), (-0.0004, "±0.0 pp")]
)
def test_a_difference_has_its_sign_and_none_when_it_rounds_to_nothing(value, text):
    assert wording.points(value) == text


def test_a_metric_card_gets_a_plain_hyphen_by_which_it_knows_a_fall():
    assert wording.change(-0.0081) == "-0.8 pp"


@pytest.mark.parametrize(("hours", "text"), [(0.5, "30 min"), (9.2, "9 h"), (103, "103 h"), (480, "20.0 days")])
def test_ages_are_given_in_the_unit_that_is_easiest_to_grasp(hours, text):
    assert wording.hours(hours) == text


def test_target_shares_have_decimals_only_where_they_need_them():
    assert (wording.target_share(0.45), wording.target_share(0.455)) == ("45%", "45.5%")


def test_singular_and_plural():
    assert (wording.people(1), wording.people(2000)) == ("1 person", "2,000 people")
    assert wording.counted(2, "identity", "identities") == "2 identities"


def test_times_name_their_zone():
    assert wording.moment(datetime(2026, 11, 9, 4, 12)) == "9 Nov 2026 04:12 UTC"


def test_a_small_share_is_not_written_as_nothing():
    assert [wording.short_share(value) for value in (0.0, 0.001, 0.01, 1.0)] == ["0%", "<1%", "1%", "100%"]


def test_every_kind_of_rule_has_words():
    assert set(wording.RULE_KINDS) == set(get_args(Kind))


@pytest.mark.parametrize(
    ("key", "words"),
    [("email", "E-mail address"), ("github_login", "GitHub login"), ("slack_id", "Slack ID"), ("badge_no", "Badge no")],
)
def test_kinds_of_accounts_are_named_and_not_keyed(key, words):
    assert wording.namespace(key) == words


@pytest.mark.parametrize(
    ("phrase", "begin"),
    [
        ("no value for time", "No value for time"),
        ("alerts.yml sends nothing", "alerts.yml sends nothing"),
        ("https://wiki.example.com/a", "https://wiki.example.com/a"),
        ("used_cli is new", "used_cli is new"),
        ("missing: a name", "Missing: a name"),
        ("", ""),
    ],
)
def test_a_phrase_begins_a_sentence_unless_it_begins_with_a_name(phrase, begin):
    assert wording.sentence(phrase) == begin
