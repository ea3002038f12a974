"""Facts of tools that are in order, to be spoilt by a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from orchestration.alerts.facts import Contact, Day, ToolFacts

MONDAY = date(2026, 1, 5)
OWNER = Contact("Ada Lovelace", "ada@example.com", True, None)


def days(weeks: int = 12, people: int = 40, available: int = 60, slope: int = 2) -> list[Day]:
    """Working days with as many people as usual, and weekends without anybody."""
    found = []
    for place in range(weeks * 7):
        day = MONDAY + timedelta(days=place)
        is_working = day.weekday() < 5
        used = people + slope * (day.weekday() - 2) if is_working else 0
        found.append(
            Day(
                day, available if is_working else 0, used, records=3 * used + 2, service_records=2, unknown_records=0,
                decisions=2 * used, overridden=used // 5,
            )
        )  # fmt: skip
    return found


def tool(found: list[Day] | None = None, **facts: object) -> ToolFacts:
    """A tool that nothing is wrong with."""
    return replace(ToolFacts("doc-extract", OWNER, tuple(days() if found is None else found)), **facts)


def without_people(found: list[Day], *places: int, **values: object) -> list[Day]:
    """The same days with nobody on some of them, counted from the end."""
    spoilt = list(found)
    for place in places:
        spoilt[place] = replace(spoilt[place], people=0, **values)
    return spoilt
