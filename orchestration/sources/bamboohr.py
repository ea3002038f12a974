"""`bamboohr`: employees of BambooHR, as the JSON of its directory, of a report, or of one employee.

HR reports carry what usage must never meet: pay, birth, origin, family, addresses. Such fields are dropped, by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Shape
from orchestration.sources.fields import needed_text, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Parsed
from orchestration.sources.roster_columns import is_there
from orchestration.sources.rosters import NOBODY, Draft, identities, plain, read_users, set_day, with_managers
from orchestration.sources.sight import Sight

_MARKS = frozenset(
    {"displayName", "firstName", "lastName", "jobTitle", "workEmail", "employeeNumber", "hireDate"}
    | {"supervisor", "supervisorId", "supervisorEId", "supervisorEmail"}
)
SHAPE = Shape(lists=("employees",), marks=_MARKS, enough=2)

_PRIVATE = re.compile(
    r"pay|paid|salary|ssn|^sin$|birth|^age$|ethnic|gender|marital|eeo|flsa|^aca|exempt|home|mobile|phone|address|zip|state"
    r"|personal|bestemail|photo|linkedin|facebook|twitter|instagram|skype|nationalit|citizen|visa|disab|veteran|religio"
    r"|emergency",
    re.IGNORECASE,
)
_NAMES = re.compile(r"name", re.IGNORECASE)
_READ = frozenset(
    {"id", "workEmail", "employeeNumber", "department", "location", "jobTitle", "status", "hireDate"}
    | {
        "terminationDate",
        "supervisor",
        "supervisorId",
        "supervisorEId",
        "supervisorEmail",
        "originalHireDate",
        "lastChanged",
    }
)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The employees of one file. `now` is not used."""
    del now
    return with_managers(lambda: read_users(path, SHAPE, _draft))


def recognise(sight: Sight) -> str | None:
    """Employees have an id and names, jobs or supervisors as BambooHR spells them, and no login."""
    for employee in sight.records("employees"):
        is_other = employee.keys() & {"userPrincipalName", "userName", "profile"}
        if "id" in employee and len(_MARKS & employee.keys()) >= SHAPE.enough and not is_other:
            return "API"
    return None


def _draft(employee: Mapping[str, Any]) -> Draft:
    email = text(employee.get("workEmail"), "workEmail")
    number = text(employee.get("employeeNumber"), "employeeNumber")
    person = replace(
        NOBODY,
        person_id=needed_text(employee, "id"),
        name=_name(employee),
        aliases=identities((("email", email), ("employee_number", number))),
        department=text(employee.get("department"), "department"),
        location=text(employee.get("location"), "location"),
        role=text(employee.get("jobTitle"), "jobTitle"),
        eligible_from=set_day(employee.get("hireDate"), "hireDate"),
        eligible_to=set_day(employee.get("terminationDate"), "terminationDate"),
        is_active=is_there(text(employee.get("status"), "status")),
        attributes=plain({name: value for name, value in employee.items() if _is_kept(name, value)}),
    )
    return Draft(person, identities(_managers(employee)))


def _name(employee: Mapping[str, Any]) -> str | None:
    parts = (text(employee.get(part), part) for part in ("firstName", "lastName"))
    return text(employee.get("displayName"), "displayName") or " ".join(filter(None, parts)) or None


def _managers(employee: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The address first: of the two numbers, one is an id and the other an employee number, and accounts differ."""
    yield "email", text(employee.get("supervisorEmail"), "supervisorEmail")
    for name in ("supervisorEId", "supervisorId"):
        number = text(employee.get(name), name)
        yield from (("person_id", number), ("employee_number", number))


def _is_kept(name: str, value: Any) -> bool:
    if name in _READ or isinstance(value, dict | list):
        return False
    return not _PRIVATE.search(name) and not _NAMES.search(name)


BAMBOOHR = SourceFormat(
    name="bamboohr",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", "email", "employee_number"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="BambooHR employees",
    recognise=recognise,
    proves="It says who is employed since when and in which department; it proves no use.",
    fields=(
        Field("id", "person_id"),
        Field("workEmail", "aliases (email)"),
        Field("employeeNumber", "aliases (employee_number)"),
        Field("displayName", "name", "kept in the vault; else first and last name"),
        Field("firstName, lastName", "name", "without a displayName"),
        Field("department", "department"),
        Field("location", "location"),
        Field("jobTitle", "role"),
        Field("hireDate", "eligible_from", "0000-00-00: not set"),
        Field("terminationDate", "eligible_to", "included; 0000-00-00: not set"),
        Field("originalHireDate", "", "hireDate says since when the person is there"),
        Field("status", "is_active", "Inactive: not on the roster"),
        Field("supervisorEmail, supervisorEId, supervisorId", "manager_id", "the first that names one in the file"),
        Field("supervisor", "", "a name; the others say who it is"),
        Field("*name*", "", "further forms of the name"),
        Field(
            "*pay*, *paid*, ssn, *birth*, age, ethnicity, gender, maritalStatus, eeo*, flsa*, aca*, exempt",
            "",
            "private",
        ),
        Field("*phone*, address*, home*, zip*, state*, bestEmail, *photo*, linkedIn", "", "private"),
        Field("lastChanged", "", "of the record"),
        Field("title, fields", "", "of the report"),
        Field("*", "attributes.*", "every other plain field, such as division; private ones by their name are dropped"),
    ),
)
