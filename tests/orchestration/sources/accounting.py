"""How the tests of the sources read a file: what came out, and whether every line is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources import FORMATS
from orchestration.sources.records import REASON_CODES, Blank, Parsed, Reject

NOW = datetime(2026, 6, 1)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"


@dataclass(frozen=True)
class Outcome:
    """Everything a parser yielded, sorted out."""

    records: list[Any]
    rejects: list[Reject]
    blanks: int
    lines: int

    @property
    def codes(self) -> list[str]:
        return [reject.code for reject in self.rejects]


def read(format_name: str, path: Path) -> Outcome:
    """Parses a file and checks what must hold for every file."""
    return sorted_out(FORMATS[format_name].parse(path, now=NOW))


def sorted_out(parsed: Iterator[Parsed]) -> Outcome:
    found = list(parsed)
    rejects = [item for item in found if isinstance(item, Reject)]
    blanks = [item for item in found if isinstance(item, Blank)]
    records = [item for item in found if not isinstance(item, Reject | Blank)]
    assert all(reject.code in REASON_CODES and reject.reason for reject in rejects)
    assert all(item.lines >= 0 for item in found)
    assert all(is_dataclass(record) for record in records)
    return Outcome(records, rejects, sum(blank.lines for blank in blanks), sum(item.lines for item in found))


def content(record: Any) -> str:
    """A record without its place in the file."""
    return repr([getattr(record, field.name) for field in fields(record) if field.name not in ("line_no", "lines")])


def physical_lines(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
