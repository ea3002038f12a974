"""Examples and mutants of rules of every kind, judged by the production models."""

from __future__ import annotations

import pytest

from orchestration.trying.examples import try_rules
from orchestration.trying.results import RuleResult
from tests.orchestration.tried_rules import STANDING, WANTING, sources

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results() -> dict[str, RuleResult]:
    return {one.rule_id: one for one in try_rules([*sources(STANDING), *sources(WANTING)])}


@pytest.fixture(scope="module")
def standing(results: dict[str, RuleResult]) -> list[RuleResult]:
    return [one for rule_id, one in results.items() if rule_id.startswith("every-kind")]


def test_examples_of_every_kind_come_to_what_they_expect(standing: list[RuleResult]) -> None:
    assert len(standing) == 9
    assert [(one.rule_id, failed.name, failed.got) for one in standing for failed in one.failures] == []


def test_every_mutant_of_a_well_tested_rule_is_noticed(standing: list[RuleResult]) -> None:
    assert [(one.rule_id, mutant.what) for one in standing for mutant in one.survivors] == []
    assert sum(mutant.killed_by is not None for one in standing for mutant in one.mutants) >= 18


def test_a_rule_that_passes_everything_stands(standing: list[RuleResult]) -> None:
    assert all(one.has_passed for one in standing)


def test_a_mutant_names_the_example_that_kills_it(results: dict[str, RuleResult]) -> None:
    killers = {mutant.what: mutant.killed_by for mutant in results["every-kind-followed-by"].mutants}
    assert killers["within: 30 days in place of 3 days"] == "bob reviews too late"
    assert killers["before dropped"] == "something else was shown first"
    assert killers["each: where amount >= 10 dropped"] == "small"


def test_a_failed_example_says_where_it_stands_and_what_it_came_to(results: dict[str, RuleResult]) -> None:
    (failed,) = results["wrong-expectation"].failures
    assert (failed.name, failed.got.kept, failed.got.broken, failed.got.verdict) == ("on the bound", 0, 1, "unproven")
    assert WANTING.splitlines()[failed.line - 1].startswith("  - {name: on the bound")


def test_a_failed_example_kills_no_mutant(results: dict[str, RuleResult]) -> None:
    names = {mutant.killed_by for one in results.values() for mutant in one.mutants}
    assert "on the bound" not in names


def test_a_rule_needs_a_kept_and_a_broken_example(results: dict[str, RuleResult]) -> None:
    assert results["no-broken-example"].missing == ("broken",)
    assert results["no-examples"].missing == ("kept", "broken")
    assert not results["no-broken-example"].has_passed


def test_survivors_come_with_the_example_that_would_kill_them(results: dict[str, RuleResult]) -> None:
    survivors = {mutant.what: mutant.hint for mutant in results["mutants-survive"].survivors}
    later = "a little more than 1 day away"
    turns_on = "that turns on the event dropped from `first`: with it alone, the outcome must differ"
    expected = {
        "each: where amount >= 10 dropped": "with an event of `each` for which amount >= 10 does not hold",
        "each: >= changed to > in amount > 10": "in which a value of `each` lies exactly on the bound",
        "within: 10 days in place of 1 day": f"in which `first` lies {later}, and expect broken: 1",
        "same dropped": "in which the two events differ in item_id, and expect broken: 1",
        "who: anyone dropped": "in which a colleague does the second part (@bob)",
        "first: shown dropped": turns_on,
    }
    assert survivors == {what: f"add an example {text}" for what, text in expected.items()}


def test_what_no_example_could_notice_is_told_as_equivalent(results: dict[str, RuleResult]) -> None:
    equal = {mutant.what: mutant.equivalent for mutant in results["mutants-survive"].mutants if mutant.equivalent}
    assert equal == {
        "since dropped": "every such `since` is a `first` itself, so none can come between",
        "since: opened dropped": "every such `since` is a `first` itself, so none can come between",
        "since: shown dropped": "every such `since` is a `first` itself, so none can come between",
    }
    (calibrated,) = [one for one in results["every-kind-calibrated"].mutants if one.equivalent]
    assert calibrated.what == "each: where confidence is not null dropped"


def test_one_rule_can_be_tried_alone() -> None:
    (only,) = try_rules(sources(WANTING), "no-broken-example")
    assert only.rule_id == "no-broken-example"
