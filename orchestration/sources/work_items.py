"""`work-items`: work that could have been done with a tool, as CSV.

Columns: `item_id, person_id, tool_id, kind, opened_at, closed_at`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Parsed, WorkItemRecord
from orchestration.sources.sight import Sight

_KNOWN = frozenset({"item_id", "person_id", "email", "tool_id", "kind", "opened_at", "closed_at"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: items may be scheduled."""
    del now
    return read_csv(path, (("item_id",), ("person_id", "email"), ("tool_id",)), _record)


def _record(row: Row) -> WorkItemRecord:
    opened_at, closed_at = row.moment("opened_at"), row.moment("closed_at")
    in_order(opened_at, closed_at, "closed_at")
    return WorkItemRecord(
        line_no=row.line_no,
        lines=row.lines,
        item_id=row.needed("item_id"),
        users=row.users(),
        tool_id=row.needed("tool_id"),
        kind=row.cells.get("kind"),
        opened_at=opened_at,
        closed_at=closed_at,
        attributes=dict(row.others(_KNOWN)),
    )


def recognise(sight: Sight) -> str | None:
    """Work items have an item and a tool."""
    return "CSV" if sight.has_columns("item_id", "tool_id") and sight.columns & {"person_id", "email"} else None


WORK_ITEMS = SourceFormat(
    name="work-items",
    dataset="work_items",
    grain="snapshot",
    namespaces=("person_id", "email"),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
    title="Work items",
    recognise=recognise,
    proves="It says which work a tool could have been used for; only the tool's own events prove that it was.",
    fields=(
        Field("item_id", "item_id", "as the tool's events name the item"),
        Field("person_id", "users (person_id)", "an address may stand here too"),
        Field("email", "users (email)", "read when person_id is empty"),
        Field("tool_id", "tool_id", "as in tools.yml"),
        Field("kind", "kind"),
        Field("opened_at", "opened_at", "UTC unless it says otherwise"),
        Field("closed_at", "closed_at", "UTC unless it says otherwise; empty: still open"),
        Field("*", "attributes.*", "every other column"),
    ),
)
