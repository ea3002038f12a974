"""`outages`: when a tool did not work, as CSV: `tool_id, from, to`, UTC. An empty `to` is open, a date is included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import OPEN_END_AT, OutageRecord, Parsed
from orchestration.sources.sight import Sight

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


def recognise(sight: Sight) -> str | None:
    """A list of outages names tools and no people."""
    is_other = sight.columns & {"person_id", "email", "item_id"}
    return "CSV" if sight.has_columns("tool_id", "from") and not is_other else None


OUTAGES = SourceFormat(
    name="outages",
    dataset="outages",
    grain="snapshot",
    namespaces=(),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
    title="Outages",
    recognise=recognise,
    proves="It says when a tool did not work, so that nobody is blamed for it; it proves no use.",
    fields=(
        Field("tool_id", "tool_id", "as in tools.yml"),
        Field("from", "starts_at", "UTC unless it says otherwise; a bare date is its midnight"),
        Field("to", "ends_at", "exclusive; a bare date is included as a whole; empty: it goes on"),
        Field("*", "attributes.*", "every other column"),
    ),
)
