"""`scim`: a roster as SCIM 2.0 JSON (RFC 7643): a ListResponse, one user, an array or one user per line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, flag, needed_text, text, wrong_type
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Identity, Parsed
from orchestration.sources.rosters import NOBODY, Draft, identities, plain, read_users
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("Resources",), marks=frozenset({"userName"}))
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_PLAIN = {"userType": "user_type", "preferredLanguage": "preferred_language", "timezone": "timezone"}
_ORGANISATION = {"costCenter": "cost_center", "organization": "organization", "division": "division"}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The users of one file; groups and anything without a userName are rejected. `now` is not used."""
    del now
    for one in read_users(path, SHAPE, _draft):
        yield one.person if isinstance(one, Draft) else one


def _draft(user: Mapping[str, Any]) -> Draft:
    if _GROUP in _list(user, "schemas"):
        raise FieldError("unknown_shape", "the record is a group, not a user")
    person_id, user_name = needed_text(user, "id"), needed_text(user, "userName")
    work = _object(user, _ENTERPRISE, "the enterprise extension")
    is_active = flag(user.get("active"), "active")
    person = replace(
        NOBODY,
        person_id=person_id,
        name=_name(user),
        aliases=_aliases(user, user_name, work),
        department=text(work.get("department"), "department"),
        location=_location(user),
        role=text(user.get("title"), "title"),
        manager_id=_manager(work),
        is_active=is_active is not False,
        attributes=_attributes(user, work),
    )
    return Draft(person)


def _name(user: Mapping[str, Any]) -> str | None:
    name = _object(user, "name", "name")
    parts = (text(name.get(part), f"name.{part}") for part in ("givenName", "familyName"))
    return (
        text(user.get("displayName"), "displayName")
        or text(name.get("formatted"), "name.formatted")
        or " ".join(filter(None, parts))
        or None
    )


def _aliases(user: Mapping[str, Any], user_name: str, work: Mapping[str, Any]) -> tuple[Identity, ...]:
    """E-mail addresses (the primary one first), the user name, and the numbers other systems know the person by."""
    emails = sorted(_entries(user, "emails"), key=lambda entry: entry.get("primary") is not True)
    found = [("email", text(entry.get("value"), "emails.value")) for entry in emails]
    found += [("upn" if "@" in user_name else "user_name", user_name)]
    found += [("external_id", text(user.get("externalId"), "externalId"))]
    found += [("employee_number", text(work.get("employeeNumber"), "employeeNumber"))]
    return identities(found)


def _location(user: Mapping[str, Any]) -> str | None:
    addresses = sorted(_entries(user, "addresses"), key=lambda entry: entry.get("primary") is not True)
    first = addresses[0] if addresses else {}
    return text(first.get("locality"), "addresses.locality") or text(first.get("country"), "addresses.country")


def _manager(work: Mapping[str, Any]) -> str | None:
    manager = work.get("manager")
    if isinstance(manager, dict):
        manager = manager.get("value")
    return text(manager, "manager.value")


def _attributes(user: Mapping[str, Any], work: Mapping[str, Any]) -> dict[str, Any]:
    direct = {name: text(user.get(field), field) for field, name in _PLAIN.items()}
    organisation = {name: text(work.get(field), field) for field, name in _ORGANISATION.items()}
    return plain(direct | organisation)


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(name, "a list", value)
    return value


def _entries(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [entry for entry in _list(record, name) if isinstance(entry, dict)]


def _object(record: Mapping[str, Any], name: str, spoken: str) -> Mapping[str, Any]:
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type(spoken, "an object", value)
    return value


def recognise(sight: Sight) -> str | None:
    """SCIM names its schemas; without them a user has a userName and an id."""
    for record in sight.records("Resources"):
        schemas = record.get("schemas")
        is_scim = isinstance(schemas, list) and any(str(one).startswith("urn:ietf:params:scim:") for one in schemas)
        if is_scim or ("userName" in record and "id" in record):
            return "2.0"
    return None


SCIM = SourceFormat(
    name="scim",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", "email", "upn", "user_name", "external_id", "employee_number"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="SCIM 2.0 users",
    recognise=recognise,
    proves="It says who is there, active, and in which department; it proves no use.",
    fields=(
        Field("id", "person_id"),
        Field("userName", "aliases (upn)", "user_name when it is no address"),
        Field("externalId", "aliases (external_id)"),
        Field("emails", "aliases (email)", "the primary one first"),
        Field("displayName", "name", "kept in the vault; else name.formatted, else given and family name"),
        Field("name", "name"),
        Field("title", "role"),
        Field("active", "is_active", "false: not on the roster; absent: on it"),
        Field("addresses", "location", "the locality of the primary one, else its country"),
        Field("userType", "attributes.user_type"),
        Field("preferredLanguage", "attributes.preferred_language"),
        Field("timezone", "attributes.timezone"),
        Field(f"{_ENTERPRISE}.department", "department"),
        Field(f"{_ENTERPRISE}.employeeNumber", "aliases (employee_number)"),
        Field(f"{_ENTERPRISE}.manager", "manager_id", "its `value`: the id of another user"),
        Field(f"{_ENTERPRISE}.costCenter", "attributes.cost_center"),
        Field(f"{_ENTERPRISE}.organization", "attributes.organization"),
        Field(f"{_ENTERPRISE}.division", "attributes.division"),
        Field("schemas", "", "a group is rejected; otherwise it says nothing about the person"),
        Field("meta", "", "says nothing about the person"),
        Field("totalResults", "", "of the page"),
        Field("itemsPerPage", "", "of the page"),
        Field("startIndex", "", "of the page"),
        Field("*", "", "nicknames, telephones, photos, groups, roles, certificates: no figure needs them"),
    ),
)
