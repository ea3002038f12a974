import pytest
from books import RULES, VOCABULARY, rule

from orchestration.rules.compile import compile_rule
from orchestration.rules.mutants import mutants


def described(kind, **changes):
    return [what for what, _ in mutants(rule(kind, **changes))]


def test_a_sequence_is_mutated_in_every_part():
    assert described("followed_by", before=["prompt", "evidence_opened"], immediately=True) == [
        "each: where decision = 'approve' and amount >= 10000 dropped",
        "followed_by turned into preceded_by",
        "each: >= changed to > in decision = 'approve' and amount > 10000",
        "within: 30 days in place of 3 days",
        "within: 1 second in place of 3 days",
        "same dropped",
        "before dropped",
        "immediately dropped",
        "who: other_user dropped",
        "before: 'prompt' dropped",
        "before: 'evidence_opened' dropped",
    ]


def test_the_flipped_rule_looks_the_other_way_for_the_same_events():
    flipped = dict(mutants(rule("preceded_by", since="prompt")))["preceded_by turned into followed_by"]
    assert (flipped.kind, flipped.then, flipped.before) == ("followed_by", "evidence_opened", "prompt")
    assert (flipped.first, flipped.since) == (None, None)
    flipped = dict(mutants(rule("not_followed_by")))["each and never exchanged"]
    assert (flipped.each, flipped.never) == ("prompt", "decide")


def test_each_bound_is_made_strict_by_itself():
    found = [one.must for what, one in mutants(rule("check", must="dwell_s >= 2 and (amount <= 9 or claim_id = '>=')"))
             if what.startswith("must")]  # fmt: skip
    assert found == [
        "dwell_s > 2 and (amount <= 9 or claim_id = '>=')",
        "dwell_s >= 2 and (amount < 9 or claim_id = '>=')",
    ]


def test_alternatives_are_dropped_one_by_one():
    found = [one.by for _, one in mutants(rule("coverage", by="decide, 'Send invoice, paid' where amount > 1"))]
    assert found == [
        "decide, 'Send invoice, paid'",
        "'Send invoice, paid' where amount > 1",
        "'decide' where amount > 1",
        "decide, 'Send invoice, paid' where amount > 1",
    ]


def test_training_expires_sooner_and_later():
    assert described("trained") == [
        "valid_for: 520 weeks in place of 52 weeks",
        "valid_for: 36 days in place of 52 weeks",
    ]
    assert described("trained", valid_for="5d") == [
        "valid_for: 50 days in place of 5 days",
        "valid_for: 12 hours in place of 5 days",
    ]


def test_the_numbers_of_a_count_are_moved_by_one():
    assert described("count", min=2, max=3, settle="2h", each="decide") == [
        "settle: 20 hours in place of 2 hours",
        "settle: 1 second in place of 2 hours",
        "min: 1 in place of 2",
        "min: 3 in place of 2",
        "max: 2 in place of 3",
        "max: 4 in place of 3",
        "each dropped",
    ]


def test_a_bound_is_not_moved_to_where_no_rule_could_have_it():
    assert described("count", min=0, max=0) == ["max: 1 in place of 0"]
    assert described("share", of="accepted", among="offered", min="0%", max="100%") == [
        "min: 1% in place of 0%",
        "max: 99% in place of 100%",
    ]
    assert "low: 51% in place of 50%" not in described("calibrated", low="50%", high="50%")


def test_shares_are_moved_by_one_point():
    assert described("calibrated") == [
        "low: 49% in place of 50%",
        "low: 51% in place of 50%",
        "high: 79% in place of 80%",
        "high: 81% in place of 80%",
        "gap: 19% in place of 20%",
        "gap: 21% in place of 20%",
    ]


def test_a_rhythm_is_mutated_in_number_and_unit():
    assert described("cadence") == [
        "at_least: 2 days in place of 3 days",
        "at_least: 4 days in place of 3 days",
        "at_least: 3 events in place of 3 days",
    ]
    assert described("cadence", at_least="1 events") == ["at_least: 2 events in place of 1 events"]
    assert "at_least: 8 days in place of 7 days" not in described("cadence", at_least="7 days")


def test_kinds_of_items_are_dropped_and_widened():
    assert described("coverage", items=["claim", "appeal"], by="decide") == [
        "items: claim dropped",
        "items: appeal dropped",
        "items: any in place of claim, appeal",
    ]
    assert described("coverage", items="any", by="decide") == []


def test_who_the_rule_is_for_is_dropped():
    assert described("check", must="dwell_s > 2", roles=["handler"], use_cases=["motor"])[-2:] == [
        "roles dropped",
        "use_cases dropped",
    ]


@pytest.mark.parametrize("kind", RULES)
def test_every_mutant_compiles_and_means_something_else(kind):
    original = rule(kind)
    hashes = [compile_rule("triage", one, VOCABULARY).semantic_hash for _, one in mutants(original)]
    assert compile_rule("triage", original, VOCABULARY).semantic_hash not in hashes
    assert len(set(hashes)) == len(hashes)
