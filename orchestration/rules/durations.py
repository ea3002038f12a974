"""Durations of the rule language: `90s`, `15m`, `24h`, `7d`, `2w`."""

from __future__ import annotations

import re

from orchestration.rules.faults import LanguageError

SECOND = 1_000_000
UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": 86_400 * SECOND, "w": 604_800 * SECOND}
NAMES = {"w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second"}
# A century: long enough for every rule, short enough that no timestamp of a log plus it leaves the calendar.
LONGEST = 36_500 * UNITS["d"]

_DURATION = re.compile(r"([0-9]{1,9})\s*([smhdw])")
_MEND = "write a whole number and a unit: 90s, 15m, 24h, 7d or 2w"


def microseconds(text: str) -> int:
    """`'15m'` -> 900_000_000. Raises LanguageError for anything else, for nothing, and for more than a century."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise LanguageError(f"{text!r} is not a duration", _MEND)
    length = int(match[1]) * UNITS[match[2]]
    if length == 0:
        raise LanguageError("a duration of nothing leaves no time for anything", "give at least 1s")
    if length > LONGEST:
        raise LanguageError(f"{text!r} is longer than a century", "give at most 36500d")
    return length


def spoken(length: int) -> str:
    """Microseconds in words: `86_400_000_000` -> `'1 day'`, in the largest unit that divides them."""
    unit = next((unit for unit in NAMES if length % UNITS[unit] == 0), "s")
    count = length // UNITS[unit] if length % UNITS[unit] == 0 else length / SECOND
    return f"{count:g} {NAMES[unit]}{'' if count == 1 else 's'}"
