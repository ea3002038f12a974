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
    ]


def test_training_expires_sooner_and_later():
    assert described("trained") == [
        "valid_for: 520 weeks in place of 52 weeks",
        "valid_for: 1 second in place of 52 weeks",
    ]


@pytest.mark.parametrize("kind", RULES)
def test_every_mutant_compiles_and_means_something_else(kind):
    original = rule(kind)
    hashes = [compile_rule("triage", one, VOCABULARY).semantic_hash for _, one in mutants(original)]
    assert compile_rule("triage", original, VOCABULARY).semantic_hash not in hashes
    assert len(set(hashes)) == len(hashes)
