"""What a person's obligations come to: intervals and verdicts as the language defines them, in plain arithmetic."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.judge.language import Rule
from tests.judge.obligations import Obligation

Z = 1.2816


@dataclass(frozen=True, slots=True)
class Verdict:
    user_id: str
    judged: int
    broken: int
    pending: int
    undecided: int
    verdict: str


def verdicts(rule: Rule, found: Iterable[Obligation]) -> list[Verdict]:
    """One verdict per person who had an obligation."""
    theirs: dict[str, list[Obligation]] = defaultdict(list)
    for one in found:
        theirs[one.user_id].append(one)
    return [_verdict(rule, user, theirs[user]) for user in sorted(theirs)]


def verdicts_of_versions(found: Mapping[Rule, Sequence[Obligation]]) -> Iterator[tuple[Rule, Verdict]]:
    """One verdict per person over all versions of a rule, by the newest of those that asked something of the person."""
    for user in sorted({one.user_id for obligations in found.values() for one in obligations}):
        theirs = {rule: [one for one in obligations if one.user_id == user] for rule, obligations in found.items()}
        newest = max((rule for rule in found if theirs[rule]), key=lambda rule: rule.version)
        yield newest, _verdict(newest, user, [one for obligations in theirs.values() for one in obligations])


def of_outcomes(rule: Rule, outcomes: Iterable[str]) -> str:
    """The verdict of somebody's outcomes, for every kind but `calibrated`."""
    moment = datetime(1970, 1, 1)
    return _verdict(rule, "", [Obligation("", None, moment, moment, word, None) for word in outcomes]).verdict


def _verdict(rule: Rule, user: str, found: Sequence[Obligation]) -> Verdict:
    kept, broken, pending, unknown, excused = (
        sum(one.weight for one in found if one.outcome == word)
        for word in ("kept", "broken", "pending", "unknown", "excused")
    )
    assert kept + broken + pending + unknown + excused == sum(one.weight for one in found)
    if kept + broken == 0:
        word = "pending" if pending else "not_triggered"
    elif rule.kind == "calibrated":
        word = _reliance(rule, [one for one in found if one.outcome in ("kept", "broken")])
    else:
        word = (_band if rule.kind == "share" else _share_broken)(rule, kept, broken)
    return Verdict(user, kept + broken, broken, pending, unknown + excused, word)


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The lower and upper one-sided 90 % bound of a share."""
    p = successes / n
    middle = p + Z * Z / (2 * n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (middle - half) / (1 + Z * Z / n), (middle + half) / (1 + Z * Z / n)


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """The lower and upper one-sided 90 % bound of first share - second share; (successes, n) each."""
    (p, q), (low_p, high_p), (low_q, high_q) = (k / n for k, n in (first, second)), wilson(*first), wilson(*second)
    gap = p - q
    return gap - math.hypot(p - low_p, high_q - q), gap + math.hypot(high_p - p, q - low_q)


def _share_broken(rule: Rule, kept: int, broken: int) -> str:
    n, permitted = kept + broken, rule.tolerate / 100
    if rule.severity == "blocker" and broken:
        return "violated"
    if broken and n >= rule.incorrect and wilson(broken, n)[0] > permitted:
        return "violated"
    return "satisfied" if n >= rule.correct and broken / n <= permitted else "unproven"


def _band(rule: Rule, kept: int, broken: int) -> str:
    n = kept + broken
    low = 0.0 if rule.least is None else rule.least / 100
    high = 1.0 if rule.most is None else rule.most / 100
    lower, upper = wilson(kept, n)
    if n >= rule.incorrect and (upper < low or lower > high):
        return "violated"
    return "satisfied" if n >= rule.correct and low <= kept / n <= high else "unproven"


def _reliance(rule: Rule, judged: Sequence[Obligation]) -> str:
    """Without decisions on both sides of the band there is no gap to speak of."""
    assert rule.gap is not None
    high, low = (_accepted([one for one in judged if one.side == side]) for side in ("high", "low"))
    if not high[1] or not low[1]:
        return "unproven"
    n, least = len(judged), rule.gap / 100
    if n >= rule.incorrect and newcombe(high, low)[1] < least:
        return "violated"
    return "satisfied" if n >= rule.correct and high[0] / high[1] - low[0] / low[1] >= least else "unproven"


def _accepted(decisions: Sequence[Obligation]) -> tuple[int, int]:
    """How many were accepted, of how many."""
    return sum((one.outcome == "kept") == (one.side == "high") for one in decisions), len(decisions)
