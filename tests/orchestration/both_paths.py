"""What the parser and the fast path say of one file: for the tests that hold each against the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.identity import Pseudonymiser
from orchestration.loading.bulk import reading
from orchestration.loading.datasets import DATASETS, to_arrow
from orchestration.loading.rows import Origin, RowMaker
from orchestration.sources.formats import SourceFormat
from orchestration.sources.records import Blank, Parsed, Reject
from tests.orchestration.warehouse_workspace import NOW


class Told:
    """Everything that one path says of a file; `proven` are the lines that the parser was not asked about."""

    def __init__(self, format_name: str) -> None:
        origin = Origin(f"doc/{format_name}", "doc", 7, datetime(2026, 5, 1))
        self.maker = RowMaker(Pseudonymiser(b"k" * 32), origin)
        self.rows: list[dict[str, Any]] = []
        self.rejects: list[Reject] = []
        self.blank = self.proven = 0

    def parsed(self, items: Iterator[Parsed]) -> None:
        records = []
        for item in items:
            if isinstance(item, Reject):
                self.rejects.append(item)
            elif isinstance(item, Blank):
                self.blank += item.lines
            else:
                records.append(item)
        if records:
            self.rows += to_arrow(DATASETS["events"], self.maker.rows(records)).to_pylist()

    @property
    def everything(self) -> tuple[object, ...]:
        named = self.maker.named
        rejects = sorted(self.rejects, key=lambda each: each.line_no)
        return sorted(map(repr, self.rows)), rejects, self.blank, named.accounts


def both(path: Path, source_format: SourceFormat) -> tuple[Told, Told]:
    """What the parser says, and what the fast path says."""
    slow, fast = Told(source_format.name), Told(source_format.name)
    slow.parsed(source_format.parse(path, now=NOW))
    with duckdb.connect() as connection:
        for batch in reading.reader_of(source_format, connection, fast.maker, NOW).batches(path):
            fast.rows += batch.rows.to_pylist()
            fast.proven += batch.rows.num_rows
            fast.parsed(batch.parsed)
    return slow, fast
