"""Which column of a roster is which, when it does not use takeup's own names.

A company may say so in config/people.yml (`columns: {person_id: EmployeeNo}`). What it does not say is guessed from the
names that HR systems usually give, but only of a roster without a person_id column: one with it keeps its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from orchestration.sources.fields import FieldError, day
from orchestration.sources.formats import Field

NOTHING: Mapping[str, str] = MappingProxyType({})

STATUS = "status"
"""A column that says whether the person is still there."""

MANAGER_EMAIL = "manager_email"

_SYNONYMS = {
    "person_id": "employee id, worker id, staff id, associate id, personnel number, personnel no, personnel id,"
    " employee number, employee no, staff number, emp id, emp no, payroll id",
    "email": "email, work email, email address, mail, primary work email, email primary work, work email address,"
    " business email, company email, primary email, email work",
    "upn": "user principal name",
    "github_login": "github login, github username, github user, github",
    "name": "name, full name, display name, employee name, worker, worker name, preferred name",
    "department": "department, dept, department name, org unit, supervisory organization",
    "team": "team, team name",
    "location": "location, work location, office location, office, site, primary location",
    "role": "role, job title, title, position, business title, job profile, position title",
    "manager_id": "manager id, manager employee id, managers employee id, supervisor id, supervisor employee id,"
    " manager worker id, manager number, reports to id",
    MANAGER_EMAIL: "manager email, manager email address, manager work email, supervisor email",
    "eligible_from": "eligible from, hire date, start date, employment start date",
    "eligible_to": "eligible to, termination date, end date, employment end date, last day of work",
    "fte": "fte, full time equivalent",
    "working_days": "working days",
    STATUS: "status, employment status, worker status, employee status, is active, active",
}


def synonyms(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """A table of names written one behind the other, with commas, as lists."""
    return {ours: tuple(names.split(", ")) for ours, names in table.items()}


SYNONYMS: Mapping[str, tuple[str, ...]] = synonyms(_SYNONYMS)
"""Our column: what HR systems call it, the likeliest first. Case, spaces and punctuation do not count."""

_TOLD = {MANAGER_EMAIL: "manager_id", STATUS: "is_active"} | dict.fromkeys(("email", "upn", "github_login"), "aliases")
_NOTES = {
    MANAGER_EMAIL: "of one in the file",
    STATUS: "terminated, inactive, ...: not on the roster",
    "manager_id": "an id, employee number or address of one in the file",
    "eligible_from": "when it can be read",
    "eligible_to": "when it can be read",
}
SYNONYM_FIELDS = tuple(
    Field(
        ", ".join(names),
        f"aliases ({ours})" if _TOLD.get(ours) == "aliases" else _TOLD.get(ours, ours),
        _NOTES.get(ours, ""),
    )
    for ours, names in SYNONYMS.items()
)
"""The field table of rosters whose columns are guessed."""

_GONE = frozenset({"inactive", "terminated", "disabled", "deprovisioned", "deactivated", "suspended", "retired"})
_NOT_THERE = _GONE | {"left", "leaver", "former", "no", "n", "false", "0"}
_DATES = ("eligible_from", "eligible_to")


def squeezed(name: str) -> str:
    """A column's name without case, spaces and punctuation: two spellings of one name are equal."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a file holds which of ours: as the company says, and as guessed."""

    named: Mapping[str, str] = field(default_factory=dict)
    guessed: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.named or self.guessed)

    @property
    def has_person_id(self) -> bool:
        return "person_id" in self.named or "person_id" in self.guessed

    def renamed(self, cells: Mapping[str, str | None]) -> dict[str, str | None]:
        """The cells of a row under our names; those of other columns under their own.

        A guess that does not fit its content (a date that cannot be read, a share that is none) is no guess.
        """
        found = {ours: cells.get(theirs) for ours, theirs in self.named.items()}
        for ours, theirs in self.guessed.items():
            if ours not in found and _fits(ours, cells.get(theirs)):
                found[ours] = _tidy(ours, cells.get(theirs))
        taken = {theirs for ours, theirs in (*self.named.items(), *self.guessed.items()) if ours in found}
        return {name: value for name, value in cells.items() if name not in taken and name not in found} | found


def columns_of(header: Iterable[str], declared: Mapping[str, str] = NOTHING) -> Columns:
    """How to read a roster with these columns. `declared`: our name of a column -> its name in the company's files."""
    names = list(header)
    by_name = {squeezed(name): name for name in reversed(names)}
    named = {ours: by_name[squeezed(theirs)] for ours, theirs in declared.items() if squeezed(theirs) in by_name}
    return Columns(named, {} if "person_id" in names else guessed_columns(names, SYNONYMS, named))


def guessed_columns(
    header: Iterable[str], names_of: Mapping[str, tuple[str, ...]], named: Mapping[str, str] = NOTHING
) -> dict[str, str]:
    """Our name -> the column that goes by one of its synonyms, the likeliest; no column twice, none that is `named`."""
    by_name = {squeezed(name): name for name in reversed(list(header))}
    guessed: dict[str, str] = {}
    for ours, names in names_of.items():
        fitting = (by_name[key] for name in names if (key := squeezed(name)) in by_name)
        free = (theirs for theirs in fitting if theirs not in (*named.values(), *guessed.values()))
        theirs = None if ours in named else next(free, None)
        if theirs is not None:
            guessed[ours] = theirs
    return guessed


def is_there(status: str | None) -> bool:
    """Whether a person with this status is still on the roster; a word that nobody knows means nothing."""
    return status is None or squeezed(status) not in _NOT_THERE


def _fits(ours: str, value: str | None) -> bool:
    if value is None or ours not in (*_DATES, "fte"):
        return True
    with suppress(FieldError, ValueError):
        if ours == "fte":
            return 0 <= float(value.replace(",", ".")) <= 1
        return bool(day(_tidy(ours, value), ours))
    return False


def _tidy(ours: str, value: str | None) -> str | None:
    """A date without the zone that Workday writes behind it: 2020-11-11-08:00."""
    if value is not None and ours in _DATES:
        return re.sub(r"(?<=^\d{4}-\d\d-\d\d)([+-]\d\d:\d\d|Z)$", "", value)
    return value
