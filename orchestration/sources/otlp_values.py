"""Values as OTLP JSON writes them: typed wrappers, numbers as text, times in nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from orchestration.sources.fields import FieldError, moment, number, whole, wrong_type

_EPOCH = datetime(1970, 1, 1)
_NANOSECONDS_PER_MICROSECOND = 1000
_LATEST_NS = 253_402_300_799 * 10**9
"""The end of the year 9999, the last that a datetime holds."""
_ODD_DOUBLES = {"NaN", "Infinity", "-Infinity"}
"""Protobuf JSON writes these as text; none of them is a measurement."""


def attributes_of(holder: Any, name: str) -> dict[str, Any]:
    """The attributes of a record, scope or resource by key, as plain values; empty when there are none.

    OTLP writes a list of {key, value}; what has passed through a store may be an object, nested or with dotted keys.
    """
    if holder is None:
        return {}
    if not isinstance(holder, dict):
        raise wrong_type(name, "an object", holder)
    found = holder.get("attributes")
    if isinstance(found, dict):
        return _flat(found)
    return _pairs(found, f"{name}.attributes")


def plain(value: Any, name: str) -> Any:
    """The plain value of an AnyValue: text, number, truth value, list, object or None."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise wrong_type(name, "an object that wraps a value", value)
    kind, inner = next(iter(value.items()))
    if kind in ("stringValue", "bytesValue"):
        return _typed(inner, str, name, "text")
    if kind == "boolValue":
        return _typed(inner, bool, name, "true or false")
    if kind == "intValue":
        return whole_number(inner, name)
    if kind == "doubleValue":
        return figure(inner, name)
    return _nested(kind, inner, name)


def whole_number(value: Any, name: str) -> int | None:
    """A whole number, which protobuf JSON writes as text or as a number."""
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            raise wrong_type(name, "a whole number", value) from None
    return whole(value, name)


def figure(value: Any, name: str) -> float | None:
    """A finite number, written as text or as a number; None for what is no number by definition."""
    if isinstance(value, str):
        if value in _ODD_DOUBLES or not value:
            return None
        try:
            value = float(value)
        except ValueError:
            raise wrong_type(name, "a number", value) from None
    return number(value, name)


def instant(value: Any, name: str) -> datetime | None:
    """Nanoseconds since 1970 as UTC without a zone, cut to microseconds; None when absent or zero (unknown)."""
    nanoseconds = whole_number(None if value == "" else value, name)
    if not nanoseconds:
        return None
    if not 0 < nanoseconds <= _LATEST_NS:
        raise FieldError("bad_time", f"{name} is no time in nanoseconds since 1970")
    return _EPOCH + timedelta(microseconds=nanoseconds // _NANOSECONDS_PER_MICROSECOND)


def said_time(value: Any, name: str) -> datetime | None:
    """An ISO 8601 time in an attribute; None when absent."""
    return None if value is None or value == "" else moment(value, name)


def _pairs(found: Any, name: str) -> dict[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, list):
        raise wrong_type(name, "a list of keys and values", found)
    pairs: dict[str, Any] = {}
    for entry in found:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str):
            raise FieldError("wrong_type", f"{name} holds an entry without a key")
        value = entry.get("value")
        said = value.get("stringValue") if type(value) is dict else None
        # Nine in ten values are texts: this loop is where the time of a file goes.
        pairs[key] = said if type(said) is str and len(value) == 1 else plain(value, name)
    return pairs


def _nested(kind: str, inner: Any, name: str) -> Any:
    if kind not in ("arrayValue", "kvlistValue"):
        raise FieldError("wrong_type", f"{name} wraps a value of an unknown kind")
    values = inner.get("values") if isinstance(inner, dict) else inner
    if kind == "kvlistValue":
        return _pairs(values, name)
    if values is None:
        return []
    if not isinstance(values, list):
        raise wrong_type(name, "a list", values)
    return [plain(value, name) for value in values]


def _typed(value: Any, kind: type, name: str, words: str) -> Any:
    if not isinstance(value, kind):
        raise wrong_type(name, words, value)
    return value


def _flat(found: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested objects as dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in found.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
