"""Moves the dates of the example configuration, which is written for the default company, to another one's time."""

from __future__ import annotations

import re
from datetime import date

from orchestration.sample.span import DEFAULT_PEOPLE, DEFAULT_UNTIL

_LIVE_FROM = re.compile(r"(?<=live_from: )\d{4}-\d\d-\d\d")
_VOLUME = re.compile(r"(expected_(?:people|events)_per_day: )(\d+)")
_DATE = re.compile(r"(?:(?<=date: )|(?<=due: )|(?<= on: ))\d{4}-\d\d-\d\d")


def dated(text: str, start: date, until: date) -> str:
    """The text of an example file with tools live from `start` and due dates as far after `until` as they were.

    The default company's own configuration comes back as it is.
    """
    moved = _LIVE_FROM.sub(start.isoformat(), text)
    return _DATE.sub(lambda found: (date.fromisoformat(found[0]) + (until - DEFAULT_UNTIL)).isoformat(), moved)


def sized(text: str, people: int) -> str:
    """The text of an example file with promised volumes as a company of so many people would promise them."""
    return _VOLUME.sub(lambda found: f"{found[1]}{max(1, round(int(found[2]) * people / DEFAULT_PEOPLE))}", text)
