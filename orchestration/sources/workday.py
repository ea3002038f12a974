"""`workday`: a Workday custom report as JSON (RaaS, `Report_Entry[]`). The customer names its columns.

They are read by what config/people.yml says (`columns:`) and else by usual names; a report as CSV is a `people-csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.byte_source import beginning
from orchestration.sources.csv_lines import Row, column_name
from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import FieldError, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.people_csv import NO_ID, person_of
from orchestration.sources.records import Parsed
from orchestration.sources.roster_columns import NOTHING, SYNONYM_FIELDS, Columns, columns_of
from orchestration.sources.rosters import Draft, read_users, with_managers
from orchestration.sources.sight import Sight

_LISTS = ("Report_Entry",)
_KEY = re.compile(r'"([^"\\\n]+)"\s*:')


def parse(path: Path, *, now: datetime | None = None, columns: Mapping[str, str] = NOTHING) -> Iterator[Parsed]:
    """The rows of one report. `now` is not used; `columns` as in people_csv.parse."""
    del now
    shape = _shape(path)
    # Of the whole report, not of each row: Workday leaves empty columns out of a row.
    rows = (item.value for item in read_documents(path, shape) if isinstance(item, Item))
    header = dict.fromkeys(column_name(name) for row in rows if isinstance(row, dict) for name in row)
    found = columns_of(header, columns)
    return with_managers(lambda: read_users(path, shape, lambda entry: _draft(entry, found)))


def _shape(path: Path) -> Shape:
    """Rows have two or more of the keys that stand in the file, whichever those are."""
    keys = frozenset(_KEY.findall(beginning(path).decode("utf-8", "replace"))) - set(_LISTS)
    return Shape(_LISTS, keys, enough=min(2, len(keys)) or 1)


def recognise(sight: Sight) -> str | None:
    """A report is an object around `Report_Entry`."""
    is_report = any(isinstance(value, dict) and isinstance(value.get("Report_Entry"), list) for value in sight.values)
    return "RaaS" if is_report else None


def _draft(entry: Mapping[str, Any], columns: Columns) -> Draft:
    cells = {column_name(name): _cell(name, value) for name, value in entry.items()}
    if "person_id" not in cells and not columns.has_person_id:
        raise FieldError("missing_field", NO_ID)
    return person_of(Row(0, 0, cells, 0, b""), columns)


def _cell(name: str, value: Any) -> str | None:
    """A plain value as text; the groups of values that a report may nest are no column."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(value)
    return None if isinstance(value, dict | list) else text(value.strip() if isinstance(value, str) else value, name)


WORKDAY = SourceFormat(
    name="workday",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", "email", "upn", "employee_number", "github_login"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".json",),
    title="Workday report (RaaS)",
    recognise=recognise,
    proves="It says who is employed and in which department, as far as the report's columns do; it proves no use.",
    fields=(
        *SYNONYM_FIELDS,
        Field("*", "attributes.*", "every other plain column; groups of values are dropped"),
    ),
)
