"""Single values of a mapping: the columns of ours with their types, units of the source, words, times, people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path as File
from types import MappingProxyType
from typing import Any

from orchestration.sources.fields import (
    FieldError,
    any_text,
    candidates,
    cell_count,
    cell_number,
    count,
    epoch,
    flag,
    number,
    text,
    whole,
)
from orchestration.sources.mapping.plan import Scope, Value, When, Who
from orchestration.sources.periods import modified_at, named_day
from orchestration.sources.records import MEASURES, Identity

LONGEST_IDENTIFIER = 200
"""Of an identifier that a pattern is tried on: keeps patterns from taking long."""

_TRUE, _FALSE = ("true", "yes", "y", "1", "t"), ("false", "no", "n", "0", "f")
_EPOCHS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_TICKS_AT_1970 = 621_355_968_000_000_000
_TICKS = 10**7
_MIDNIGHT = datetime.min.time()

Read = Callable[[Any, str], Any]


def as_text(value: Any, name: str) -> str | None:
    """Text; numbers and truth values as they are written in JSON."""
    if isinstance(value, bool | float):
        return any_text(value, name)
    return text(value, name)


def as_number(value: Any, name: str) -> float | None:
    """A number, written as one or as text."""
    return cell_number(value, name) if isinstance(value, str) else number(value, name)


def as_count(value: Any, name: str) -> int | None:
    """A whole number of at least 0, written as one or as text."""
    return cell_count(value, name) if isinstance(value, str) else count(value, name)


def as_whole(value: Any, name: str) -> int | None:
    """A whole number, written as one or as text."""
    return whole(cell_number(value, name) if isinstance(value, str) else value, name)


def as_flag(value: Any, name: str) -> bool | None:
    """True or false, also written as yes and no, 1 and 0."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        word = str(value).strip().casefold()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    return flag(value, name)


def as_word(value: Any, name: str) -> str | None:
    """A word in lower case."""
    found = as_text(value, name)
    return found and found.casefold()


def _amount(per_unit: float) -> Read:
    def read(value: Any, name: str) -> float | None:
        found = as_number(value, name)
        return None if found is None else found / per_unit

    return read


def _length(value: Any, name: str) -> int | None:
    if value is None or isinstance(value, list | dict | str):
        return None if value is None else len(value)
    raise FieldError("wrong_type", f"{name} is no list, object or text, so it has no length")


def _negated(value: Any, name: str) -> bool | None:
    found = as_flag(value, name)
    return None if found is None else not found


EVENT_COLUMNS: Mapping[str, Read] = MappingProxyType(
    {
        "event_id": as_text,
        "event_name": as_text,
        "seq": as_whole,
        "actor_type": as_word,
        "is_user_initiated": as_flag,
        "item_id": as_text,
        "session_id": as_text,
        "conversation_id": as_text,
        "use_case": as_text,
        "feature": as_text,
        "decision": as_text,
        "decision_source": as_word,
        "confidence": as_number,
        "predicted_value": any_text,
        "final_value": any_text,
        "dwell_ms": as_number,
        "model": as_text,
        "input_tokens": as_count,
        "output_tokens": as_count,
        "cost": as_number,
        "currency": as_text,
    }
)
AGGREGATE_COLUMNS: Mapping[str, Read] = MappingProxyType(
    {
        **{name: as_number if name == "cost" else as_count for name in MEASURES},
        "is_active": as_flag,
        "currency": as_text,
        "part": as_text,
        "scope": as_text,
        "actor_type": as_word,
    }
)
OTHER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "event": "event_name",
        "id": "event_id",
        "user_initiated": "is_user_initiated",
        "cost_amount": "cost",
        "cost_currency": "currency",
    }
)
"""What people also call our columns."""

KINDS: Mapping[str, Read] = MappingProxyType(
    {
        "text": as_text,
        "number": as_number,
        "count": as_count,
        "flag": as_flag,
        "not": _negated,
        "present": lambda value, _: value is not None,
        "credits": as_number,
        "minor_units": _amount(100),
        "micros": _amount(10**6),
        "percent": _amount(100),
        "ms": as_number,
        "seconds": _amount(1 / 1000),
        "minutes": _amount(1 / 60_000),
        "length": _length,
    }
)
"""What `as` may say of a field: its unit or type in the source."""


def value_of(value: Value, scope: Scope, name: str) -> Any:
    """The value of one of our columns before it is read as that column's type."""
    found = value.const
    if value.fields:
        found = next((one for path in value.fields if (one := scope.get(path)) is not None), None)
        found = found if found is not None else value.const
    if value.words is not None:
        found = _worded(value, found, name)
    return KINDS[value.kind](found, name) if value.kind else found


def _worded(value: Value, found: Any, name: str) -> Any:
    word = "" if found is None else as_text(found, name) or ""
    words = value.words or {}
    if word.casefold() in words:
        return words[word.casefold()]
    if value.otherwise == "reject" and word:
        raise FieldError("unknown_value", f"{name} holds a word that the mapping does not know")
    return None if value.otherwise == "nothing" else found


