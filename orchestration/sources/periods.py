"""What aggregate formats share: periods, sums that keep unknown apart from zero, and when figures are final."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.sources.fields import FieldError, epoch

DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_NAMED_DAY = re.compile(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)")
_GRAINS = {1: "day", 7: "week", 28: "28d"}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days; `end` is exclusive."""

    grain: str
    start: date
    end: date

    @classmethod
    def of_day(cls, day: date) -> Period:
        if day == date.max:
            raise FieldError("future_time", "the day lies more than 24 hours in the future")
        return cls("day", day, day + DAY)

    @classmethod
    def of_days(cls, first: date, last: date) -> Period:
        """Both days included; FieldError unless the length is one that the warehouse keeps."""
        grain = _GRAINS.get((last - first).days + 1)
        if grain is None or last == date.max:
            raise FieldError("unknown_shape", "a report must cover 1, 7 or 28 days")
        return cls(grain, first, last + DAY)

    @classmethod
    def looking_back(cls, taken: datetime, days: int) -> Period:
        """What a snapshot speaks of: `days` days, the last of them the day on which it was taken."""
        end = (taken - _TICK).date() + DAY
        return cls("snapshot", end - days * DAY, end)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a known time lies in the period."""
        return moment is not None and self.start <= moment.date() < self.end


def epoch_span(record: Mapping[str, Any]) -> tuple[datetime, Period]:
    """When `start_time` is, and the days up to `end_time`: both in seconds since 1970, the end exclusive."""
    start, end = epoch(record.get("start_time"), "start_time"), epoch(record.get("end_time"), "end_time")
    if end <= start:
        raise FieldError("bad_span", "end_time lies before start_time")
    return start, Period.of_days(start.date(), (end - _TICK).date())


def whole_total(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def named_day(path: Path) -> date | None:
    """The day that a file's name ends with or mentions last: `seats_2026-03-02.json`, `users-20260302.csv`."""
    return next(reversed(named_days(path)), None)


def named_days(path: Path) -> list[date]:
    """Every day that a file's name mentions, in its order."""
    found = []
    for year, month, day in _NAMED_DAY.findall(path.name):
        with suppress(ValueError):
            found.append(date(int(year), int(month), int(day)))
    return found


def modified_at(path: Path) -> datetime:
    """UTC without a zone."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)


def is_settled(period: Period, as_of: datetime, days: int) -> bool:
    """Whether figures made at `as_of` no longer change: `days` whole days have passed since the period."""
    return as_of >= datetime.combine(period.end, datetime.min.time()) + days * DAY
