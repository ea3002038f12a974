"""Formats declared by the text of a mapping file, and what they make of a file."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

from orchestration.registry.mappings import read_mapping
from orchestration.sources.formats import SourceFormat
from tests.orchestration.sources.accounting import NOW, Outcome, sorted_out

EVENTS = """
    version: 1
    source: desk
    read: {format: ndjson}
    grain: {kind: event}
    identity: {namespace: email, field: user}
    time: at
    fields: {event_name: {const: prompt}, event_id: id}
"""


def line(number: int, **more: Any) -> str:
    """An event as `EVENTS` reads it, with further fields."""
    return json.dumps({"id": f"e{number}", "user": "ann@example.com", "at": "2026-03-02T09:00:00Z"} | more)


def declared(folder: Path, text: str) -> SourceFormat:
    """The format that a mapping file with this text declares."""
    path = folder / "mapping.yml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_mapping(path)


def outcome(folder: Path, text: str, content: str | bytes, name: str = "log.csv") -> Outcome:
    """What the mapping makes of a file with this content; every line of it is accounted for."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return sorted_out(declared(folder, text).parse(path, now=NOW))
