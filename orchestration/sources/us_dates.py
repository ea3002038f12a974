"""Dates as American exports write them, beside the ISO form: month, day, year."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import TypeVar

from orchestration.sources.fields import day, moment

_DAYS = ("%m-%d-%Y", "%m/%d/%Y")
_MOMENTS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")

_Time = TypeVar("_Time", date, datetime)


def us_day(value: str | None, name: str) -> date:
    """`2026-03-02`, `03-02-2026` or `3/2/2026`; FieldError when it is none of them."""
    return _first_that_fits(value, _DAYS, lambda found: found.date()) or day(value, name)


def us_moment(value: str | None, name: str) -> datetime:
    """`2026-03-02T09:30:00`, `3/2/2026 9:30:00 AM` or `3/2/2026 9:30`, as UTC; FieldError when it is none of them."""
    return _first_that_fits(value, _MOMENTS, lambda found: found) or moment(value, name)


def _first_that_fits(value: str | None, forms: tuple[str, ...], made: Callable[[datetime], _Time]) -> _Time | None:
    for form in forms if value is not None else ():
        with suppress(ValueError):
            return made(datetime.strptime(value or "", form))
    return None
