"""What is said of a mutant: the example that would kill it, or why none could."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from orchestration.registry.rule_models import Rule
from orchestration.rules.mutants import mutants
from orchestration.rules.parsing import RuleError
from orchestration.rules.vocabulary import Vocabulary
from orchestration.trying.equivalents import why_equivalent
from orchestration.trying.hints import hint

VOCABULARY = Vocabulary(frozenset({"a", "b", "c", "d"}), {"amount": "double"}, frozenset())
COUNTED: dict[str, Any] = {"kind": "count", "per": "session", "of": "a", "max": 2, "each": "b"}
SHARE: dict[str, Any] = {"kind": "share", "of": "a where amount > 1", "among": "a", "min": "10%"}
CALIBRATED: dict[str, Any] = {
    "kind": "calibrated", "each": "a", "accepted": "amount > 1", "low": "50%", "high": "80%", "gap": "20%",
}  # fmt: skip
CADENCE: dict[str, Any] = {"kind": "cadence", "of": "a", "at_least": "2 days"}
COVERAGE: dict[str, Any] = {"kind": "coverage", "items": ["x", "y"], "by": "a"}
FOLLOWED: dict[str, Any] = {"kind": "followed_by", "each": "a", "then": "b", "within": "1d"}


def rule(**keys: Any) -> Rule:
    return Rule.model_validate({"id": "tried", **keys})


def equivalents(tried: Rule) -> dict[str, str]:
    """Of the mutants that compile, those that mean the same, each with the reason."""
    found = {}
    for what, mutant in mutants(tried):
        with suppress(RuleError):
            found[what] = why_equivalent(tried, mutant, VOCABULARY)
    return {what: why for what, why in found.items() if why}


@pytest.mark.parametrize(
    ("keys", "what", "said"),
    [
        (FOLLOWED, "followed_by turned into preceded_by", "`then` comes before `each` only"),
        (FOLLOWED, "within: 1 second in place of 1 day", "`then` lies between 1 second and 1 day away"),
        ({**FOLLOWED, "before": "c"}, "before dropped", "a `before` event lies between `each` and `then`"),
        ({**FOLLOWED, "immediately": True}, "immediately dropped", "another event comes between the two"),
        (
            {**FOLLOWED, "who": "other_user", "same": ["item_id"]},
            "who: other_user dropped",
            "the same person does both",
        ),
        ({**FOLLOWED, "then": ["b where amount > 1", "c"]}, "then: 'c' dropped", "the event dropped from `then`"),
        (
            {"kind": "preceded_by", "each": "a", "first": "b", "since": "c", "within": "1d"},
            "since dropped",
            "a `since` event lies between `first` and `each`",
        ),
        (
            {"kind": "not_followed_by", "each": "a", "never": "b", "within": "1d"},
            "each and never exchanged",
            "`never` comes before `each`",
        ),
        (
            {"kind": "not_followed_by", "each": "a", "never": "b", "within": "1d"},
            "within: 10 days in place of 1 day",
            "a little more than 1 day away, and expect kept: 1",
        ),
        (
            {"kind": "trained", "each": "a", "module": "M", "valid_for": "1w"},
            "valid_for: 1008 minutes in place of 1 week",
            "a completion lies between",
        ),
        (COUNTED, "max: 3 in place of 2", "the number is exactly 3"),
        (COUNTED, "max: 1 in place of 2", "the number is exactly 2"),
        (COUNTED, "each dropped", "a group without an event of `each`"),
        (
            {**COUNTED, "settle": "2h"},
            "settle: 1 second in place of 2 hours",
            "`now:` lies between 1 second and 2 hours after the last event, and expect pending: 1",
        ),
        (
            {**COUNTED, "settle": "2h"},
            "settle: 20 hours in place of 2 hours",
            "`now:` lies between 2 hours and 20 hours after the last event, and expect nothing pending",
        ),
        (SHARE, "min: 9% in place of 10%", "the share is exactly 9%"),
        (SHARE, "min: 11% in place of 10%", "the share is exactly 10%"),
        (CALIBRATED, "high: 81% in place of 80%", "a confidence is exactly 80%"),
        (CALIBRATED, "gap: 19% in place of 20%", "the difference of the two shares is exactly 19%"),
        (CADENCE, "at_least: 3 days in place of 2 days", "with exactly 2 days in a week, and expect kept: 1"),
        (CADENCE, "at_least: 1 days in place of 2 days", "with exactly 1 days in a week, and expect broken: 1"),
        (CADENCE, "at_least: 2 events in place of 2 days", "several events on one day"),
        (CADENCE | {"roles": ["r"]}, "roles dropped", "somebody of another role"),
        (CADENCE | {"use_cases": ["u"]}, "use_cases dropped", "of another use case"),
        (COVERAGE, "items: y dropped", "an uncovered item of the kind y, and expect broken: 1"),
        (COVERAGE, "items: any in place of x, y", "an uncovered item of another kind, and expect broken: 0"),
        (
            {"kind": "check", "each": "a", "must": "amount >= 1"},
            "must: >= changed to > in amount > 1",
            "a value of `must` lies exactly on the bound",
        ),
    ],
)
def test_a_hint_names_the_example_that_is_missing(keys: dict[str, Any], what: str, said: str) -> None:
    tried = rule(**keys)
    assert said in hint(tried, dict(mutants(tried))[what])


def test_nothing_can_come_before_the_very_next_event() -> None:
    assert set(equivalents(rule(**FOLLOWED, before="c", immediately=True))) == {"before dropped"}


def test_a_barrier_that_is_a_target_itself_never_decides() -> None:
    covered = rule(**FOLLOWED | {"then": ["b", "c where amount > 1"]}, before="b where amount > 5")
    assert set(equivalents(covered)) == {"before: where amount > 5 dropped", "before dropped"}


def test_somebody_elses_target_can_be_a_barrier() -> None:
    other = rule(**FOLLOWED, before="b", who="other_user", same=["item_id"])
    assert equivalents(other) == {}


def test_an_alternative_that_another_one_covers_is_no_gap() -> None:
    doubled = rule(kind="check", each=["a where amount > 1", "a", "b"], must="amount > 0")
    assert set(equivalents(doubled)) == {"each: where amount > 1 dropped", "each: 'a where amount > 1' dropped"}


def test_what_a_share_does_not_count_is_no_gap() -> None:
    share = rule(kind="share", of=["a where amount > 1", "c"], among=["a where amount > 1", "b"], min="10%")
    assert set(equivalents(share)) == {"of: where amount > 1 dropped", "of: 'c' dropped"}


def test_a_count_of_what_activates_it_is_never_nought() -> None:
    counted = rule(kind="count", per="session", each="a where amount > 1", of="a, b", min=1)
    assert equivalents(counted) == {"min: 0 in place of 1": "every `each` is an `of` itself, so there is always one"}
    assert equivalents(rule(kind="count", per="session", each="c", of="a, b", min=1)) == {}
    assert "min: 1 in place of 2" not in equivalents(rule(kind="count", per="session", each="a", of="a", min=2))


def test_ordinary_mutants_are_not_excused() -> None:
    assert equivalents(rule(**FOLLOWED, before="c", same=["item_id"])) == {}
    assert equivalents(rule(kind="check", each="a where amount is not null", must="amount >= 1")) == {}
