"""What the registry of log formats says about a format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from orchestration.sources.records import Parsed

Dataset: TypeAlias = Literal[
    "events", "aggregates", "people", "absences", "outages", "training", "work_items", "eligible"
]


class Parser(Protocol):
    """Reads one file. `now` (UTC, no zone) decides which times lie in the future; default: the clock."""

    def __call__(self, path: Path, *, now: datetime | None = None) -> Iterator[Parsed]: ...


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One log format: its name in `tools.yml`, what its records are, and how to read a file of it."""

    name: str
    dataset: Dataset
    grain: str
    """event, day, 28d, ...; of a roster: snapshot."""
    namespaces: tuple[str, ...]
    """How its records name people."""
    coverage: str
    """active_only, all_members, licensed_only or unknown: whether the absence of a row means anything."""
    can_prove: bool
    """Whether rules on its records can tell correct from incorrect use."""
    parse: Parser
    suffixes: tuple[str, ...]
    """File name endings that are picked up from a folder, lower case; each also with .gz."""
