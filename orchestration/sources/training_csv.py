"""`training-csv`: who completed which module, as CSV: `person_id` or `email`, `module, completed_at`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Parsed, TrainingRecord
from orchestration.sources.sight import Sight

_KNOWN = frozenset({"person_id", "email", "module", "completed_at"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: a date in the future proves nothing before it comes."""
    del now
    return read_csv(path, (("person_id", "email"), ("module",), ("completed_at",)), _record)


def _record(row: Row) -> TrainingRecord:
    return TrainingRecord(
        line_no=row.line_no,
        lines=row.lines,
        users=row.users(),
        module=row.needed("module"),
        completed_at=row.needed_moment("completed_at"),
        attributes=dict(row.others(_KNOWN)),
    )


def recognise(sight: Sight) -> str | None:
    """Completions have a module and a time."""
    return "CSV" if sight.has_columns("module", "completed_at") and sight.columns & {"person_id", "email"} else None


TRAINING_CSV = SourceFormat(
    name="training-csv",
    dataset="training",
    grain="snapshot",
    namespaces=("person_id", "email"),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
    title="Training completions, CSV",
    recognise=recognise,
    proves="It says who completed which module and when; it proves no use.",
    fields=(
        Field("person_id", "users (person_id)", "an address may stand here too"),
        Field("email", "users (email)", "read when person_id is empty"),
        Field("module", "module", "as rules name it in `train`"),
        Field("completed_at", "completed_at", "UTC unless it says otherwise; a bare date is its midnight"),
        Field("*", "attributes.*", "every other column"),
    ),
)
