"""The kinds that look beyond events: weeks and absences, daily counts, work items, completions of training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from orchestration.judging import CaseItem
from tests.judge.language import Log, Rule
from tests.judge.obligations import Obligation, activations, acts, earliest

TO_MIDNIGHT = timedelta(days=1) - timedelta.resolution
WEEK = timedelta(days=7)
MONDAY_TO_FRIDAY = 0b0011111


# --- weeks -----------------------------------------------------------------------------------------------------------


def cadence(rule: Rule, log: Log) -> Iterator[Obligation]:
    for user in log.people:
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
    """The person's working days, less absences and the days that an outage touches."""
    days = [monday.date() + timedelta(days=number) for number in range(7)]
    away = [(one.first_date, one.last_date) for one in log.absences if one.user_id == user]
    away += [(start.date(), (end - timedelta.resolution).date()) for start, end in log.outages]
    working = [day for day in days if _is_working_day(log, user, day)]
    return sum(not any(first <= day <= last for first, last in away) for day in working)


def _is_working_day(log: Log, user: str, day: date) -> bool:
    pattern = log.span(user, day).working_days
    return bool((MONDAY_TO_FRIDAY if pattern is None else pattern) >> day.weekday() & 1)


def _week(rule: Rule, log: Log, user: str, monday: datetime, available: int) -> Obligation:
    assert rule.need is not None
    n = _done_in_counts(rule, log, user, monday) if rule.of_measure else _done_in_events(rule, log, user, monday)
    if n >= -(-rule.need * available // 5):
        outcome = "kept"
    elif monday < log.data_from_at:
        outcome = "unknown"
    else:
        outcome = "pending" if monday + WEEK > log.watermark_at else "broken"
    return Obligation(user, None, monday, monday + WEEK, outcome, None)


def _done_in_events(rule: Rule, log: Log, user: str, monday: datetime) -> float:
    assert rule.of is not None
    done = [
        event.occurred_at
        for event, who in acts(rule, log, rule.of)
        if who == user and monday <= event.occurred_at < monday + WEEK
    ]
    return len({moment.date() for moment in done}) if rule.unit == "days" else len(done)


def _done_in_counts(rule: Rule, log: Log, user: str, monday: datetime) -> float:
    """A day counts when its measure is positive; events are the sum. Unknown is not counted."""
    values: list[float] = [
        one.measures.get(rule.of_measure or "") or 0
        for one in log.days
        if one.user_id == user and monday.date() <= one.day < monday.date() + WEEK
    ]
    return math.fsum(values) if rule.unit == "events" else len([value for value in values if value > 0])


# --- daily counts ----------------------------------------------------------------------------------------------------


def share_of_counts(rule: Rule, log: Log) -> Iterator[Obligation]:
    """As many kept as the day's `of`, as many broken as `among` has beyond it; nothing where either is unknown."""
    for one in log.days:
        of, among = one.measures.get(rule.of_measure or ""), one.measures.get(rule.among_measure or "")
        if of is None or among is None:
            continue
        at = datetime.combine(one.day, time())
        for outcome, weight in (("kept", min(of, among)), ("broken", max(among - of, 0))):
            if weight:
                yield Obligation(one.user_id, None, at, at + TO_MIDNIGHT, outcome, None, int(weight))


# --- work items and training -----------------------------------------------------------------------------------------


def coverage(rule: Rule, log: Log) -> Iterator[Obligation]:
    for item in log.items:
        is_of_kind = "any" in rule.items or item.kind in rule.items
        if is_of_kind and item.closed_at is not None:
            yield _covered(rule, log, item, item.closed_at)


def _covered(rule: Rule, log: Log, item: CaseItem, closed_at: datetime) -> Obligation:
    """Whether its owner did something to it before it was closed; what was before the data began proves nothing."""
    assert rule.by is not None
    on_it = [event for event in log.events if event.fields.get("item_id") == item.item_id and rule.by.matches(event)]
    found = [event for event in on_it if event.user_id == item.user_id and event.occurred_at <= closed_at]
    is_blind = (item.opened_at or closed_at) < log.data_from_at
    is_open = closed_at > log.watermark_at
    outcome = "kept" if found else "unknown" if is_blind else "pending" if is_open else "broken"
    evidence = earliest(found).event_id if found else None
    return Obligation(item.user_id, None, closed_at, closed_at, outcome, evidence)


def trained(rule: Rule, log: Log) -> Iterator[Obligation]:
    """Where no completion of anybody was ever loaded, nothing is known of anybody."""
    assert rule.valid_for is not None
    for event, user in activations(rule, log):
        at = event.occurred_at
        done = [one.completed_at for one in log.trainings if one.user_id == user and one.module == rule.module]
        is_valid = any(at - rule.valid_for <= completed_at <= at for completed_at in done)
        outcome = "kept" if is_valid else "broken" if log.knows_training else "unknown"
        yield Obligation(user, event.event_id, at, at, outcome, None)
