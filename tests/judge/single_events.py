"""The kinds that judge events one by one, or in groups: check, share, calibrated and count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from orchestration.judging import CaseEvent
from tests.judge.language import Log, Rule, Selector
from tests.judge.obligations import Obligation, activations, acts, deeds, earliest, is_of_use_case, latest

QUIET = timedelta(hours=1)
WORDS = {True: "kept", False: "broken", None: "unknown"}


def _at_once(event: CaseEvent, user: str, outcome: str, side: str | None = None) -> Obligation:
    """Judged by the event itself, at its own time."""
    at = event.occurred_at
    return Obligation(user, event.event_id, at, at, outcome, event.event_id, side=side)


def check(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.must is not None
    for event, user in activations(rule, log):
        yield _at_once(event, user, WORDS[rule.must.value(event.fields)])


def share(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.of is not None and rule.among is not None
    for event, user in acts(rule, log, rule.among):
        yield _at_once(event, user, WORDS[rule.of.matches(event)])


# --- reliance on the confidence shown --------------------------------------------------------------------------------


def calibrated(rule: Rule, log: Log) -> Iterator[Obligation]:
    """Kept: high and accepted, or low and not accepted. A confidence between the two says nothing."""
    for event, user in activations(rule, log):
        shown = rule.confidence.value(event.fields) if rule.confidence else event.fields.get("confidence")
        side = None if shown is None else _side(rule, shown)
        if side:
            yield _at_once(event, user, WORDS[_is_accepted(rule, event) == (side == "high")], side)


def _is_accepted(rule: Rule, event: CaseEvent) -> bool:
    assert rule.accepted is not None
    if isinstance(rule.accepted, Selector):
        return rule.accepted.matches(event)
    return rule.accepted.value(event.fields) is True


def _side(rule: Rule, shown: float) -> str | None:
    assert rule.low is not None and rule.high is not None
    return "high" if shown >= rule.high / 100 else "low" if shown < rule.low / 100 else None


# --- groups ----------------------------------------------------------------------------------------------------------


def count(rule: Rule, log: Log) -> Iterator[Obligation]:
    groups: dict[tuple[str, object], list[CaseEvent]] = defaultdict(list)
    for event, user in deeds(log):
        key = _group(rule, event)
        if key is not None and log.starts_at <= event.occurred_at < log.ends_at:
            groups[user, key].append(event)
    for (user, _), members in groups.items():
        if any(_obliges(rule, event) for event in members):
            yield _counted(rule, log, user, members)


def _obliges(rule: Rule, event: CaseEvent) -> bool:
    """A group is of a use case when what obliges in it is; without `each`, every event does."""
    return is_of_use_case(rule, event) and (rule.each is None or rule.each.matches(event))


def _group(rule: Rule, event: CaseEvent) -> object:
    column = {"item": "item_id", "session": "session_id"}.get(str(rule.per), str(rule.per))
    return event.occurred_at.date() if rule.per == "day" else event.fields.get(column)


def _counted(rule: Rule, log: Log, user: str, members: Sequence[CaseEvent]) -> Obligation:
    assert rule.of is not None
    first, last = earliest(members), latest(members)
    due = max(event.occurred_at for event in members) + (rule.settle or QUIET)
    n = sum(rule.of.matches(event) for event in members)
    if rule.most is not None and n > rule.most:
        outcome = "broken"
    elif due > log.watermark_at:
        outcome = "pending"
    else:
        outcome = "kept" if n >= (rule.least or 0) else "broken"
    return Obligation(user, first.event_id, first.occurred_at, due, outcome, last.event_id)
