"""OTLP JSON as plain records: what stands in typed wrappers and lists of pairs becomes objects of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestration.sources.fields import FieldError
from orchestration.sources.otlp_values import attributes_of, plain

_NESTED = (("resourceLogs", "scopeLogs", "logRecords"), ("resourceSpans", "scopeSpans", "spans"))


def entries(request: Any) -> Iterator[dict[str, Any]]:
    """The log records and spans of an export request, each with `attributes`, `resource` and `scope` by name."""
    if not isinstance(request, dict) or not any(names[0] in request for names in _NESTED):
        raise FieldError("unknown_shape", "the record is no export request of logs or spans")
    for resources, scopes, records in _NESTED:
        for resource in _list(request, resources):
            about = attributes_of(resource.get("resource"), "resource")
            for scope in _list(resource, scopes):
                around = {"resource": about, "scope": attributes_of(scope.get("scope"), "scope")}
                yield from (_entry(record, around) for record in _list(scope, records))


def _entry(record: dict[str, Any], around: dict[str, Any]) -> dict[str, Any]:
    made = {**record, **around, "attributes": attributes_of(record, "record")}
    return {**made, "body": plain(record["body"], "body")} if "body" in record else made


def _list(holder: Any, name: str) -> list[dict[str, Any]]:
    found = holder.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise FieldError("wrong_type", f"{name} must be a list of objects")
    return found
