"""Telling OpenTelemetry by its content: which tool speaks, and which signals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.sources.fields import FieldError
from orchestration.sources.otlp_values import attributes_of
from orchestration.sources.otlp_wire import SIGNALS, Entry, entries
from orchestration.sources.otlp_words import vendor_of
from orchestration.sources.sight import Sight

_TITLES = {"claude_code": "Claude Code", "codex": "Codex", "gemini_cli": "Gemini CLI"}
_KINDS = {"log": "logs", "span": "spans", "metric": "metrics"}


def recognise(sight: Sight) -> str | None:
    """The tools and signals in sight: "Claude Code: logs, metrics"; None when it is no telemetry."""
    found = list(_entries(sight))
    if not found:
        return "OpenTelemetry: no records" if any(map(_is_request, sight.records())) else None
    tools = sorted({_TITLES.get(_vendor(entry) or "", "OpenTelemetry") for entry in found})
    kinds = [name for kind, name in _KINDS.items() if any(entry.signal.kind == kind for entry in found)]
    return f"{', '.join(tools)}: {', '.join(kinds)}"


def _is_request(record: Mapping[str, Any]) -> bool:
    return any(signal.resources in record for signal in SIGNALS)


def _entries(sight: Sight) -> Iterator[Entry]:
    for record in sight.records():
        try:
            yield from list(entries(record))
        except FieldError:
            continue


def _vendor(entry: Entry) -> str | None:
    try:
        attributes = entry.around.attributes | attributes_of(entry.record, "record")
    except FieldError:
        return None
    names = [entry.record.get("name"), attributes.get("event.name")] if isinstance(entry.record, dict) else []
    name = next((name for name in names if isinstance(name, str)), "")
    return vendor_of(name, attributes, entry.around.scope_name)
