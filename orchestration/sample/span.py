"""The time that the synthetic company covers: whole ISO weeks up to a Sunday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import holidays

from orchestration.errors import UsageError

DEFAULT_WEEKS = 26
DEFAULT_PEOPLE = 2_000
# A fixed day, not the clock's: two people who run the demo see the same company.
DEFAULT_UNTIL = date(2026, 11, 15)
COUNTRY = "IE"
WINDOW_WEEKS = 4
MIN_WEEKS = 12
ROSTER_WEEKS = 4


@dataclass(frozen=True)
class Span:
    """`weeks` whole ISO weeks, the last of which ends on the Sunday `until`."""

    until: date
    weeks: int

    @classmethod
    def ending(cls, until: date, weeks: int) -> Span:
        """The weeks up to the last Sunday not after `until`; raises UsageError for fewer than MIN_WEEKS."""
        if weeks < MIN_WEEKS:
            raise UsageError(f"--weeks {weeks} is too short for a roll-out to be seen - use at least {MIN_WEEKS}")
        return cls(until - timedelta(days=until.isoweekday() % 7), weeks)

    @cached_property
    def start(self) -> date:
        """The Monday on which telemetry begins."""
        return self.until - timedelta(days=7 * self.weeks - 1)

    @property
    def window(self) -> int:
        """The first of the last four weeks, counted from 0: the weeks that the true labels speak of."""
        return self.weeks - WINDOW_WEEKS

    def monday(self, week: int) -> date:
        """The first day of week `week`, counted from 0."""
        return self.start + timedelta(days=7 * week)

    @cached_property
    def holidays(self) -> frozenset[int]:
        """Ordinals of the public holidays on which nobody works."""
        years = range(self.start.year, self.until.year + 1)
        return frozenset(day.toordinal() for day in holidays.country_holidays(COUNTRY, years=years))

    @cached_property
    def rosters(self) -> tuple[date, ...]:
        """The days on which a roster is written.

        Every fourth Monday, and the Monday of the last week. None lies 14 to 27 days before the end, so nobody's
        eligibility starts near the edge of the grace period, where a label would hang on a single day.
        """
        edge = self.until - timedelta(days=34)
        mondays = [self.monday(week) for week in range(0, self.weeks, ROSTER_WEEKS)]
        return (*[day for day in mondays if day <= edge], self.monday(self.weeks - 1))
