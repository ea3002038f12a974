"""Moves the dates of the example configuration, which is written for the default company, to another one's time."""

from __future__ import annotations

import re
from datetime import date

from orchestration.sample.span import DEFAULT_UNTIL

_LIVE_FROM = re.compile(r"(?<=live_from: )\d{4}-\d\d-\d\d")
_DATE = re.compile(r"(?<=date: )\d{4}-\d\d-\d\d")


def dated(text: str, start: date, until: date) -> str:
    """The text of an example file with tools live from `start` and due dates as far after `until` as they were.

    The default company's own configuration comes back as it is.
    """
    moved = _LIVE_FROM.sub(start.isoformat(), text)
    return _DATE.sub(lambda found: (date.fromisoformat(found[0]) + (until - DEFAULT_UNTIL)).isoformat(), moved)
