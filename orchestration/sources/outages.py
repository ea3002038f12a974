"""`outages`: when a tool did not work, as CSV: `tool_id, from, to`, UTC. An empty `to` is open, a date is included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.formats import SourceFormat
from orchestration.sources.records import OPEN_END_AT, OutageRecord, Parsed

_KNOWN = frozenset({"tool_id", "from", "to"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: outages may be announced."""
    del now
    return read_csv(path, (("tool_id",), ("from",)), _record)


def _record(row: Row) -> OutageRecord:
    starts_at, ends_at = row.needed_moment("from"), row.moment("to")
    in_order(starts_at, ends_at, "to")
    if ends_at is not None and ends_at < OPEN_END_AT and len(row.needed("to")) <= len("2026-03-02"):
        ends_at += timedelta(days=1)
    return OutageRecord(
        row.line_no, row.lines, row.needed("tool_id"), starts_at, ends_at or OPEN_END_AT, dict(row.others(_KNOWN))
    )


OUTAGES = SourceFormat(
    name="outages",
    dataset="outages",
    grain="snapshot",
    namespaces=(),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
)
