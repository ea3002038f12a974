"""`okta`: users of Okta, as the JSON of its Users API: `id, status, profile{...}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, needed_text, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.people_csv import is_namespace
from orchestration.sources.records import Parsed
from orchestration.sources.review_values import an_object
from orchestration.sources.rosters import NOBODY, Draft, identities, plain, read_users, with_managers
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=(), marks=frozenset({"profile", "credentials", "status"}), enough=2)
_CANNOT_SIGN_IN = frozenset({"DEPROVISIONED", "SUSPENDED", "STAGED"})
_ORGANISATION = {
    "userType": "user_type",
    "division": "division",
    "organization": "organization",
    "costCenter": "cost_center",
    "countryCode": "country",
}
_DROPPED = frozenset(
    {"firstName", "lastName", "middleName", "honorificPrefix", "honorificSuffix", "nickName", "secondEmail"}
    | {"mobilePhone", "primaryPhone", "streetAddress", "postalAddress", "zipCode", "state", "manager", "profileUrl"}
)
_READ = frozenset({"login", "email", "displayName", "department", "title", "city", "managerId", "employeeNumber"})


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The users of one file. `now` is not used."""
    del now
    return with_managers(lambda: read_users(path, SHAPE, _draft))


def recognise(sight: Sight) -> str | None:
    """Users have an id, a status and a profile with a login."""
    for user in sight.records():
        profile = user.get("profile")
        if {"id", "status"} <= user.keys() and isinstance(profile, dict) and "login" in profile:
            return "Users API"
    return None


def _draft(user: Mapping[str, Any]) -> Draft:
    person_id, profile = needed_text(user, "id"), an_object(user, "profile")
    if not profile:
        raise FieldError("missing_field", "profile is missing or empty")
    own = {name: value for name, value in profile.items() if name not in _READ | _DROPPED | _ORGANISATION.keys()}
    own = {name: value for name, value in own.items() if not isinstance(value, dict | list)}
    person = replace(
        NOBODY,
        person_id=person_id,
        name=text(profile.get("displayName"), "profile.displayName") or _name(profile),
        aliases=identities(_aliases(profile, own)),
        department=text(profile.get("department"), "profile.department"),
        location=text(profile.get("city"), "profile.city"),
        role=text(profile.get("title"), "profile.title"),
        is_active=(text(user.get("status"), "status") or "").upper() not in _CANNOT_SIGN_IN,
        attributes=_attributes(profile, own),
    )
    return Draft(person, identities(_managers(profile)))


def _name(profile: Mapping[str, Any]) -> str | None:
    parts = (text(profile.get(part), f"profile.{part}") for part in ("firstName", "lastName"))
    return " ".join(filter(None, parts)) or None


def _aliases(profile: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    login = text(profile.get("login"), "profile.login")
    yield "email", text(profile.get("email"), "profile.email")
    yield "upn" if "@" in (login or "") else "user_name", login
    yield "employee_number", text(profile.get("employeeNumber"), "profile.employeeNumber")
    for name, value in own.items():
        if is_namespace(name):
            yield name, text(value, f"profile.{name}")


def _managers(profile: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Okta does not say what managerId holds: companies put ids, employee numbers, logins or addresses there."""
    manager = text(profile.get("managerId"), "profile.managerId")
    for namespace in ("person_id", "employee_number", "upn", "user_name", "email"):
        yield namespace, manager


def _attributes(profile: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    found = {ours: text(profile.get(theirs), f"profile.{theirs}") for theirs, ours in _ORGANISATION.items()}
    return plain(found | {name: value for name, value in own.items() if not is_namespace(name)})


OKTA = SourceFormat(
    name="okta",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", "email", "upn", "user_name", "employee_number"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="Okta users",
    recognise=recognise,
    proves="It says who is there, able to sign in, and in which department; it proves no use.",
    fields=(
        Field("id", "person_id"),
        Field("status", "is_active", "DEPROVISIONED, SUSPENDED and STAGED accounts are not on the roster"),
        Field("profile.login", "aliases (upn)", "user_name when it is no address"),
        Field("profile.email", "aliases (email)"),
        Field("profile.employeeNumber", "aliases (employee_number)"),
        Field("profile.displayName", "name", "kept in the vault; else first and last name"),
        Field("profile.firstName, profile.lastName", "name", "without a displayName"),
        Field("profile.department", "department"),
        Field("profile.title", "role"),
        Field("profile.city", "location"),
        Field("profile.managerId", "manager_id", "an id, employee number, login or address of somebody in the file"),
        Field("profile.manager", "", "a name; managerId says who it is"),
        *(Field(f"profile.{theirs}", f"attributes.{ours}") for theirs, ours in _ORGANISATION.items()),
        Field(
            ", ".join(f"profile.{name}" for name in sorted(_DROPPED - {"firstName", "lastName", "manager"})),
            "",
            "private, or no figure needs it",
        ),
        Field("profile.*", "attributes.*", "the company's own; names that end like a login are aliases"),
        Field("created, activated, statusChanged, lastLogin, lastUpdated, passwordChanged", "", "of the account"),
        Field("type, credentials, _links, _embedded, transitioningToStatus", "", "says nothing about the person"),
    ),
)
