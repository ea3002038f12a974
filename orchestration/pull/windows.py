"""Which days of a report are due. A window is one UTC day; what a report says of it may change for some days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)
PAUSE = timedelta(hours=12)
"""A window is not read again sooner, so that a run with nothing due needs no network."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a report about a day can be had, and when it no longer changes."""

    lag: timedelta = timedelta()
    """From the end of the day until the vendor has it."""
    reread_days: int = 1
    """How many of the latest days are read again. A day is read for the last time when it has left these."""
    first_day: date = date.min
    """The vendor has nothing earlier."""
    history_days: int | None = None
    """The vendor forgets what is older."""
    is_snapshot: bool = False
    """It says how things stand now: its window is the day on which it is taken, and no past day can be had."""

    def available_at(self, day: date) -> datetime:
        """From when a day can be fetched (UTC)."""
        start = datetime.combine(day, time(), UTC)
        return start if self.is_snapshot else start + DAY + self.lag

    def settled_at(self, day: date) -> datetime:
        """What is fetched from then on no longer changes."""
        return self.available_at(day) + (self.reread_days - 1) * DAY

    def latest(self, now: datetime) -> date:
        """The newest day that can be fetched."""
        return now.date() if self.is_snapshot else (now - self.lag).date() - DAY

    def earliest(self, now: datetime) -> date:
        """The oldest day that can be fetched."""
        if self.is_snapshot:
            return now.date()
        forgotten = date.min if self.history_days is None else now.date() - self.history_days * DAY
        return max(self.first_day, forgotten)


def due(cadence: Cadence, since: date, now: datetime, fetched: Mapping[date, datetime]) -> list[date]:
    """The days to fetch now, oldest first. `fetched`: when each day was fetched last (UTC)."""
    return [day for day in _days(cadence, since, now) if _is_due(cadence, day, now, fetched.get(day))]


def asked(cadence: Cadence, first: date, last: date, now: datetime) -> list[date]:
    """The days from `first` to `last` that can be had at all, whether or not they were fetched before."""
    return [day for day in _days(cadence, first, now) if day <= last]


def _days(cadence: Cadence, since: date, now: datetime) -> Iterator[date]:
    day, latest = max(since, cadence.earliest(now)), cadence.latest(now)
    while day <= latest:
        yield day
        day += DAY


def _is_due(cadence: Cadence, day: date, now: datetime, last: datetime | None) -> bool:
    if last is None:
        return True
    if cadence.is_snapshot or last >= cadence.settled_at(day):
        return False
    return now - last >= PAUSE
