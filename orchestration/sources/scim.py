"""`scim`: a roster as SCIM 2.0 JSON (RFC 7643): a ListResponse, one user, an array or one user per line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import FieldError, flag, needed_text, text, wrong_type
from orchestration.sources.formats import SourceFormat
from orchestration.sources.records import Identity, Parsed, PersonRecord

SHAPE = Shape(lists=("Resources",), marks=frozenset({"userName"}))
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_PLAIN = {"userType": "user_type", "preferredLanguage": "preferred_language", "timezone": "timezone"}
_ORGANISATION = {"costCenter": "cost_center", "organization": "organization", "division": "division"}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The users of one file; groups and anything without a userName are rejected. `now` is not used."""
    del now
    for item in read_documents(path, SHAPE):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield _record(item)
        except FieldError as error:
            yield item.rejected(error)


def _record(item: Item) -> PersonRecord:
    user = item.value
    if not isinstance(user, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    if _GROUP in _list(user, "schemas"):
        raise FieldError("unknown_shape", "the record is a group, not a user")
    person_id, user_name = needed_text(user, "id"), needed_text(user, "userName")
    work = _object(user, _ENTERPRISE, "the enterprise extension")
    is_active = flag(user.get("active"), "active")
    return PersonRecord(
        line_no=item.number,
        lines=item.lines,
        person_id=person_id,
        name=_name(user),
        aliases=_aliases(user, user_name, work),
        department=text(work.get("department"), "department"),
        team=None,
        location=_location(user),
        role=text(user.get("title"), "title"),
        manager_id=_manager(work),
        eligible_from=None,
        eligible_to=None,
        fte=None,
        working_days=None,
        is_active=is_active is not False,
        attributes=_attributes(user, work),
    )


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
    return tuple(dict.fromkeys(Identity(namespace, value) for namespace, value in found if value))


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
    plain = {name: text(user.get(field), field) for field, name in _PLAIN.items()}
    organisation = {name: text(work.get(field), field) for field, name in _ORGANISATION.items()}
    return {name: value for name, value in (plain | organisation).items() if value is not None}


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


SCIM = SourceFormat(
    name="scim",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", "email", "upn", "user_name", "external_id", "employee_number"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
)
