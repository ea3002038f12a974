"""`training-csv`: who completed which module, as CSV: `person_id` or `email`, `module, completed_at`.

A report of a learning management system under its usual names (learner, course, status, completion date) is read too;
of its rows those whose status is no completion count as blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, column_name, read_csv
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.looking import look
from orchestration.sources.records import Blank, Parsed, TrainingRecord
from orchestration.sources.roster_columns import Columns, guessed_columns, squeezed, synonyms
from orchestration.sources.sight import Sight

_STATUS = "status"
_SYNONYMS = synonyms(
    {
        "person_id": "person id, employee id, employee number, learner id, worker id, personnel number",
        "email": "email, email address, user email, learner email, work email, mail",
        "module": "module, module code, module id, course code, course id, course number, course, course name,"
        " course title, module name, training",
        "completed_at": "completed at, completion date, completed on, date completed, completion time, completed",
        _STATUS: "status, completion status, course status, enrollment status",
    }
)
_DONE = frozenset({"completed", "complete", "passed", "pass", "done", "finished", "100"})
_KNOWN = frozenset({"person_id", "email", "module", "completed_at"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file. `now` is not used: a date in the future proves nothing before it comes."""
    del now
    columns = _columns(column_name(name) for name in look(path).header)
    if columns:
        return read_csv(path, (), lambda row: _reported(replace(row, cells=columns.renamed(row.cells))))
    return read_csv(path, (("person_id", "email"), ("module",), ("completed_at",)), _record)


def _columns(header: Iterable[str]) -> Columns:
    """How to read a report with other names of columns; empty when it has ours, or none that is known."""
    names = frozenset(header)
    guessed = guessed_columns(sorted(names), _SYNONYMS)
    is_known = {"module", "completed_at"} <= guessed.keys() and guessed.keys() & {"person_id", "email"}
    return Columns(guessed=guessed) if is_known and not {"module", "completed_at"} <= names else Columns()


def _reported(row: Row) -> TrainingRecord | Blank:
    """A row of a report: a course begun or failed is no completion."""
    status = row.cells.get(_STATUS)
    return _record(row) if status is None or squeezed(status) in _DONE else Blank(row.lines)


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
    """Completions have a person, a module and a time, as takeup or as learning management systems call them."""
    if sight.has_columns("module", "completed_at") and sight.columns & {"person_id", "email"}:
        return "CSV"
    return "CSV with other names" if _columns(sight.columns) else None


_BECOMES = {"person_id": "users (person_id)", "email": "users (email)", _STATUS: "attributes.status"}
_NOTES = {_STATUS: ": anything but completed or passed makes the row blank"}

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
        *(
            Field(", ".join(names), _BECOMES.get(ours, ours), f"of other reports{_NOTES.get(ours, '')}")
            for ours, names in _SYNONYMS.items()
        ),
        Field("*", "attributes.*", "every other column"),
    ),
)
