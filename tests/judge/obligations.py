"""What every kind of rule shares: obligations, the order of events, and who is obliged at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from orchestration.judging import CaseEvent
from tests.judge.language import Log, Rule, Selector


@dataclass(frozen=True, slots=True)
class Obligation:
    """`weight`: how many equal ones it stands for. `side`: whether the confidence shown was high or low."""

    user_id: str
    event_id: str | None
    at: datetime
    due: datetime
    outcome: str
    evidence: str | None
    weight: int = 1
    side: str | None = None


# --- order -----------------------------------------------------------------------------------------------------------


def position(event: CaseEvent) -> int:
    """Equal is concurrent. Without `ord`, the time."""
    if event.ord is not None:
        return event.ord
    return round(event.occurred_at.replace(tzinfo=UTC).timestamp() * 1_000_000)


def _by_id(event: CaseEvent) -> tuple[int, int, str]:
    """Whole numbers in their order, other ids as text after them."""
    return (0, int(event.event_id), "") if event.event_id.isdecimal() else (1, 0, event.event_id)


def earliest(found: Sequence[CaseEvent]) -> CaseEvent:
    return min(found, key=lambda event: (position(event), _by_id(event)))


def latest(found: Sequence[CaseEvent]) -> CaseEvent:
    return max(found, key=lambda event: (position(event), _by_id(event)))


# --- who is obliged, and when ----------------------------------------------------------------------------------------


def is_asked(rule: Rule, log: Log, user: str, at: datetime) -> bool:
    """Whether the rule is about this person at that time: in the period, in force, and of the person's role."""
    if user in log.strangers:
        return False
    has_begun = rule.effective_from is None or rule.effective_from <= at.date()
    is_in_force = has_begun and (rule.effective_to is None or at.date() <= rule.effective_to)
    is_of_role = not rule.roles or log.span(user, at.date()).role in rule.roles
    return log.starts_at <= at < log.ends_at and is_in_force and is_of_role


def is_of_use_case(rule: Rule, event: CaseEvent) -> bool:
    return not rule.use_cases or event.fields.get("use_case") in rule.use_cases


def acts(rule: Rule, log: Log, selector: Selector) -> Iterator[tuple[CaseEvent, str]]:
    """What people did that the selector and the rule's use cases are about, and who."""
    for event, user in deeds(log):
        if selector.matches(event) and is_of_use_case(rule, event):
            yield event, user


def deeds(log: Log) -> Iterator[tuple[CaseEvent, str]]:
    """What somebody did: not a service in somebody's name. Anything may answer an obligation, only a deed makes one."""
    for event in log.events:
        if event.user_id is not None and event.actor_type != "service":
            yield event, event.user_id


def keys(rule: Rule, event: CaseEvent) -> tuple[object, ...] | None:
    """The correlation keys; None when one of them is not known."""
    found = tuple(event.fields.get(name) for name in rule.same)
    return None if None in found else found


def activations(rule: Rule, log: Log) -> Iterator[tuple[CaseEvent, str]]:
    """Acts that the rule is about, with every correlation key known."""
    assert rule.each is not None
    for event, user in acts(rule, log, rule.each):
        if keys(rule, event) is not None:
            yield event, user