def people_of(who: tuple[Who, ...], scope: Scope) -> tuple[Identity, ...]:
    """Everybody's names that a record holds, preferred first; FieldError when one is needed and none is there."""
    found = tuple(dict.fromkeys(one for each in who for one in _named(each, scope)))
    if not found and any(each.is_required for each in who):
        names = ", ".join(each.field.text for each in who)
        raise FieldError("missing_field", f"{names}: the record names nobody")
    return found


def _named(who: Who, scope: Scope) -> tuple[Identity, ...]:
    value = as_text(scope.get(who.field), who.field.text)
    value = value.strip() if value else None
    if value and who.strip is not None and len(value) <= LONGEST_IDENTIFIER:
        prefix = who.strip.match(value)
        value = value[prefix.end() :] if prefix else value
    if not value:
        return next((found for one in who.fallback if (found := _named(one, scope))), ())
    value = value.lower() if who.is_lower else value
    return candidates(value) if who.namespace == "auto" else (Identity(who.namespace, value),)


def moment_of(when: When, scope: Scope, file: File) -> datetime:
    """The time of a record as UTC without a zone; a date is its midnight."""
    found = _told(when, scope, file)
    if found.tzinfo is None and when.zone is None:
        return found
    aware = found if found.tzinfo is not None else found.replace(tzinfo=when.zone)
    try:
        return aware.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise FieldError("bad_time", "the time lies outside the calendar") from error


def day_of(when: When, scope: Scope, file: File) -> date:
    """The day of a record: a date as it is written, of a time its day in UTC."""
    found = _told(when, scope, file)
    is_date = found.tzinfo is None and found.time() == _MIDNIGHT
    return found.date() if is_date else moment_of(when, scope, file).date()


def _told(when: When, scope: Scope, file: File) -> datetime:
    if when.origin == "file_time":
        return modified_at(file)
    if when.origin == "file_name":
        day = named_day(file)
        if day is None:
            raise FieldError("bad_time", "the file's name holds no date such as 2026-03-02")
        return datetime.combine(day, _MIDNIGHT)
    name = when.fields[0].text
    value = next((one for path in when.fields if (one := scope.get(path)) is not None), None)
    if value is None:
        raise FieldError("missing_field", f"{name} is missing or empty")
    return _formatted(when, value, name) if when.formats else _READERS[when.unit](value, name)


def _formatted(when: When, value: Any, name: str) -> datetime:
    written = (as_text(value, name) or "").strip()
    for pattern in when.formats:
        try:
            return datetime.strptime(written, pattern)
        except ValueError:
            continue
    raise FieldError("bad_time", f"{name} is not written as the mapping says")


def _iso(value: Any, name: str) -> datetime:
    """With or without a time, with or without a zone."""
    written = (as_text(value, name) or "").strip()
    try:
        return datetime.fromisoformat(written[:-1] + "+00:00" if written[-1:] in ("Z", "z") else written)
    except ValueError as error:
        raise FieldError("bad_time", f"{name} is not a time such as 2026-03-02T09:30:00Z") from error


def _date(value: Any, name: str) -> datetime:
    """The day alone, whatever time stands behind it."""
    written = (as_text(value, name) or "").strip()
    return datetime.combine(_iso(written[:10], name).date(), _MIDNIGHT)


def _counted(unit: str) -> Callable[[Any, str], datetime]:
    def read(value: Any, name: str) -> datetime:
        return epoch(_ticks(value, name), name, _EPOCHS[unit]).replace(tzinfo=UTC)

    return read


def _ticks(value: Any, name: str) -> int | float | None:
    """Digits stay exact; a fraction is a float."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return as_whole(int(value[:25]), name)
    return as_number(value, name) if isinstance(value, str) else value


def _epoch(value: Any, name: str) -> datetime:
    """Seconds, milliseconds, microseconds or nanoseconds, told by their size."""
    ticks = number(_ticks(value, name), name) or 0.0
    unit = next((unit for unit, least in (("ns", 1e17), ("us", 1e14), ("ms", 1e11)) if abs(ticks) >= least), "s")
    return _counted(unit)(value, name)


def _dotnet(value: Any, name: str) -> datetime:
    ticks = as_whole(_ticks(value, name), name)
    if ticks is None:
        raise FieldError("missing_field", f"{name} is missing or empty")
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=(ticks - _TICKS_AT_1970) * 10**6 // _TICKS)
    except OverflowError as error:
        raise FieldError("bad_time", f"{name} is no count of .NET ticks") from error


_READERS: Mapping[str, Callable[[Any, str], datetime]] = {
    "iso": _iso,
    "date": _date,
    **{unit: _counted(unit) for unit in _EPOCHS},
    "epoch": _epoch,
    "dotnet_ticks": _dotnet,
}
UNITS = tuple(_READERS)
