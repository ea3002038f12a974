"""`eligible`: seats or an allow-list of a tool, as CSV: `person_id` or `email`, `from, to`; both days included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.formats import SourceFormat
from orchestration.sources.records import EligibleRecord, Parsed

_KNOWN = frozenset({"person_id", "email", "from", "to"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: seats are given ahead."""
    del now
    return read_csv(path, (("person_id", "email"),), _record)


def _record(row: Row) -> EligibleRecord:
    first, last = row.day("from"), row.day("to")
    in_order(first, last, "to")
    return EligibleRecord(row.line_no, row.lines, row.users(), first, last, dict(row.others(_KNOWN)))


ELIGIBLE = SourceFormat(
    name="eligible",
    dataset="eligible",
    grain="snapshot",
    namespaces=("person_id", "email"),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
)
