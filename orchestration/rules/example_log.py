"""What an example log says, in types: the input of the judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

DEFAULT_USER = "ann"


@dataclass(frozen=True, slots=True)
class ExampleEvent:
    """One event. `fields`: standard columns and attributes by name, typed; unknown ones are None."""

    event_id: str
    event_name: str
    occurred_at: datetime
    user_id: str
    actor_type: str = "human"
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExampleDay:
    """The counts of one person and day."""

    user_id: str
    day: date
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ExampleAbsence:
    """Days away, both included."""

    user_id: str
    first_date: date
    last_date: date


@dataclass(frozen=True, slots=True)
class ExampleTraining:
    """A module that somebody completed."""

    user_id: str
    module: str
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class ExampleItem:
    """A work item; `closed_at` None: still open."""

    user_id: str
    item_id: str
    kind: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExampleLog:
    """Everything that one example says, ready to be judged over [starts_at, ends_at).

    `roles`: user -> role, for everyone; who is given none has the first role that the rule is for, if it is for some.
    """

    events: tuple[ExampleEvent, ...]
    days: tuple[ExampleDay, ...]
    absences: tuple[ExampleAbsence, ...]
    outages: tuple[tuple[datetime, datetime], ...]
    trainings: tuple[ExampleTraining, ...]
    items: tuple[ExampleItem, ...]
    roles: Mapping[str, str | None]
    starts_at: datetime
    ends_at: datetime
    watermark_at: datetime
    data_from_at: datetime

    @property
    def users(self) -> tuple[str, ...]:
        """Everyone who is named, in alphabetical order; at least ann."""
        named = {one.user_id for one in self.events} | {one.user_id for one in self.days}
        named |= {one.user_id for one in self.absences} | {one.user_id for one in self.items}
        named |= {one.user_id for one in self.trainings}
        return tuple(sorted(named or {DEFAULT_USER}))
