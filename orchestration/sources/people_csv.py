"""`people-csv`: a roster as CSV, one person per row.

Every column that is neither known nor an identity namespace is an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestration.sources.csv_lines import Row, column_name, in_order, read_csv
from orchestration.sources.fields import FieldError
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.looking import look
from orchestration.sources.records import CONCEALED, Identity, Parsed, PersonRecord, Reject
from orchestration.sources.roster_columns import (
    MANAGER_EMAIL,
    NOTHING,
    STATUS,
    SYNONYM_FIELDS,
    Columns,
    columns_of,
    is_there,
    squeezed,
)
from orchestration.sources.rosters import Draft, identities, with_managers
from orchestration.sources.sight import Sight

NAMESPACES = frozenset(
    {"email", "upn", "github_login", "github_id", "entra_oid", "idc_user_id", "openai_user_id", "slack_id"}
    | {"user_name", "external_id", "employee_number", "install_id"}
)
"""Columns that name a person at some tool. Others do when their name ends like one: see `is_namespace`."""

_NAMESPACE_ENDS = ("_login", "_user_id", "_oid", "_upn", "_email", "_username", "_account_id")
_KNOWN = frozenset(
    {"person_id", "name", "department", "team", "location", "role", "manager_id"}
    | {"eligible_from", "eligible_to", "fte", "working_days"}
)
AS_THEY_ARE = Columns()
NO_ID = (
    "no column is known to hold the person's id; rename it to person_id,"
    " or name it in config/people.yml: columns: {person_id: <its name>}"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_namespace(column: str) -> bool:
    """Whether a column of a roster holds identifiers of the person rather than an attribute or somebody else's."""
    if column.startswith(("manager_", "supervisor_")) or column in CONCEALED:
        return False
    return column in NAMESPACES or column.endswith(_NAMESPACE_ENDS)


def parse(path: Path, *, now: datetime | None = None, columns: Mapping[str, str] = NOTHING) -> Iterator[Parsed]:
    """The people of one file. `now` is not used: a roster may speak of the future.

    `columns`: our name of a column -> its name in the company's files; see roster_columns.
    """
    del now
    header = [column_name(name) for name in look(path).header]
    found = columns_of(header, columns)
    if found and (found.has_person_id or "person_id" in header):
        return with_managers(lambda: read_csv(path, (), lambda row: person_of(row, found)))
    return map(_without_id, read_csv(path, (("person_id",),), lambda row: person_of(row).person))


def _without_id(item: Parsed) -> Parsed:
    """The reject of a header without a person_id, with what to do about it."""
    if isinstance(item, Reject) and item.reason.startswith("the header has no column"):
        return replace(item, reason=NO_ID)
    return item


def person_of(row: Row, columns: Columns = AS_THEY_ARE) -> Draft:
    """The person of one row, whose columns are ours already or are renamed by `columns`."""
    row = replace(row, cells=columns.renamed(row.cells)) if columns else row
    others = row.others(_KNOWN | {MANAGER_EMAIL} if columns else _KNOWN)
    first, last = row.day("eligible_from"), row.day("eligible_to")
    in_order(first, last, "eligible_to")
    manager_id = row.cells.get("manager_id")
    person = PersonRecord(
        line_no=row.line_no,
        lines=row.lines,
        person_id=row.needed("person_id"),
        name=row.cells.get("name"),
        aliases=tuple(Identity(name, value) for name, value in others.items() if is_namespace(name)),
        department=row.cells.get("department"),
        team=row.cells.get("team"),
        location=row.cells.get("location"),
        role=row.cells.get("role"),
        manager_id=manager_id,
        eligible_from=first,
        eligible_to=last,
        fte=_share(row.cells.get("fte")),
        working_days=working_days(row.cells.get("working_days")),
        is_active=is_there(row.cells.get(STATUS)) if columns else True,
        attributes={name: value for name, value in others.items() if not is_namespace(name)},
    )
    return Draft(person, _managers(manager_id, row.cells.get(MANAGER_EMAIL)) if columns else ())


def _managers(manager_id: str | None, email: str | None) -> tuple[Identity, ...]:
    """What a renamed column says of the manager: an id, which may be a number or an address, and an address."""
    known = (("person_id", manager_id), ("employee_number", manager_id), ("email", manager_id), ("email", email))
    return identities(known)


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


_OTHERS = frozenset({"from", "to", "module", "completedat", "itemid", "toolid", "metricdate", "reportrefreshdate"})
_OTHERS |= {"course", "coursename", "coursetitle", "coursecode", "courseid", "completiondate", "completedon"}
_DESCRIBES = frozenset({"email", "name", "department", "manager_id", "role", "location"})


def recognise(sight: Sight) -> str | None:
    """A roster has a person_id, or what HR systems call it, and something about the person; no period, no module."""
    names = frozenset(map(squeezed, sight.columns))
    if names & _OTHERS or {"userprincipalname", "id"} <= names:
        return None
    if "person_id" in sight.columns:
        return "CSV" if len(names) > 1 else None
    guessed = columns_of(sight.columns).guessed
    return "CSV with other names" if "person_id" in guessed and guessed.keys() & _DESCRIBES else None


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
        *(replace(one, note=f"without a person_id; {one.note}".rstrip("; ")) for one in SYNONYM_FIELDS),
        Field("*", "attributes.*", "every other column; those that name or describe a person closely go to the vault"),
    ),
)
