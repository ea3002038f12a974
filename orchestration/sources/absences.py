"""`absences`: who is away when, as CSV: `person_id, from, to, kind`; both days included, an empty `to` is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import OPEN_END, AbsenceRecord, Parsed
from orchestration.sources.sight import Sight

_KNOWN = frozenset({"person_id", "from", "to", "kind"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: leave is planned ahead."""
    del now
    return read_csv(path, (("person_id",), ("from",)), _record)


def _record(row: Row) -> AbsenceRecord:
    person_id, first = row.needed("person_id"), row.needed_day("from")
    last = row.day("to") or OPEN_END
    in_order(first, last, "to")
    return AbsenceRecord(
        row.line_no, row.lines, person_id, first, last, row.cells.get("kind"), dict(row.others(_KNOWN))
    )


def recognise(sight: Sight) -> str | None:
    """A list of absences has a `kind`; without one it cannot be told from a list of eligible people."""
    is_other = sight.columns & {"email", "tool_id", "module"}
    return "CSV" if sight.has_columns("person_id", "from", "kind") and not is_other else None


ABSENCES = SourceFormat(
    name="absences",
    dataset="absences",
    grain="snapshot",
    namespaces=("person_id",),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
    title="Absences",
    recognise=recognise,
    proves="It says who was away, so that nobody is counted as a non-user for it; it proves no use.",
    fields=(
        Field("person_id", "person_id", "as on the roster"),
        Field("from", "first_date", "the first day away"),
        Field("to", "last_date", "the last day away, included; empty: nobody knows until when"),
        Field("kind", "kind"),
        Field("*", "attributes.*", "every other column"),
    ),
)
