"""Rules with one thing wrong. An example log that judges a mutant like the rule itself does not prove that thing.

Mutated are: a `where` (dropped), the order (flipped), `>=` and `<=` (to `>` and `<`), the time (ten times, and one
second; a validity also to a tenth), the numbers of count, share, calibrated and cadence (one more, one less; shares by
one point), days and events of a cadence (exchanged), same, before, since, who, immediately, roles, use_cases and the
`each` of a count (dropped), an alternative of a selector or of the kinds of items (dropped).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.registry.rule_models import Rule
from orchestration.registry.rule_values import Need
from orchestration.rules.durations import LONGEST, SECOND, UNITS, spoken
from orchestration.rules.lexing import Token, tokens
from orchestration.rules.parsing import SELECTOR_KEYS
from orchestration.rules.selectors import event_names, split_where

Mutant = tuple[str, Rule]
Written = str | tuple[str, ...]

_STRICT = {">=": ">", "<=": "<"}
_FLIPPED = {"followed_by": "preceded_by", "preceded_by": "followed_by"}
_OTHER_SIDE = {"then": "first", "before": "since", "first": "then", "since": "before"}
_TIMES = ("within", "settle", "valid_for")
_ONE, _POINT = 1, 0.01
_BOUNDS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "count": (("min", _ONE), ("max", _ONE)),
    "share": (("min", _POINT), ("max", _POINT)),
    "calibrated": (("low", _POINT), ("high", _POINT), ("gap", _POINT)),
}
_DROPPABLE = ("same", "before", "since", "immediately", "roles", "use_cases")
MOST_DAYS = 7


def mutants(rule: Rule) -> list[Mutant]:
    """(what was changed, the changed rule) for every mutation that applies to a rule that compiles.

    A mutant may break what a rule file must keep (`who: other_user` without `same`), so it is compiled, not validated.
    """
    return [
        *_dropped_wheres(rule),
        *_flipped(rule),
        *_strict_bounds(rule),
        *_other_times(rule),
        *_moved_bounds(rule),
        *_other_needs(rule),
        *_dropped_keys(rule),
        *_dropped_alternatives(rule),
        *_dropped_items(rule),
    ]


def _changed(rule: Rule, **update: Any) -> Rule:
    return rule.model_copy(update=update)


def _selectors(rule: Rule) -> Iterator[tuple[str, int | None, str]]:
    """(key, index within a list or None, text) of every selector that is written in the rule."""
    for key in (*SELECTOR_KEYS, "accepted"):
        written: Written | None = getattr(rule, key)
        if isinstance(written, str):
            yield key, None, written
        elif written is not None:
            yield from ((key, index, item) for index, item in enumerate(written))


def _with(rule: Rule, key: str, index: int | None, text: str) -> Rule:
    written = getattr(rule, key)
    if index is None:
        return _changed(rule, **{key: text})
    return _changed(rule, **{key: (*written[:index], text, *written[index + 1 :])})


def _dropped_wheres(rule: Rule) -> Iterator[Mutant]:
    for key, index, text in _selectors(rule):
        before, condition_at = split_where(text)
        if condition_at is not None:
            yield f"{key}: where{text[condition_at:]} dropped", _with(rule, key, index, before.strip())


def _flipped(rule: Rule) -> Iterator[Mutant]:
    if rule.kind in _FLIPPED:
        update = {_OTHER_SIDE[key]: getattr(rule, key) for key in _OTHER_SIDE}
        yield f"{rule.kind} turned into {_FLIPPED[rule.kind]}", _changed(rule, kind=_FLIPPED[rule.kind], **update)
    elif rule.kind == "not_followed_by":
        yield "each and never exchanged", _changed(rule, each=rule.never, never=rule.each)


def _strict_bounds(rule: Rule) -> Iterator[Mutant]:
    for key, index, text in _selectors(rule):
        start = 0 if key == "accepted" and split_where(text)[1] is None else split_where(text)[1]
        if start is not None:
            for what, changed in _stricter(text, start):
                yield f"{key}: {what}", _with(rule, key, index, changed)
    if rule.must is not None:
        for what, changed in _stricter(rule.must, 0):
            yield f"must: {what}", _changed(rule, must=changed)


def _stricter(text: str, start: int) -> Iterator[tuple[str, str]]:
    """Every way to make one bound of the condition that begins at `start` strict."""
    for token in _operators(text, start):
        at = start + token.offset
        changed = text[:at] + _STRICT[token.text] + text[at + len(token.text) :]
        yield f"{token.text} changed to {_STRICT[token.text]} in {changed[start:].strip()}", changed


def _operators(text: str, start: int) -> list[Token]:
    return [token for token in tokens(text[start:]) if token.text in _STRICT] if re.search("[<>]=", text) else []


def _other_times(rule: Rule) -> Iterator[Mutant]:
    for key in _TIMES:
        length: int | None = getattr(rule, key)
        if length is None:
            continue
        for other in (min(length * 10, LONGEST), _tenth(length) if key == "valid_for" else SECOND):
            if other != length:
                yield f"{key}: {spoken(other)} in place of {spoken(length)}", _changed(rule, **{key: other})


def _tenth(length: int) -> int:
    """A tenth, in whole days where it is longer than one."""
    tenth = length // 10
    return tenth - tenth % UNITS["d"] or max(tenth, SECOND)


def _moved_bounds(rule: Rule) -> Iterator[Mutant]:
    """Each bound by the smallest step that somebody could have meant, where the rule could still be written so."""
    for key, step in _BOUNDS.get(rule.kind, ()):
        value: float | None = getattr(rule, key)
        if value is None:
            continue
        for other in (round(value - step, 6), round(value + step, 6)):
            moved = _changed(rule, **{key: other})
            if other >= 0 and (step == _ONE or other <= 1) and _is_in_order(moved):
                yield f"{key}: {_number(other, step)} in place of {_number(value, step)}", moved


def _is_in_order(rule: Rule) -> bool:
    pairs = ((rule.min, rule.max), (rule.low, rule.high))
    return all(low is None or high is None or low <= high for low, high in pairs)


def _number(value: float, step: float) -> str:
    return f"{value:g}" if step == _ONE else f"{value * 100:g}%"


def _other_needs(rule: Rule) -> Iterator[Mutant]:
    need = rule.at_least
    if need is None:
        return
    others = [Need(count=need.count + step, unit=need.unit) for step in (-1, 1)]
    if need.count > 1:  # of one there is no telling: a day with use is an event of it
        others.append(Need(count=need.count, unit="events" if need.unit == "days" else "days"))
    for other in others:
        if other.count >= 1 and (other.unit == "events" or other.count <= MOST_DAYS):
            what = f"at_least: {other.count} {other.unit} in place of {need.count} {need.unit}"
            yield what, _changed(rule, at_least=other)


def _dropped_keys(rule: Rule) -> Iterator[Mutant]:
    for key in (*_DROPPABLE, "each") if rule.kind == "count" else _DROPPABLE:
        if getattr(rule, key):
            yield f"{key} dropped", _changed(rule, **{key: None})
    if rule.who not in (None, "same_user"):
        yield f"who: {rule.who} dropped", _changed(rule, who=None)


def _dropped_alternatives(rule: Rule) -> Iterator[Mutant]:
    for key, index, text in _selectors(rule):
        yield from _dropped_events(rule, key, index, text)
        if index is not None and len(getattr(rule, key)) > 1:
            left = tuple(item for other, item in enumerate(getattr(rule, key)) if other != index)
            yield f"{key}: {text!r} dropped", _changed(rule, **{key: left})


def _dropped_items(rule: Rule) -> Iterator[Mutant]:
    """Other kinds of items: each one left out, and every kind there is."""
    kinds = rule.items or ()
    for dropped in kinds if len(kinds) > 1 else ():
        yield f"items: {dropped} dropped", _changed(rule, items=tuple(one for one in kinds if one != dropped))
    if kinds and "any" not in kinds:
        yield f"items: any in place of {', '.join(kinds)}", _changed(rule, items=("any",))


def _dropped_events(rule: Rule, key: str, index: int | None, text: str) -> Iterator[Mutant]:
    before, condition_at = split_where(text)
    if key == "accepted" and condition_at is None:
        return
    names = [name for name, _ in event_names(before)] if before.strip() else []
    for dropped in names if len(names) > 1 else []:
        left = ", ".join(_quoted(name) for name in names if name != dropped)
        where = f" where{text[condition_at:]}" if condition_at is not None else ""
        yield f"{key}: {dropped} dropped", _with(rule, key, index, left + where)


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
