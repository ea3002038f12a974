"""Mutants that no example could ever tell from their rule, each with the reason: they are no gap in the examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orchestration.registry.rule_models import Rule
from orchestration.rules.expressions import plain
from orchestration.rules.hashing import semantic_hash
from orchestration.rules.parsing import SELECTOR_KEYS, TARGETS, ParsedRule, parse_rule
from orchestration.rules.selectors import Selector
from orchestration.rules.vocabulary import Vocabulary

# One event name under one condition (None: under every condition).
Atom = tuple[str, str | None]
BARRIERS = {"followed_by": "before", "preceded_by": "since"}


def why_equivalent(rule: Rule, mutant: Rule, vocabulary: Vocabulary) -> str | None:
    """Why `mutant` judges every log like `rule`; None when an example could tell them apart.

    Raises RuleError when one of the two does not compile.
    """
    original, changed = parse_rule(rule, vocabulary), parse_rule(mutant, vocabulary)
    if semantic_hash("", original) == semantic_hash("", changed):
        return "it means the same"
    barrier = BARRIERS.get(rule.kind)
    if barrier and _without(original, barrier) == _without(changed, barrier):
        return _barrier_never_decides(original, changed, barrier)
    if _reduced(original) == _reduced(changed):
        return "what was changed is covered by the rest of the rule"
    if _counts_at_least_one(original) and _min_of(original) == _min_of(changed) and _same_but_min(original, changed):
        return "every `each` is an `of` itself, so there is always one"
    return None


def _counts_at_least_one(parsed: ParsedRule) -> bool:
    """Whether every group that is counted holds an `of`, because its `each` is one."""
    each = _atoms(parsed.selectors.get("each"))
    return parsed.rule.kind == "count" and bool(each) and _are_covered(each, _atoms(parsed.selectors["of"]))


def _min_of(parsed: ParsedRule) -> float:
    return max(parsed.rule.min or 0, 1)


def _same_but_min(one: ParsedRule, other: ParsedRule) -> bool:
    changed = [replace(each, rule=each.rule.model_copy(update={"min": None})) for each in (one, other)]
    return semantic_hash("", changed[0]) == semantic_hash("", changed[1])


def _barrier_never_decides(original: ParsedRule, changed: ParsedRule, barrier: str) -> str | None:
    """The two differ in their `before` (or `since`) alone: does it ever decide?"""
    if original.rule.immediately:
        return f"with `immediately` nothing lies between, so no `{barrier}` can"
    target = TARGETS[original.rule.kind]
    moved = _atoms(original.selectors.get(barrier)) ^ _atoms(changed.selectors.get(barrier))
    if original.rule.who != "other_user" and _are_covered(moved, _atoms(original.selectors[target])):
        return f"every such `{barrier}` is a `{target}` itself, so none can come between"
    return None


def _without(parsed: ParsedRule, key: str) -> str:
    """The meaning of the rule but for one of its selectors."""
    selectors = {name: one for name, one in parsed.selectors.items() if name != key}
    return semantic_hash("", replace(parsed, rule=parsed.rule.model_copy(update={key: None}), selectors=selectors))


def _reduced(parsed: ParsedRule) -> str:
    """The meaning of the rule with everything left out that has no effect: alternatives that another one covers, the
    events of a share's `of` that nothing counts, a calibration's `confidence is not null`."""
    atoms = {key: frozenset(_essential(_atoms(one))) for key, one in parsed.selectors.items()}
    if parsed.rule.kind == "share" and not parsed.measures:
        atoms["of"] = _counted(atoms["of"], atoms["among"])
    if parsed.rule.kind == "calibrated" and parsed.confidence is not None:
        shown = f"{plain(parsed.confidence)} is not null"
        atoms["each"] = frozenset((name, None if where == shown else where) for name, where in atoms["each"])
    rest = replace(parsed, rule=parsed.rule.model_copy(update=dict.fromkeys(SELECTOR_KEYS)), selectors={})
    said = sorted((key, sorted((name, where or "") for name, where in found)) for key, found in atoms.items())
    return f"{semantic_hash('', rest)} {said}"


def _atoms(selector: Selector | None) -> set[Atom]:
    return {
        (name, plain(one.where) if one.where else None)
        for one in (selector.alternatives if selector else ())
        for name in one.events
    }


def _essential(atoms: set[Atom]) -> set[Atom]:
    return {(name, where) for name, where in atoms if where is None or (name, None) not in atoms}


def _counted(part: Iterable[Atom], whole: frozenset[Atom]) -> frozenset[Atom]:
    """`of` within `among`: a condition that all events of that name in `among` fulfil says nothing more."""
    names = {name for name, _ in whole}
    found = {(name, where) for name, where in part if name in names}
    always = {name for name in names if {(name, where) for one, where in whole if one == name} <= found}
    return frozenset(_essential(found | {(name, None) for name in always}))


def _are_covered(atoms: set[Atom], by: set[Atom]) -> bool:
    return all(atom in by or (atom[0], None) in by for atom in atoms)
