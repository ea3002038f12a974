"""`eligible`: seats or an allow-list of a tool, as CSV: `person_id` or `email`, `from, to`; both days included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EligibleRecord, Parsed
from orchestration.sources.sight import Sight

_KNOWN = frozenset({"person_id", "email", "from", "to"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: seats are given ahead."""
    del now
    return read_csv(path, (("person_id", "email"),), _record)


def _record(row: Row) -> EligibleRecord:
    first, last = row.day("from"), row.day("to")
    in_order(first, last, "to")
    return EligibleRecord(row.line_no, row.lines, row.users(), first, last, dict(row.others(_KNOWN)))


_NAMED = frozenset({"person_id", "email"})
_OTHERS = frozenset({"kind", "module", "item_id", "tool_id", "name", "department", "team", "manager_id"})


def recognise(sight: Sight) -> str | None:
    """People with a span, or nothing but one column of people; a span with a `kind` is an absence."""
    columns = sight.columns
    if not columns & _NAMED or columns & _OTHERS:
        return None
    return "CSV" if columns & {"from", "to"} or len(columns) == 1 else None


ELIGIBLE = SourceFormat(
    name="eligible",
    dataset="eligible",
    grain="snapshot",
    namespaces=("person_id", "email"),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
    title="Eligible people of a tool",
    recognise=recognise,
    proves="It says who may use a tool and since when, so that the rest is not counted; it proves no use.",
    fields=(
        Field("person_id", "users (person_id)", "an address may stand here too"),
        Field("email", "users (email)", "read when person_id is empty"),
        Field("from", "first_date", "empty: since ever"),
        Field("to", "last_date", "included; empty: open"),
        Field("*", "attributes.*", "every other column"),
    ),
)
