"""Rules as plain data, with the keys of the rule language, and logs to judge by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.judging import CaseAbsence, CaseDay, CaseEvent, CaseItem, CaseSpan, CaseTraining
from tests.judge.conditions import Term

TARGETS = {"followed_by": "then", "preceded_by": "first", "not_followed_by": "never"}
FENCES = {"followed_by": "before", "preceded_by": "since"}


@dataclass(frozen=True, slots=True)
class Alternative:
    names: tuple[str, ...]
    where: Term | None = None

    def written(self) -> str:
        names = ", ".join(self.names)
        return names if self.where is None else f"{names} where {self.where.written()}"

    def matches(self, event: CaseEvent) -> bool:
        return event.event_name in self.names and (self.where is None or self.where.value(event.fields) is True)


@dataclass(frozen=True, slots=True)
class Selector:
    alternatives: tuple[Alternative, ...]

    def written(self) -> str | list[str]:
        """One text, or a list; a long text as a list of one, for both forms mean the same."""
        texts = [one.written() for one in self.alternatives]
        return texts[0] if len(texts) == 1 and len(texts[0]) <= 200 else texts

    def matches(self, event: CaseEvent) -> bool:
        return any(one.matches(event) for one in self.alternatives)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for one in self.alternatives for name in one.names)


def events(*names: str) -> Selector:
    """Every event of these names."""
    return Selector((Alternative(names),))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `target` is then, first or never; `fence` is before or since. Percentages are whole numbers."""

    rule_id: str
    kind: str
    each: Selector | None = None
    must: Term | None = None
    target: Selector | None = None
    fence: Selector | None = None
    who: str = "same_user"
    same: tuple[str, ...] = ()
    within: timedelta | None = None
    immediately: bool = False
    per: str | None = None
    of: Selector | None = None
    among: Selector | None = None
    least: int | None = None
    most: int | None = None
    settle: timedelta | None = None
    need: int | None = None
    unit: str = "days"
    of_measure: str | None = None
    among_measure: str | None = None
    items: tuple[str, ...] = ()
    by: Selector | None = None
    accepted: Selector | Term | None = None
    confidence: Term | None = None
    low: int | None = None
    high: int | None = None
    gap: int | None = None
    module: str | None = None
    valid_for: timedelta | None = None
    roles: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    version: int = 1
    reach: tuple[int, int] | None = None  # how many judged obligations are wanted, and at most how many weeks
    tolerate: int = 0
    severity: str = "major"
    incorrect: int = 5
    correct: int = 10
    effective_from: date | None = None
    effective_to: date | None = None

    def as_yaml(self) -> dict[str, Any]:
        """The rule as a rule file says it."""
        said: Mapping[str, Any] = {
            "id": self.rule_id,
            "version": self.version,
            "kind": self.kind,
            "each": self.each and self.each.written(),
            "must": self.must and self.must.written(),
            TARGETS.get(self.kind, "then"): self.target and self.target.written(),
            FENCES.get(self.kind, "before"): self.fence and self.fence.written(),
            "who": None if self.who == "same_user" else self.who,
            "same": list(self.same) or None,
            "within": self.within and _duration(self.within),
            "immediately": self.immediately or None,
            "per": self.per,
            "of": self.of_measure or (self.of and self.of.written()),
            "among": self.among_measure or (self.among and self.among.written()),
            "items": list(self.items) or None,
            "by": self.by and self.by.written(),
            "accepted": self.accepted and self.accepted.written(),
            "confidence": self.confidence and self.confidence.written(),
            "low": _percent(self.low),
            "high": _percent(self.high),
            "gap": _percent(self.gap),
            "module": self.module,
            "valid_for": self.valid_for and _duration(self.valid_for),
            "min": self._bound(self.least),
            "max": self._bound(self.most),
            "settle": self.settle and _duration(self.settle),
            "at_least": self.need and f"{self.need} {self.unit}",
            "tolerate": f"{self.tolerate}%" if self.tolerate else None,
            "reach_back": self.reach and f"{self.reach[0]} obligations, at most {self.reach[1]} weeks",
            "severity": self.severity,
            "evidence": {"incorrect": self.incorrect, "correct": self.correct},
            "roles": list(self.roles) or None,
            "use_cases": list(self.use_cases) or None,
            "effective": self._effective() or None,
        }
        return {key: value for key, value in said.items() if value is not None}

    def _bound(self, value: int | None) -> int | str | None:
        return _percent(value) if self.kind == "share" else value

    def _effective(self) -> dict[str, str]:
        days = {"from": self.effective_from, "to": self.effective_to}
        return {key: day.isoformat() for key, day in days.items() if day}


@dataclass(frozen=True, slots=True)
class Log:
    """Events and the period over which they are judged.

    `knows_training`: somebody's completion was loaded. `strangers`: users of accounts that belong to nobody known; they
    are somebody else to everybody, and are asked nothing.
    """

    events: tuple[CaseEvent, ...]
    starts_at: datetime
    ends_at: datetime
    watermark_at: datetime
    data_from_at: datetime
    absences: tuple[CaseAbsence, ...] = ()
    outages: tuple[tuple[datetime, datetime], ...] = ()
    days: tuple[CaseDay, ...] = ()
    trainings: tuple[CaseTraining, ...] = ()
    items: tuple[CaseItem, ...] = ()
    spans: tuple[CaseSpan, ...] = ()
    knows_training: bool = True
    strangers: tuple[str, ...] = ()

    @property
    def people(self) -> list[str]:
        """Everybody who is named anywhere, and known."""
        named = {one.user_id for one in self.events if one.user_id is not None}
        named |= {one.user_id for records in (self.days, self.trainings, self.items, self.spans) for one in records}
        return sorted(named - set(self.strangers))

    def span(self, user: str, day: date) -> CaseSpan:
        """What the roster says of somebody on that day; nothing is said of people without a span."""
        found = [one for one in self.spans if one.user_id == user and one.valid_from <= day <= one.valid_to]
        return found[0] if found else CaseSpan(user, day, day)


def _percent(value: int | None) -> str | None:
    return None if value is None else f"{value}%"


def _duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 86_400}d" if seconds % 86_400 == 0 else f"{seconds}s"
