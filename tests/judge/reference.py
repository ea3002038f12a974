"""A judge of its own, written from the rule language alone: slow, plain, and with nothing of production in it.

It looks at every event for every obligation. Where the language leaves room, concurrency never convicts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from orchestration.judging import CaseEvent
from tests.judge.language import Log, Rule

Z = 1.2816
WEEK = timedelta(days=7)
QUIET = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Obligation:
    user_id: str
    event_id: str | None
    at: datetime
    due: datetime
    outcome: str
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    user_id: str
    judged: int
    broken: int
    pending: int
    undecided: int
    verdict: str


def obligations(rule: Rule, log: Log) -> list[Obligation]:
    """What the rule asks of the people of the log within its period, and what came of it."""
    found = KINDS[rule.kind](rule, log)
    return [_excused(one, log) for one in found if _is_in_force(rule, one.at)]


def verdicts(rule: Rule, found: Iterable[Obligation]) -> list[Verdict]:
    """One verdict per person who had an obligation."""
    outcomes: dict[str, list[str]] = defaultdict(list)
    for one in found:
        outcomes[one.user_id].append(one.outcome)
    return [_verdict(rule, user, outcomes[user]) for user in sorted(outcomes)]


def _is_in_force(rule: Rule, at: datetime) -> bool:
    has_begun = rule.effective_from is None or rule.effective_from <= at.date()
    return has_begun and (rule.effective_to is None or at.date() <= rule.effective_to)


def _excused(one: Obligation, log: Log) -> Obligation:
    hit = any(starts_at <= one.due and ends_at > one.at for starts_at, ends_at in log.outages)
    if one.outcome == "broken" and hit:
        return Obligation(one.user_id, one.event_id, one.at, one.due, "excused", one.evidence)
    return one


# --- order -----------------------------------------------------------------------------------------------------------


def position(event: CaseEvent) -> int:
    """Equal is concurrent. Without `ord`, the time."""
    if event.ord is not None:
        return event.ord
    return round(event.occurred_at.replace(tzinfo=UTC).timestamp() * 1_000_000)


def _by_id(event: CaseEvent) -> tuple[int, int, str]:
    """Whole numbers in their order, other ids as text after them."""
    return (0, int(event.event_id), "") if event.event_id.isdecimal() else (1, 0, event.event_id)


def _earliest(found: Sequence[CaseEvent]) -> CaseEvent:
    return min(found, key=lambda event: (position(event), _by_id(event)))


def _latest(found: Sequence[CaseEvent]) -> CaseEvent:
    return max(found, key=lambda event: (position(event), _by_id(event)))


# --- sequences -------------------------------------------------------------------------------------------------------


def _activations(rule: Rule, log: Log) -> Iterator[tuple[CaseEvent, str]]:
    """Events of the period that a named person did, with every correlation key known."""
    assert rule.each is not None
    for event in log.events:
        if event.user_id is None or not rule.each.matches(event) or _keys(rule, event) is None:
            continue
        if log.starts_at <= event.occurred_at < log.ends_at:
            yield event, event.user_id


def _keys(rule: Rule, event: CaseEvent) -> tuple[object, ...] | None:
    keys = tuple(event.fields.get(name) for name in rule.same)
    return None if None in keys else keys


def _partition(rule: Rule, log: Log, activation: CaseEvent) -> list[CaseEvent]:
    """The other events that belong together with it: of the same keys and, unless others count, of the same user."""
    keys = _keys(rule, activation)
    same = [event for event in log.events if event is not activation and _keys(rule, event) == keys]
    return [event for event in same if rule.who != "same_user" or event.user_id == activation.user_id]


def _targets(rule: Rule, activation: CaseEvent, candidates: Iterable[CaseEvent]) -> list[CaseEvent]:
    """Those of the candidates that are what the rule looks for, by somebody it accepts."""
    assert rule.target is not None
    found = [event for event in candidates if rule.target.matches(event)]
    if rule.who == "other_user":
        return [event for event in found if event.user_id is not None and event.user_id != activation.user_id]
    return found


def _is_strict(rule: Rule) -> bool:
    assert rule.each is not None and rule.target is not None
    return rule.immediately or bool(rule.each.names & rule.target.names)


def _followed_by(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.within is not None
    for activation, user in _activations(rule, log):
        due = activation.occurred_at + rule.within
        here = position(activation)
        others = _partition(rule, log, activation)
        later = [event for event in others if position(event) > here]
        candidates = later if _is_strict(rule) else [event for event in others if position(event) >= here]
        nearest = min(map(position, later), default=None)
        if rule.immediately:
            candidates = [event for event in later if position(event) == nearest]
        in_time = [event for event in _targets(rule, activation, candidates) if event.occurred_at <= due]
        fences = [position(event) for event in later if rule.fence and rule.fence.matches(event)]
        clear = [event for event in in_time if not any(fence < position(event) for fence in fences)]
        is_decided = bool(in_time) or (rule.immediately and nearest is not None)
        is_open = due > log.watermark_at and not is_decided
        outcome = "kept" if clear else "pending" if is_open else "broken"
        evidence = _earliest(clear).event_id if clear else None
        yield Obligation(user, activation.event_id, activation.occurred_at, due, outcome, evidence)


def _preceded_by(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.within is not None
    for activation, user in _activations(rule, log):
        at = activation.occurred_at
        here = position(activation)
        others = _partition(rule, log, activation)
        earlier = [event for event in others if position(event) < here]
        candidates = earlier if _is_strict(rule) else [event for event in others if position(event) <= here]
        nearest = max(map(position, earlier), default=None)
        if rule.immediately:
            candidates = [event for event in earlier if position(event) == nearest]
        in_time = [event for event in _targets(rule, activation, candidates) if event.occurred_at >= at - rule.within]
        fences = [position(event) for event in earlier if rule.fence and rule.fence.matches(event)]
        clear = [event for event in in_time if all(fence <= position(event) for fence in fences)]
        is_decided = bool(in_time) or (rule.immediately and nearest is not None)
        is_blind = at - rule.within < log.data_from_at and not is_decided
        outcome = "kept" if clear else "unknown" if is_blind else "broken"
        evidence = _latest(clear).event_id if clear else None
        yield Obligation(user, activation.event_id, at, at, outcome, evidence)


def _not_followed_by(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.within is not None
    for activation, user in _activations(rule, log):
        due = activation.occurred_at + rule.within
        others = _partition(rule, log, activation)
        later = [event for event in others if position(event) > position(activation) and event.occurred_at <= due]
        found = _targets(rule, activation, later)
        outcome = "broken" if found else "pending" if due > log.watermark_at else "kept"
        evidence = _earliest(found).event_id if found else None
        yield Obligation(user, activation.event_id, activation.occurred_at, due, outcome, evidence)


# --- single events, groups and weeks ---------------------------------------------------------------------------------


def _check(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.must is not None
    words = {True: "kept", False: "broken", None: "unknown"}
    for event, user in _activations(rule, log):
        outcome = words[rule.must.value(event.fields)]
        yield Obligation(user, event.event_id, event.occurred_at, event.occurred_at, outcome, event.event_id)


def _share(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.of is not None and rule.among is not None
    for event in log.events:
        if event.user_id is None or not rule.among.matches(event):
            continue
        if log.starts_at <= event.occurred_at < log.ends_at:
            outcome = "kept" if rule.of.matches(event) else "broken"
            yield Obligation(
                event.user_id, event.event_id, event.occurred_at, event.occurred_at, outcome, event.event_id
            )


def _count(rule: Rule, log: Log) -> Iterator[Obligation]:
    groups: dict[tuple[str, object], list[CaseEvent]] = defaultdict(list)
    for event in log.events:
        key = _group(rule, event)
        if event.user_id is not None and key is not None and log.starts_at <= event.occurred_at < log.ends_at:
            groups[event.user_id, key].append(event)
    for (user, _), members in groups.items():
        if rule.each is None or any(rule.each.matches(event) for event in members):
            yield _counted(rule, log, user, members)


def _group(rule: Rule, event: CaseEvent) -> object:
    column = {"item": "item_id", "session": "session_id"}.get(str(rule.per), str(rule.per))
    return event.occurred_at.date() if rule.per == "day" else event.fields.get(column)


def _counted(rule: Rule, log: Log, user: str, members: Sequence[CaseEvent]) -> Obligation:
    assert rule.of is not None
    first, last = _earliest(members), _latest(members)
    due = max(event.occurred_at for event in members) + (rule.settle or QUIET)
    n = sum(rule.of.matches(event) for event in members)
    if rule.most is not None and n > rule.most:
        outcome = "broken"
    elif due > log.watermark_at:
        outcome = "pending"
    else:
        outcome = "kept" if n >= (rule.least or 0) else "broken"
    return Obligation(user, first.event_id, first.occurred_at, due, outcome, last.event_id)


def _cadence(rule: Rule, log: Log) -> Iterator[Obligation]:
    for user in sorted({event.user_id for event in log.events if event.user_id is not None}):
        for monday in _mondays(log):
            available = _available_days(log, user, monday)
            if available >= 2:
                yield _week(rule, log, user, monday, available)


def _mondays(log: Log) -> Iterator[datetime]:
    """The weeks whose Monday 00:00 lies in the period."""
    day = log.starts_at.date() - timedelta(days=log.starts_at.weekday())
    monday = datetime.combine(day, time())
    while monday < log.ends_at:
        if monday >= log.starts_at:
            yield monday
        monday += WEEK


def _available_days(log: Log, user: str, monday: datetime) -> int:
    """Monday to Friday, less absences and the days that an outage touches."""
    days = [monday.date() + timedelta(days=number) for number in range(5)]
    away = [(one.first_date, one.last_date) for one in log.absences if one.user_id == user]
    away += [(start.date(), (end - timedelta.resolution).date()) for start, end in log.outages]
    return sum(not any(first <= day <= last for first, last in away) for day in days)


def _week(rule: Rule, log: Log, user: str, monday: datetime, available: int) -> Obligation:
    assert rule.of is not None and rule.need is not None
    done = [
        event.occurred_at
        for event in log.events
        if event.user_id == user and rule.of.matches(event) and monday <= event.occurred_at < monday + WEEK
    ]
    n = len({moment.date() for moment in done}) if rule.unit == "days" else len(done)
    if n >= -(-rule.need * available // 5):
        outcome = "kept"
    elif monday < log.data_from_at:
        outcome = "unknown"
    else:
        outcome = "pending" if monday + WEEK > log.watermark_at else "broken"
    return Obligation(user, None, monday, monday + WEEK, outcome, None)


KINDS: Mapping[str, Callable[[Rule, Log], Iterator[Obligation]]] = {
    "check": _check,
    "followed_by": _followed_by,
    "preceded_by": _preceded_by,
    "not_followed_by": _not_followed_by,
    "count": _count,
    "share": _share,
    "cadence": _cadence,
}


# --- verdicts --------------------------------------------------------------------------------------------------------


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The lower and upper one-sided 90 % bound of a share."""
    p = successes / n
    middle = p + Z * Z / (2 * n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (middle - half) / (1 + Z * Z / n), (middle + half) / (1 + Z * Z / n)


def _verdict(rule: Rule, user: str, outcomes: Sequence[str]) -> Verdict:
    kept, broken, pending = (outcomes.count(word) for word in ("kept", "broken", "pending"))
    undecided = outcomes.count("unknown") + outcomes.count("excused")
    assert kept + broken + pending + undecided == len(outcomes)
    if kept + broken == 0:
        word = "pending" if pending else "not_triggered"
    else:
        word = (_band if rule.kind == "share" else _share_broken)(rule, kept, broken)
    return Verdict(user, kept + broken, broken, pending, undecided, word)


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
