"""What events and aggregates of a mapping share: columns by their types, attributes, keys, the limits of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path as File
from typing import Any, TypeVar

from orchestration.sources.fields import FieldError, no_later_than
from orchestration.sources.mapping.paths import PathError, parse_path
from orchestration.sources.mapping.plan import Scope, Value, Variant
from orchestration.sources.mapping.values import AGGREGATE_COLUMNS, EVENT_COLUMNS, Read, as_text, value_of

_Day = TypeVar("_Day", bound=date)
_CREDITS = "credits"


@dataclass(frozen=True, slots=True)
class Target:
    """The file that is read, when it was made, and how late its times may be."""

    source: str
    file: File
    modified: datetime
    latest: datetime

    def not_late(self, found: _Day, name: str) -> _Day:
        """`found` itself; FieldError when it lies too far in the future."""
        latest = self.latest if isinstance(found, datetime) else self.latest.date()
        no_later_than(found, latest, name)
        return found


def columns_of(variant: Variant, scope: Scope) -> dict[str, Any]:
    """Our columns and further named fields of one record; what is unknown is not in it."""
    readers = EVENT_COLUMNS if variant.grain.kind == "event" else AGGREGATE_COLUMNS
    found = dict(variant.constants)
    for name, value in variant.fields.items():
        told = value_as(value, scope, name, readers)
        if told is not None and told != "":
            found[name] = told
    if _is_in_credits(variant.fields.get("cost")) and "cost" in found:
        found.setdefault("currency", _CREDITS)
    return found


def value_as(value: Value, scope: Scope, name: str, readers: Mapping[str, Read]) -> Any:
    """The value of one column in that column's type; of a further field as it stands."""
    told = value_of(value, scope, name)
    return readers[name](told, name) if name in readers else told


def _is_in_credits(cost: Value | None) -> bool:
    return cost is not None and cost.kind == _CREDITS


def attributes_of(variant: Variant, scope: Scope, columns: Mapping[str, Any]) -> dict[str, Any]:
    """What is no column of ours: named fields, and plain fields that the mapping does not mention."""
    readers = EVENT_COLUMNS if variant.grain.kind == "event" else AGGREGATE_COLUMNS
    named = {name: value for name, value in columns.items() if name not in readers}
    return {**_unknown(variant, scope), **named} if variant.keeps_unknown else named


def _unknown(variant: Variant, scope: Scope) -> dict[str, Any]:
    return {
        name: value
        for name, value in scope.values.items()
        if name not in variant.known
        and value is not None
        and value != ""
        and not isinstance(value, dict | list)
        and not (variant.unpivot and variant.unpivot.match(name, scope.names.get(name, name)))
    }


def key_of(variant: Variant, told: Mapping[str, Any], scope: Scope) -> tuple[str, ...]:
    """What identifies a record by `dedup`: our columns by name, anything else as a field of the source.

    FieldError when such a field is missing: records that nothing tells apart would be taken for one.
    """
    return tuple(_part(name, variant, told, scope) for name in variant.dedup)


def _part(name: str, variant: Variant, told: Mapping[str, Any], scope: Scope) -> str:
    if name in told or name in variant.fields:
        return as_text(told.get(name), name) or ""
    try:
        found = as_text(scope.get(parse_path(name)), name)
    except PathError as error:
        raise FieldError("unknown_shape", "dedup names no field") from error
    if found is None:
        raise FieldError("missing_field", f"{name} is missing or empty, and it identifies the record")
    return found
