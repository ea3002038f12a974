"""What a company consists of: its people and their spans, its tools, what they did, and when nobody could do anything.

All of it is the truth that the files are written from; nothing here knows of files or of production.
Days are local dates of the company, instants are naive UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

from orchestration.judging import CaseEvent
from tests.judge.conditions import Term
from tests.judge.language import Rule, Selector

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person as one roster has it. `weekdays` are numbers from Monday, None where the roster is silent."""

    person_id: str
    email: str
    github_login: str | None
    upn: str | None
    slack_id: str | None
    department: str
    team: str
    role: str
    level: str | None
    fte: float | None
    weekdays: frozenset[int] | None
    eligible_from: date | None = None
    eligible_to: date | None = None

    @property
    def fields(self) -> Mapping[str, object]:
        return {
            "department": self.department,
            "team": self.team,
            "role": self.role,
            "level": self.level,
            "fte": self.fte,
        }


@dataclass(frozen=True, slots=True)
class Roster:
    effective: date
    rows: Mapping[str, RosterRow]


@dataclass(frozen=True, slots=True)
class Seat:
    """A line of an allow-list; `names_email` says how it names the person."""

    person_id: str
    names_email: bool
    first: date | None
    last: date | None

    def covers(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Absence:
    person_id: str
    first: date
    last: date
    kind: str

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Outage:
    tool_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class WorkItem:
    item_id: str
    person_id: str
    tool_id: str
    opened_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as tools.yml describes it. `rules` is empty for a tool without a rule book."""

    tool_id: str
    source_format: str
    live_from: date
    late_days: int
    window_weeks: int
    min_uses: int
    min_available_days: int
    grace_days: int
    where: Term | None = None
    seats: tuple[Seat, ...] | None = None
    named: tuple[str, ...] | None = None
    uses: Selector | None = None
    paused_from: date | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def is_daily(self) -> bool:
        return self.source_format != "human-decision"


@dataclass(frozen=True, slots=True)
class Deed:
    """An event and how its line names the user and the source's sequence."""

    event: CaseEvent
    user: str | Mapping[str, str] | None
    seq: int | None
    is_begun_by_tool: bool = False


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """What a person (None: nobody that the roster knows) did with a tool on a day, in the end."""

    tool_id: str
    person_id: str | None
    day: date
    measures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a tool's files must go. Superseded and duplicate are exact too."""

    read: int
    loaded: int
    duplicate: int
    superseded: int
    quarantined: int
    blank: int


@dataclass(frozen=True)
class Company:
    seed: int
    zone: ZoneInfo
    country: str
    subdivision: str | None
    weekdays: frozenset[int]
    first_day: date
    as_of: date
    rosters: tuple[Roster, ...]
    tools: tuple[Tool, ...]
    absences: tuple[Absence, ...]
    outages: tuple[Outage, ...]
    work_items: tuple[WorkItem, ...]
    deeds: tuple[Deed, ...]
    days_of_use: tuple[DayOfUse, ...]

    def instant(self, day: date, at: time = time()) -> datetime:
        """The naive UTC instant of a local day and time."""
        return datetime.combine(day, at, self.zone).astimezone(UTC).replace(tzinfo=None)

    def local_day(self, instant: datetime) -> date:
        return instant.replace(tzinfo=UTC).astimezone(self.zone).date()

    def row_on(self, person_id: str, day: date) -> RosterRow | None:
        """The line of the roster in force; before the first roster, the first."""
        in_force = [roster for roster in self.rosters if roster.effective <= day] or [self.rosters[0]]
        return in_force[-1].rows.get(person_id)

    @cached_property
    def person_ids(self) -> tuple[str, ...]:
        return tuple(sorted({person_id for roster in self.rosters for person_id in roster.rows}))

    @cached_property
    def holidays(self) -> frozenset[date]:
        years = range(self.first_day.year - 1, self.as_of.year + 1)
        return frozenset(holidays.country_holidays(self.country, subdiv=self.subdivision, years=years))

    def outage_days(self, tool_id: str) -> frozenset[date]:
        """Every local day that an outage of the tool touches."""
        hit = [(one.starts_at, one.ends_at) for one in self.outages if one.tool_id == tool_id]
        return frozenset(
            day
            for starts_at, ends_at in hit
            for day in days(self.local_day(starts_at), self.local_day(ends_at - timedelta.resolution))
        )


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    while first <= last:
        yield first
        first += DAY


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
