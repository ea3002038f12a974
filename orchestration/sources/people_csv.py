"""`people-csv`: a roster as CSV, one person per row.

Every column that is neither known nor an identity namespace is an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.fields import FieldError
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Identity, Parsed, PersonRecord
from orchestration.sources.sight import Sight

NAMESPACES = frozenset(
    {"email", "upn", "github_login", "github_id", "entra_oid", "idc_user_id", "openai_user_id", "slack_id"}
    | {"user_name", "external_id", "employee_number", "install_id", "m365_concealed"}
)
"""Columns that name a person at some tool. Others do when their name ends like one: see `is_namespace`."""

_NAMESPACE_ENDS = ("_login", "_user_id", "_oid", "_upn", "_email", "_username", "_account_id")
_KNOWN = frozenset(
    {"person_id", "name", "department", "team", "location", "role", "manager_id"}
    | {"eligible_from", "eligible_to", "fte", "working_days"}
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_namespace(column: str) -> bool:
    """Whether a column of a roster holds identifiers of the person rather than an attribute."""
    return column in NAMESPACES or column.endswith(_NAMESPACE_ENDS)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The people of one file. `now` is not used: a roster may speak of the future."""
    del now
    return read_csv(path, (("person_id",),), _record)


def _record(row: Row) -> PersonRecord:
    others = row.others(_KNOWN)
    first, last = row.day("eligible_from"), row.day("eligible_to")
    in_order(first, last, "eligible_to")
    return PersonRecord(
        line_no=row.line_no,
        lines=row.lines,
        person_id=row.needed("person_id"),
        name=row.cells.get("name"),
        aliases=tuple(Identity(name, value) for name, value in others.items() if is_namespace(name)),
        department=row.cells.get("department"),
        team=row.cells.get("team"),
        location=row.cells.get("location"),
        role=row.cells.get("role"),
        manager_id=row.cells.get("manager_id"),
        eligible_from=first,
        eligible_to=last,
        fte=_share(row.cells.get("fte")),
        working_days=working_days(row.cells.get("working_days")),
        is_active=True,
        attributes={name: value for name, value in others.items() if not is_namespace(name)},
    )


def _share(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        share = float(value.replace(",", "."))
    except ValueError as error:
        raise FieldError("wrong_type", "fte must be a number between 0 and 1") from error
    if not 0 <= share <= 1:
        raise FieldError("unknown_value", "fte must be a number between 0 and 1")
    return share


def working_days(value: str | None) -> int | None:
    """`mon,tue,wed` or `mon-fri` as bits, bit 0 for Monday; None when nothing is said."""
    if value is None:
        return None
    bits = 0
    for part in re.split(r"[\s,;/|]+", value.strip().lower()):
        first, _, last = part.partition("-")
        start, end = _weekday(first), _weekday(last or first)
        bits |= sum(1 << place for place in range(start, end + 1))
    if not bits:
        raise FieldError("unknown_value", "working_days must list weekdays such as mon,tue,wed")
    return bits


def _weekday(name: str) -> int:
    if name[:3] not in _DAYS:
        raise FieldError("unknown_value", "working_days must list weekdays such as mon,tue,wed")
    return _DAYS.index(name[:3])


_OTHERS = frozenset({"from", "to", "module", "completed_at", "item_id", "tool_id"})


def recognise(sight: Sight) -> str | None:
    """A roster has a person_id and something about the person, and is none of the other lists of people."""
    is_roster = sight.has_columns("person_id") and len(sight.columns) > 1
    return "CSV" if is_roster and not sight.columns & _OTHERS else None


PEOPLE_CSV = SourceFormat(
    name="people-csv",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", *sorted(NAMESPACES)),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".csv", ".tsv"),
    title="Roster, CSV",
    recognise=recognise,
    proves="It says who is there, so that people without any record can be non-users; it proves no use.",
    fields=(
        Field("person_id", "person_id", "any text; NA and null are ids"),
        Field("name", "name", "kept in the vault"),
        Field("department", "department"),
        Field("team", "team"),
        Field("location", "location"),
        Field("role", "role"),
        Field("manager_id", "manager_id", "the person_id of another row"),
        Field("eligible_from", "eligible_from"),
        Field("eligible_to", "eligible_to", "included"),
        Field("fte", "fte", "0 to 1"),
        Field("working_days", "working_days", "such as mon,tue,wed or mon-fri; empty: the calendar's"),
        Field("email", "aliases (email)"),
        Field("*_login, *_user_id, *_oid, *_upn, *_email, *_username, *_account_id", "aliases (the column's name)"),
        Field(", ".join(sorted(NAMESPACES - {"email"})), "aliases (the column's name)"),
        Field("*", "attributes.*", "every other column; those that name or describe a person closely go to the vault"),
    ),
)
