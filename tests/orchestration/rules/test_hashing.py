import pytest
from books import RULES, compiled, read

from orchestration.rules.compile import compile_rule_book
from orchestration.rules.hashing import rule_book_hash


@pytest.mark.parametrize("kind", RULES)
def test_prose_does_not_change_the_hash(kind):
    prose = {
        "title": "Another title", "why": "Another reason", "owner": "somebody else", "train": "another module",
        "examples": [{"name": "x", "events": "D1 09:00 decide", "expect": {"kept": 1}}],
    }  # fmt: skip
    assert compiled(kind, **prose).semantic_hash == compiled(kind).semantic_hash


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("check", {"must": "  (dwell_s)  >=2.0 "}),
        ("check", {"each": "decide   where (decision = 'approve')"}),
        ("check", {"tolerate": "none", "evidence": {"incorrect": 5}, "version": 7}),
        ("check", {"effective": {"to": "2026-12-31"}}),
        ("followed_by", {"who": "other_user", "within": "72h", "same": "claim_id"}),
        ("followed_by", {"each": "decide where decision = 'approve' AND (amount >= 1e4)"}),
        ("preceded_by", {"who": "same_user", "immediately": False}),
        ("count", {"settle": "60m"}),
        ("share", {"min": 0.05, "max": 0.6}),
        ("cadence", {"per": "week"}),
        ("coverage", {"by": "prompt, decide"}),
        ("calibrated", {"confidence": "confidence", "accepted": "decide where decision = 'approve'"}),
        ("trained", {"valid_for": "364d"}),
    ],
)
def test_another_way_of_writing_the_same_does_not_change_the_hash(kind, changes):
    assert compiled(kind, **changes).semantic_hash == compiled(kind).semantic_hash


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "minor"}, {"evidence": {"incorrect": 6}}, {"evidence": {"correct": 11}}, {"roles": ["nurse"]},
        {"effective": {"from": "2026-01-01"}},
    ],
)  # fmt: skip
def test_what_holds_for_every_kind_is_meaning(kind, changes):
    assert compiled(kind, **changes).semantic_hash != compiled(kind).semantic_hash


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("check", {"must": "dwell_s > 2"}),
        ("check", {"must": "dwell_ms >= 2"}),
        ("check", {"each": "decide"}),
        ("check", {"each": "decide, prompt where decision = 'approve'"}),
        ("check", {"tolerate": "5%"}),
        ("followed_by", {"within": "4d"}),
        ("followed_by", {"before": "prompt"}),
        ("followed_by", {"who": "anyone"}),
        ("followed_by", {"same": ["claim_id", "item_id"]}),
        ("followed_by", {"immediately": True}),
        ("preceded_by", {"since": "recommendation_shown"}),
        ("preceded_by", {"same": None}),
        ("not_followed_by", {"never": "decide"}),
        ("check", {"use_cases": ["claims"]}),
        ("check", {"reach_back": "10 obligations, at most 13 weeks"}),
        ("count", {"max": 4}),
        ("count", {"min": 0}),
        ("count", {"per": "day"}),
        ("count", {"settle": "2h"}),
        ("count", {"each": "decide"}),
        ("share", {"min": None}),
        ("share", {"min": 0}),
        ("share", {"of": "accepted", "among": "offered"}),
        ("cadence", {"at_least": "3 events"}),
        ("cadence", {"of": "prompts"}),
        ("coverage", {"items": "any"}),
        ("calibrated", {"low": "40%"}),
        ("calibrated", {"gap": "0%"}),
        ("calibrated", {"confidence": "amount"}),
        ("trained", {"module": "CT-302"}),
        ("trained", {"valid_for": "26w"}),
    ],
)
def test_another_meaning_has_another_hash(kind, changes):
    assert compiled(kind, **changes).semantic_hash != compiled(kind).semantic_hash


def test_hashes_are_pinned_because_a_workspace_remembers_them():
    """If this fails, every rule of every workspace will look changed: take a new contract, not a new number here."""
    assert {kind: compiled(kind).semantic_hash for kind in RULES} == {
        "check": "0fb61925e4b00d87",
        "followed_by": "5d8eb7c0b4ee1c40",
        "preceded_by": "1697c8fd617b544e",
        "not_followed_by": "6884a90e59a506e1",
        "count": "0bbe614257629a3a",
        "share": "320e590296decef7",
        "cadence": "4b74eddefd281b9b",
        "coverage": "d63a61c360be57ff",
        "calibrated": "b8e2abe42d46a4f7",
        "trained": "eb2419b0e468c952",
    }


def test_the_type_of_an_attribute_is_meaning_and_the_rest_of_the_catalogue_is_not():
    rules = "rules:\n- {id: a, kind: check, each: x, must: a = 1}\n"
    text = f"tool: t\ncatalogue: {{events: [x], attributes: {{a: TYPE}}}}\n{rules}"
    as_double = compile_rule_book([read(text.replace("TYPE", "double"))])[0].semantic_hash
    assert compile_rule_book([read(text.replace("TYPE", "integer"))])[0].semantic_hash != as_double
    assert compile_rule_book([read(text.replace("TYPE", "double, b: text"))])[0].semantic_hash == as_double
    assert compile_rule_book([read(text.replace("tool: t", "tool: u").replace("TYPE", "double"))])[0].semantic_hash != (
        as_double
    )


def test_a_rule_book_has_one_hash_in_any_order():
    rows = [("a", 1, "0" * 16), ("b", 2, "1" * 16)]
    assert rule_book_hash(rows) == rule_book_hash(reversed(rows))
    assert rule_book_hash(rows) != rule_book_hash(rows[:1])
