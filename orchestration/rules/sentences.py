"""Each rule in one plain sentence, made from the rule itself, so that the words cannot drift from the meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from orchestration.rules.durations import spoken
from orchestration.rules.expressions import plain
from orchestration.rules.parsing import ParsedRule
from orchestration.rules.selectors import Alternative
from orchestration.rules.spec import kinds_of_items, settle, who


def sentence(parsed: ParsedRule) -> str:
    """The rule as one English sentence, and who it is for."""
    return _capital(f"{_population(parsed)}{SENTENCES[parsed.rule.kind](parsed)}{_tolerance(parsed)}{_reach(parsed)}.")


def _check(parsed: ParsedRule) -> str:
    assert parsed.must is not None
    return f"every {_events(parsed, 'each')} must satisfy {plain(parsed.must)}"


def _followed_by(parsed: ParsedRule) -> str:
    before = f" and before any {_events(parsed, 'before')}" if "before" in parsed.selectors else ""
    target = f"{_next(parsed, 'next')}{_events(parsed, 'then')}{_by_whom(parsed)}{_same(parsed)}"
    return f"every {_events(parsed, 'each')} must be followed, within {_within(parsed)}{before}, by {target}"


def _preceded_by(parsed: ParsedRule) -> str:
    since = f" and not before the latest {_events(parsed, 'since')}" if "since" in parsed.selectors else ""
    target = f"{_next(parsed, 'previous')}{_events(parsed, 'first')}{_by_whom(parsed)}{_same(parsed)}"
    return f"every {_events(parsed, 'each')} must be preceded, within {_within(parsed)}{since}, by {target}"


def _not_followed_by(parsed: ParsedRule) -> str:
    target = f"{_events(parsed, 'never')}{_by_whom(parsed)}{_same(parsed)}"
    return f"no {_events(parsed, 'each')} may be followed, within {_within(parsed)}, by {target}"


def _count(parsed: ParsedRule) -> str:
    group = parsed.per.name.removesuffix("_id") if parsed.per else parsed.rule.per
    having = f" with {_events(parsed, 'each')}" if "each" in parsed.selectors else ""
    counted = f"{_range(parsed, lambda bound: f'{bound:g}')} {_events(parsed, 'of')}"
    quiet = spoken(settle(parsed) or 0)
    return f"each {group} of a person{having} must have {counted} (final after {quiet} of quiet)"


def _share(parsed: ParsedRule) -> str:
    whole, part = (parsed.measures.get(key) or _events(parsed, key) for key in ("among", "of"))
    return f"of a person's {whole}, {_range(parsed, _percent)} must be {part}"


def _cadence(parsed: ParsedRule) -> str:
    need = parsed.rule.at_least
    assert need is not None
    what = parsed.measures.get("of") or _events(parsed, "of")
    days = f"{need.count} day{'s' if need.count > 1 else ''}"
    often = f"{what} on at least {days}" if need.unit == "days" else f"at least {need.count} {what}"
    return f"a person must have {often} in a week of five available days, and in proportion in a shorter one"


def _coverage(parsed: ParsedRule) -> str:
    kinds = kinds_of_items(parsed)
    items = f"{_either(kinds)} work item" if kinds else "work item"
    return f"every {items} must have {_events(parsed, 'by')} by its owner before it is closed"


def _calibrated(parsed: ParsedRule) -> str:
    rule = parsed.rule
    assert parsed.confidence is not None and rule.gap is not None and rule.high is not None and rule.low is not None
    shown = plain(parsed.confidence)
    return (
        f"{_events(parsed, 'each')} must be accepted ({_events(parsed, 'accepted')}) at least {rule.gap * 100:g} points"
        f" more often where {shown} is {_percent(rule.high)} or more than where it is below {_percent(rule.low)}"
    )


def _trained(parsed: ParsedRule) -> str:
    valid = spoken(parsed.rule.valid_for or 0)
    return f"every {_events(parsed, 'each')} needs a completion of {parsed.rule.module} in the {valid} before it"


SENTENCES: Mapping[str, Callable[[ParsedRule], str]] = {
    "check": _check,
    "followed_by": _followed_by,
    "preceded_by": _preceded_by,
    "not_followed_by": _not_followed_by,
    "count": _count,
    "share": _share,
    "cadence": _cadence,
    "coverage": _coverage,
    "calibrated": _calibrated,
    "trained": _trained,
}


def _events(parsed: ParsedRule, key: str) -> str:
    return _either(_alternative(one) for one in parsed.selectors[key].alternatives)


def _alternative(one: Alternative) -> str:
    names = _either(one.events)
    return f"{names} (where {plain(one.where)})" if one.where else names


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _within(parsed: ParsedRule) -> str:
    return spoken(parsed.rule.within or 0)


def _next(parsed: ParsedRule, word: str) -> str:
    return f"the very {word} event, which is " if parsed.rule.immediately else ""


def _by_whom(parsed: ParsedRule) -> str:
    return {"same_user": " by the same person", "other_user": " by another person", "anyone": " by anyone"}[who(parsed)]


def _same(parsed: ParsedRule) -> str:
    names = [column.name for column in parsed.same]
    return f" with the same {' and '.join(names)}" if names else ""


def _range(parsed: ParsedRule, shown: Callable[[float], str]) -> str:
    low, high = parsed.rule.min, parsed.rule.max
    if low is not None and high is not None:
        return f"exactly {shown(low)}" if low == high else f"{shown(low)} to {shown(high)}"
    return f"at least {shown(low)}" if low is not None else f"at most {shown(high or 0)}"


def _percent(share: float) -> str:
    return f"{share * 100:.6g}%"


def _population(parsed: ParsedRule) -> str:
    roles = f"for the role {_either(parsed.rule.roles)}" if parsed.rule.roles else ""
    uses = f"in the use case {_either(parsed.rule.use_cases)}" if parsed.rule.use_cases else ""
    joined = " ".join(part for part in (roles, uses) if part)
    return f"{joined}, " if joined else ""


def _tolerance(parsed: ParsedRule) -> str:
    return f"; up to {_percent(parsed.rule.tolerate)} may fall short" if parsed.rule.tolerate else ""


def _reach(parsed: ParsedRule) -> str:
    reach = parsed.rule.reach_back
    if reach is None:
        return ""
    return f"; with fewer than {reach.obligations} cases in the window, up to {reach.weeks} weeks are looked back"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
