"""Reading single fields strictly: the right type or a FieldError that names the field and never quotes its content."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from orchestration.sources.records import Identity

MAX_INT = 2**63 - 1
FUTURE = timedelta(hours=24)
_KEPT_USERS = 100_000
_MOST_DIGITS = 25


class FieldError(Exception):
    """A record cannot be read. `code` is one of records.REASON_CODES, `reason` one sentence without file content."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def kind_of(value: Any) -> str:
    """What a JSON value is, in words for a reason."""
    names = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def wrong_type(name: str, wanted: str, value: Any) -> FieldError:
    return FieldError("wrong_type", f"{name} must be {wanted}, found {kind_of(value)}")


def text(value: Any, name: str) -> str | None:
    """Text; whole numbers become text; null and empty are None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None:
        return None
    raise wrong_type(name, "text", value)


def needed_text(record: Mapping[str, Any], name: str, path: str = "") -> str:
    """Like `text`, but the field must be there and not empty. `path` is where the record stands, for the reason."""
    found = text(record.get(name), path + name)
    if found is None:
        raise FieldError("missing_field", f"{path}{name} is missing or empty")
    return found


def any_text(value: Any, _name: str) -> str | None:
    """Any JSON value as text: text as it is, the rest as JSON."""
    if isinstance(value, str):
        return value or None
    return None if value is None else orjson.dumps(value).decode()


def number(value: Any, name: str) -> float | None:
    """A finite number or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise wrong_type(name, "a number", value)
    return float(value)


def cell_number(value: str | None, name: str) -> float | None:
    """A finite number written as text, or None; a comma may stand for the decimal point."""
    if value is None:
        return None
    try:
        return number(float(value.replace(",", ".")), name)
    except ValueError as error:
        raise wrong_type(name, "a number", value) from error


def cell_count(value: str | None, name: str) -> int | None:
    """A whole number of at least 0 written as text (3.0 counts as 3), or None."""
    if value is not None and value.isascii() and value.isdigit() and len(value) < len(str(MAX_INT)):
        return int(value)
    return count(cell_number(value, name), name)


def whole(value: Any, name: str) -> int | None:
    """A whole number that fits in 64 bits, or None; 3.0 counts as 3."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT:
        return value
    raise wrong_type(name, "a whole number", value)


def count(value: Any, name: str) -> int | None:
    """A whole number of at least 0, or None."""
    found = whole(value, name)
    if found is not None and found < 0:
        raise FieldError("wrong_type", f"{name} must not be negative")
    return found


def flag(value: Any, name: str) -> bool | None:
    """True, false or None."""
    if value is None or isinstance(value, bool):
        return value
    raise wrong_type(name, "true or false", value)


def moment(value: Any, name: str) -> datetime:
    """An ISO 8601 or RFC 3339 time as UTC without a zone. A time without a zone is taken as UTC; a bare date fails."""
    if value is None or value == "":
        raise FieldError("missing_field", f"{name} is missing or empty")
    if not isinstance(value, str):
        raise wrong_type(name, "a time as text", value)
    try:
        found = datetime.fromisoformat(value[:-1] if value[-1] == "Z" else value.upper())
        if found.tzinfo is not None:
            found = found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise _bad_time(name) from error
    if len(value) < len("2026-03-02T09"):
        raise _bad_time(name)
    return found


def _bad_time(name: str) -> FieldError:
    return FieldError("bad_time", f"{name} is not a time such as 2026-03-02T09:30:00Z")


def day(value: Any, name: str) -> date:
    """An ISO date; of a time at midnight, its date."""
    if value is None or value == "":
        raise FieldError("missing_field", f"{name} is missing or empty")
    if not isinstance(value, str):
        raise wrong_type(name, "a date as text", value)
    try:
        return date.fromisoformat(value) if len(value) <= len("2026-03-02") else moment(value, name).date()
    except (ValueError, FieldError) as error:
        raise FieldError("bad_time", f"{name} is not a date such as 2026-03-02") from error


def epoch(value: Any, name: str, per_second: int = 1) -> datetime:
    """A time counted from 1970 (`per_second`: 1 of seconds, 1000 of milliseconds), as a number or as digits, as UTC."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:_MOST_DIGITS])
    ticks = number(value, name)
    if ticks is None:
        raise FieldError("missing_field", f"{name} is missing or empty")
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=ticks / per_second)
    except OverflowError as error:
        raise FieldError("bad_time", f"{name} is not a time counted from 1970") from error


def no_later_than(found: date, latest: date, name: str) -> None:
    """Both dates or both times. Refuses what lies after `latest`."""
    if found > latest:
        raise FieldError("future_time", f"{name} lies more than 24 hours in the future")


def latest_time(now: datetime | None) -> datetime:
    """The last moment that a record may carry: 24 hours after `now` (default: the clock)."""
    return (now or datetime.now(UTC).replace(tzinfo=None)) + FUTURE


def candidates(value: str) -> tuple[Identity, ...]:
    """Everything an identifier without a namespace may be, preferred first."""
    if "@" in value:
        return (Identity("email", value), Identity("upn", value), Identity("person_id", value))
    return (Identity("person_id", value),)


class UserCache:
    """The identities of users seen lately, so that a million lines do not build them a million times."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Identity, ...]] = {}

    def of(self, value: str) -> tuple[Identity, ...]:
        """`candidates(value)`, remembered."""
        found = self._known.get(value)
        if found is None:
            if len(self._known) >= _KEPT_USERS:
                self._known.clear()
            found = self._known[value] = candidates(value)
        return found


def depth_of(value: Any) -> int:
    """How deep lists and objects are nested; 0 for a plain value."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth


def strict_json(raw: bytes, depth: int) -> Any:
    """The JSON value of `raw`; FieldError when it is not strict JSON, not UTF-8, holds NUL or is nested too deep."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _json_problem(raw, error) from error
    if b"\\u0000" in raw and _has_nul(value):
        raise FieldError("nul", "the record holds a NUL character")
    if raw.count(b"{") + raw.count(b"[") > depth and depth_of(value) > depth:
        raise FieldError("too_deep", f"the JSON is nested deeper than {depth} levels")
    return value


def _json_problem(raw: bytes, error: orjson.JSONDecodeError) -> FieldError:
    if "depth" in error.msg:
        return FieldError("too_deep", "the JSON is nested too deep")
    if b"\0" in raw:
        return FieldError("nul", "the record holds a NUL character")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return FieldError("not_utf8", "the bytes are not valid UTF-8")
    return FieldError("not_json", "the record is not valid JSON")


def _has_nul(value: Any) -> bool:
    level = [value]
    while level:
        item = level.pop()
        if isinstance(item, str) and "\0" in item:
            return True
        if isinstance(item, dict):
            level.extend(item)
            level.extend(item.values())
        elif isinstance(item, list):
            level.extend(item)
    return False
