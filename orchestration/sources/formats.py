"""What the registry of log formats says about a format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from orchestration.sources.records import Parsed
from orchestration.sources.sight import Sight

Dataset: TypeAlias = Literal[
    "events", "aggregates", "people", "absences", "outages", "training", "voidings", "work_items", "eligible"
]


class Parser(Protocol):
    """Reads one file. `now` (UTC, no zone) decides which times lie in the future; default: the clock."""

    def __call__(self, path: Path, *, now: datetime | None = None) -> Iterator[Parsed]: ...


class Recogniser(Protocol):
    """Tells a format by the content of a file: which version or variant of it this is, None when it is another."""

    def __call__(self, sight: Sight) -> str | None: ...


def _never(sight: Sight) -> str | None:  # noqa: ARG001  # the signature is the protocol's
    return None


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a format's field table: what a field of the source becomes, or why it is dropped."""

    source: str
    """The field as the source names it, nested ones with dots: `totals_by_cli.prompt_count`."""
    becomes: str
    """A column or measure of ours, `attributes.<name>`, `users (<namespace>)`; empty: it is dropped."""
    note: str = ""
    """Unit, trap, or why it is dropped."""


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
    title: str
    """What people call it: "GitHub Copilot user metrics"."""
    proves: str
    """One sentence: what its records can and cannot prove about use."""
    recognise: Recogniser = _never
    """Needed of every format but one that only picks another by content (people, training)."""
    fields: tuple[Field, ...] = ()
    """The field table of docs/sources.md; of a picker it stands with the formats it picks from."""
    also: tuple[Dataset, ...] = ()
    """Further datasets that its files bring beside `dataset`: OpenTelemetry brings events and counts."""

    late_days: int | None = None
    """Days after which a period of it no longer changes: what `late_days` of the source should be. None: no advice."""
    lateness: str = ""
    """When its figures settle and how far back to fetch them again, in a sentence."""

    meaning: str = ""
    """What a mapping file says: its files are read anew when it says something else. Empty: fixed in the code."""

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """Every dataset that its files bring."""
        return (self.dataset, *self.also)
