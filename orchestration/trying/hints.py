"""Which example would tell a mutant from its rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestration.registry.rule_models import Rule
from orchestration.rules.durations import spoken
from orchestration.rules.mutants import Written
from orchestration.rules.parsing import SELECTOR_KEYS, TARGETS


def hint(rule: Rule, mutant: Rule) -> str:
    """One sentence that begins with 'add an example', from what differs between the two."""
    changed = [key for key in Rule.model_fields if getattr(rule, key) != getattr(mutant, key)]
    if "kind" in changed:
        return _wrong_way_round(rule)
    if rule.kind == "not_followed_by" and {"each", "never"} <= set(changed):
        return "add an example in which `never` comes before `each` and not after it, and expect kept: 1"
    key = changed[0] if changed else ""
    if key in _DROPPED and getattr(mutant, key) is None:
        return f"add an example {_DROPPED[key](rule)}"
    if key in _CHANGED:
        return f"add an example {_CHANGED[key](rule, mutant)}"
    if key in (*SELECTOR_KEYS, "accepted", "must"):
        return _condition(key, getattr(rule, key), getattr(mutant, key))
    return "add an example whose outcome depends on it"


def _wrong_way_round(rule: Rule) -> str:
    target = TARGETS[rule.kind]
    side = "before" if rule.kind == "followed_by" else "after"
    return f"add an example in which `{target}` comes {side} `each` only, and expect broken: 1"


def _time(key: str) -> Callable[[Rule, Rule], str]:
    def sentence(rule: Rule, mutant: Rule) -> str:
        own, other = getattr(rule, key), getattr(mutant, key)
        later, early = ("broken", "kept") if rule.kind != "not_followed_by" else ("kept", "broken")
        what = "a completion" if key == "valid_for" else f"`{TARGETS[rule.kind]}`"
        if other > own:
            return f"in which {what} lies a little more than {spoken(own)} away, and expect {later}: 1"
        return f"in which {what} lies between {spoken(other)} and {spoken(own)} away, and expect {early}: 1"

    return sentence


def _settling(rule: Rule, mutant: Rule) -> str:
    own, other = rule.settle or 0, mutant.settle or 0
    between = f"`now:` lies between {spoken(min(own, other))} and {spoken(max(own, other))} after the last event"
    return f"in which {between}, and expect {'pending: 1' if other < own else 'nothing pending'}"


def _bound(key: str) -> Callable[[Rule, Rule], str]:
    """Between a bound and its neighbour lies one figure that only one of the two lets through."""

    def sentence(rule: Rule, mutant: Rule) -> str:
        pick = max if key == "max" else min
        between = _figure(rule, pick(getattr(rule, key), getattr(mutant, key)))
        return f"in which {_BOUNDED.get((rule.kind, key), 'the share')} is exactly {between}"

    return sentence


def _figure(rule: Rule, value: float) -> str:
    return f"{value:g}" if rule.kind == "count" else f"{value * 100:g}%"


def _other_need(rule: Rule, mutant: Rule) -> str:
    own, other = rule.at_least, mutant.at_least
    if own is None or other is None or own.unit != other.unit:
        return "with several events on one day, too few days or too few events"
    reached = max(own.count, other.count) - 1
    return (
        f"with exactly {reached} {own.unit} in a week, and expect {'kept' if other.count > own.count else 'broken'}: 1"
    )


def _other_items(rule: Rule, mutant: Rule) -> str:
    if mutant.items == ("any",):
        return "with an uncovered item of another kind, and expect broken: 0"
    dropped = next(kind for kind in rule.items or () if kind not in (mutant.items or ()))
    return f"with an uncovered item of the kind {dropped}, and expect broken: 1"


_BOUNDED: Mapping[tuple[str, str], str] = {
    ("count", "min"): "the number",
    ("count", "max"): "the number",
    ("calibrated", "low"): "a confidence",
    ("calibrated", "high"): "a confidence",
    ("calibrated", "gap"): "the difference of the two shares",
}
_CHANGED: Mapping[str, Callable[[Rule, Rule], str]] = {
    "within": _time("within"),
    "valid_for": _time("valid_for"),
    "settle": _settling,
    **{key: _bound(key) for key in ("min", "max", "low", "high", "gap")},
    "at_least": _other_need,
    "items": _other_items,
}


def _always(text: str) -> Callable[[Rule], str]:
    return lambda _: text


def _other_same(rule: Rule) -> str:
    outcome = "kept" if rule.kind == "not_followed_by" else "broken"
    return f"in which the two events differ in {' or '.join(rule.same or ())}, and expect {outcome}: 1"


def _other_who(rule: Rule) -> str:
    if rule.who == "other_user":
        return "in which the same person does both, beside one in which @bob does the second"
    return "in which a colleague does the second part (@bob)"


_DROPPED: Mapping[str, Callable[[Rule], str]] = {
    "same": _other_same,
    "who": _other_who,
    "before": _always("in which a `before` event lies between `each` and `then`, and expect broken: 1"),
    "since": _always("in which a `since` event lies between `first` and `each`, and expect broken: 1"),
    "immediately": _always("in which another event comes between the two, and expect broken: 1"),
    "roles": _always("in which somebody of another role does it (! role ...), and expect verdict: not_triggered"),
    "use_cases": _always("of another use case, and expect verdict: not_triggered"),
    "each": _always("of a group without an event of `each`, and expect kept: 0"),
}


def _condition(key: str, before: Written | None, after: Written | None) -> str:
    """A `where` or an alternative dropped, or a bound made strict."""
    if (isinstance(before, str) and isinstance(after, str)) or _length(before) == _length(after):
        return _texts(key, *_differing(before, after))
    return f"add an example that turns on the event dropped from `{key}`: with it alone, the outcome must differ"


def _texts(key: str, before: str, after: str) -> str:
    if _is_stricter(before, after):
        return f"add an example in which a value of `{key}` lies exactly on the bound"
    if before.startswith(after.strip()) and " where " in f" {before} ":
        condition = before[before.lower().rfind("where") + 5 :].strip()
        return f"add an example with an event of `{key}` for which {condition} does not hold"
    return f"add an example that turns on the event dropped from `{key}`: with it alone, the outcome must differ"


def _is_stricter(before: str, after: str) -> bool:
    """Whether exactly one `=` of a `>=` or `<=` is gone."""
    return len(before) == len(after) + 1 and any(
        before[at] == "=" and before[at - 1] in "<>" and before[:at] + before[at + 1 :] == after
        for at in range(1, len(before))
    )


def _length(written: Written | None) -> int:
    return 1 if isinstance(written, str) else len(written or ())


def _differing(before: Written | None, after: Written | None) -> tuple[str, str]:
    """The first pair of texts that differ."""
    pairs = zip(_listed(before), _listed(after), strict=False)
    return next(((one, other) for one, other in pairs if one != other), ("", ""))


def _listed(written: Written | None) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written or ())
