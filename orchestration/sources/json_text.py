"""JSON that stands as text in a field of a record, and how long a text is whose words are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from orchestration.sources.byte_source import CAPS
from orchestration.sources.fields import strict_json, wrong_type


def value_in(value: Any) -> Any:
    """The value that a text of JSON says, anything else as it is; a text of nothing is None.

    FieldError when a text is not strict JSON.
    """
    if not isinstance(value, str):
        return value
    return strict_json(value.encode(), CAPS.depth) if value.strip() else None


def object_in(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, also when it is written as a text of JSON; empty when it is absent."""
    found = value_in(record.get(name))
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise wrong_type(name, "an object", found)
    return found


def length_of(value: Any) -> int | None:
    """How many characters a content has: a text, or anything else as JSON; None when there is none."""
    if isinstance(value, str):
        return None if value in ("", "{}", "[]") else len(value)
    return len(orjson.dumps(value).decode()) if value else None


def scalars(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are neither lists nor objects."""
    return {name: value for name, value in record.items() if not isinstance(value, dict | list)}
