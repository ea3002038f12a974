"""The three kinds that look from one event for another, at every event for every obligation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestration.judging import CaseEvent
from tests.judge.language import Log, Rule
from tests.judge.obligations import Obligation, activations, earliest, keys, latest, position


def _partition(rule: Rule, log: Log, activation: CaseEvent) -> list[CaseEvent]:
    """The other events that belong together with it: of the same keys and, unless others count, of the same user."""
    wanted = keys(rule, activation)
    same = [event for event in log.events if event is not activation and keys(rule, event) == wanted]
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


def followed_by(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.within is not None
    for activation, user in activations(rule, log):
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
        evidence = earliest(clear).event_id if clear else None
        yield Obligation(user, activation.event_id, activation.occurred_at, due, outcome, evidence)


def preceded_by(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.within is not None
    for activation, user in activations(rule, log):
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
        evidence = latest(clear).event_id if clear else None
        yield Obligation(user, activation.event_id, at, at, outcome, evidence)


def not_followed_by(rule: Rule, log: Log) -> Iterator[Obligation]:
    assert rule.within is not None
    for activation, user in activations(rule, log):
        due = activation.occurred_at + rule.within
        others = _partition(rule, log, activation)
        later = [event for event in others if position(event) > position(activation) and event.occurred_at <= due]
        found = _targets(rule, activation, later)
        outcome = "broken" if found else "pending" if due > log.watermark_at else "kept"
        evidence = earliest(found).event_id if found else None
        yield Obligation(user, activation.event_id, activation.occurred_at, due, outcome, evidence)
