"""Formats declared by the text of a mapping file, and what they make of a file."""

from __future__ import annotations

import textwrap
from pathlib import Path

from orchestration.registry.mappings import read_mapping
from orchestration.sources.formats import SourceFormat
from tests.orchestration.sources.accounting import NOW, Outcome, sorted_out


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
