"""What can be judged beside a company: one tool with its own events, people, rules and period."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One event of a case. `ord`: equal is concurrent; None: the time decides. `user_id` None: nobody is named."""

    event_id: str
    event_name: str
    occurred_at: datetime
    user_id: str | None
    ord: int | None = None
    actor_type: str = "human"
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseAbsence:
    user_id: str
    first_date: date
    last_date: date


@dataclass(frozen=True, slots=True)
class CaseDay:
    """The counts of one person and day, for the rules that read daily aggregates; None is unknown."""

    user_id: str
    day: date
    measures: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class CaseTraining:
    user_id: str
    module: str
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A work item of the tool; `closed_at` None: still open."""

    user_id: str
    item_id: str
    kind: str
    opened_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseSpan:
    """What the roster says of a person from one day to another, both included.

    `working_days`: bit 0 = Monday; None: Monday to Friday. Whoever has spans is known on the days of the spans only.
    """

    user_id: str
    valid_from: date
    valid_to: date
    role: str | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One tool, judged over one period [starts_at, ends_at). `rules` are rows of raw.rule_book without rule_no.

    The people are those of the events, days, trainings and items, and whoever has an entry in `roles` (user -> role)
    or in `spans`, which go before `roles` where a person has both. The accounts of `strangers` belong to nobody known.
    Whether anything is known about training at all is asked of all cases together: one completion anywhere suffices.
    """

    case_id: str
    events: Sequence[CaseEvent]
    rules: Sequence[Mapping[str, Any]]
    starts_at: datetime
    ends_at: datetime
    watermark_at: datetime
    data_from_at: datetime
    absences: Sequence[CaseAbsence] = ()
    outages: Sequence[tuple[datetime, datetime]] = ()
    days: Sequence[CaseDay] = ()
    trainings: Sequence[CaseTraining] = ()
    items: Sequence[CaseItem] = ()
    roles: Mapping[str, str | None] = field(default_factory=dict)
    spans: Sequence[CaseSpan] = ()
    strangers: Collection[str] = ()

    @property
    def users(self) -> list[str]:
        """Everyone who is named, in alphabetical order. All but the strangers are judged."""
        named = {event.user_id for event in self.events if event.user_id is not None}
        counted = {one.user_id for one in self.days}
        known = {one.user_id for one in self.trainings} | {one.user_id for one in self.items}
        return sorted(named | counted | known | set(self.roles) | {one.user_id for one in self.spans})

    def spans_of(self, user: str) -> Sequence[CaseSpan]:
        """What the roster says of a person: for all time, unless the case says more."""
        always = CaseSpan(user, date(1, 1, 1), date(9999, 12, 31), self.roles.get(user))
        return [one for one in self.spans if one.user_id == user] or [always]
