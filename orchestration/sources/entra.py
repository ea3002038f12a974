"""`entra`: users of Microsoft Entra ID, as Graph JSON (`/users`, pages `value[]`) or as the CSV of a portal or script.

Guests and disabled accounts are not on the roster; what they do is still known to be theirs. Portals, Graph and scripts
spell the same property differently (`userPrincipalName`, `User principal name`), so only letters and digits count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, text, wrong_type
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.looking import look
from orchestration.sources.records import Parsed
from orchestration.sources.review_values import objects
from orchestration.sources.roster_columns import squeezed
from orchestration.sources.rosters import NOBODY, Draft, identities, plain, read_users, set_day, with_managers
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("value",),
    marks=frozenset({"accountEnabled", "department", "jobTitle", "givenName", "surname", "userType", "businessPhones"}),
    enough=2,
)
_ID_COLUMNS = ("id", "object_id", "objectid")
_GUEST = "#ext#"
_PLAIN = {
    "usertype": "user_type",
    "employeetype": "employee_type",
    "companyname": "company",
    "country": "country",
    "usagelocation": "usage_location",
}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The users of one file. `now` is not used."""
    del now
    sight = look(path)
    if sight.form == "csv":
        return with_managers(lambda: read_csv(path, (_ID_COLUMNS,), _row))
    build = _tree if _is_tree(sight) else _draft
    return with_managers(lambda: read_users(path, SHAPE, build))


def recognise(sight: Sight) -> str | None:
    """Users have an id and a userPrincipalName; usage reports have no id, audit records tell what was done."""
    names = frozenset(map(squeezed, sight.columns))
    if "userprincipalname" in names and names & {"id", "objectid"}:
        return "CSV"
    users = (user.keys() for user in sight.records("value"))
    is_users = any({"id", "userPrincipalName"} <= keys and "auditData" not in keys for keys in users)
    return "Microsoft Graph" if is_users else None


def _is_tree(sight: Sight) -> bool:
    """Whether the file is one user with everybody below them, rather than users who may show their reports too."""
    user = sight.values[0] if len(sight.values) == 1 else None
    return isinstance(user, dict) and "userPrincipalName" in user and bool(user.get("directReports"))


def _tree(record: Mapping[str, Any]) -> list[Draft]:
    """A user and everybody below; each one's manager is whom they stand under."""
    root = _draft(record)
    below = [draft for report in objects(record, "directReports") for draft in _tree(report)]
    led = [
        draft
        if draft.person.manager_id
        else replace(draft, person=replace(draft.person, manager_id=root.person.person_id))
        for draft in below
    ]
    return [root, *led]


def _row(row: Row) -> Draft:
    draft = _draft(row.cells)
    return Draft(replace(draft.person, line_no=row.line_no, lines=row.lines), draft.managers)


def _draft(record: Mapping[str, Any]) -> Draft:
    user = {squeezed(name): value for name, value in record.items()}
    person_id = text(user.get("id"), "id") or text(user.get("objectid"), "id")
    if person_id is None:
        raise FieldError("missing_field", "id is missing or empty; export the users with their id")
    upn = text(user.get("userprincipalname"), "userPrincipalName")
    person = replace(
        NOBODY,
        person_id=person_id,
        name=text(user.get("displayname"), "displayName"),
        aliases=identities(_aliases(user, person_id, upn)),
        department=text(user.get("department"), "department"),
        location=text(user.get("officelocation"), "officeLocation") or text(user.get("city"), "city"),
        role=text(user.get("jobtitle"), "jobTitle") or text(user.get("title"), "jobTitle"),
        manager_id=_manager_id(user),
        eligible_from=set_day(user.get("employeehiredate"), "employeeHireDate"),
        eligible_to=set_day(user.get("employeeleavedatetime"), "employeeLeaveDateTime"),
        is_active=_is_enabled(user) and not _is_guest(user, upn),
        attributes=_attributes(user),
    )
    return Draft(person, identities(_managers(user)))


def _aliases(user: Mapping[str, Any], person_id: str, upn: str | None) -> Iterator[tuple[str, str | None]]:
    yield "entra_oid", person_id
    yield "upn", upn
    mail = text(user.get("mail"), "mail")
    yield "email", mail or _invited(upn)
    for address in _addresses(user.get("proxyaddresses")):
        kind, _, value = address.partition(":")
        yield "email", value if kind.casefold() == "smtp" else None
    yield "github_login", text(user.get("githublogin"), "githubLogin")
    yield "employee_number", text(user.get("employeeid"), "employeeId")
    yield "sam_account_name", text(user.get("onpremisessamaccountname"), "onPremisesSamAccountName")


def _invited(upn: str | None) -> str | None:
    """The address that a guest was invited under: `ann_example.com#EXT#@tenant` was ann@example.com."""
    name, mark, _ = (upn or "").casefold().partition(_GUEST)
    local, _, domain = name.rpartition("_")
    return f"{local}@{domain}" if mark and local and domain else None


def _addresses(value: Any) -> list[str]:
    """A list in JSON, one text in CSV."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    return re.split(r"[;,\s]+", text(value, "proxyAddresses") or "")


def _manager_id(user: Mapping[str, Any]) -> str | None:
    """The manager's id where it is surely one: Graph gives the whole object."""
    manager = user.get("manager")
    return text(manager.get("id"), "manager.id") if isinstance(manager, dict) else None


def _managers(user: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name in ("managerid", "manageruserprincipalname", "managerupn", "managermail", "manageremail", "manager"):
        value = user.get(name)
        found = None if isinstance(value, dict | list) else text(value, "manager")
        yield from (("person_id", found), ("upn", found), ("email", found))


def _is_enabled(user: Mapping[str, Any]) -> bool:
    if (blocked := _flag(user, "blockcredential")) is not None:
        return not blocked
    return _flag(user, "accountenabled") is not False


def _flag(user: Mapping[str, Any], name: str) -> bool | None:
    """True or false in JSON, the words in CSV."""
    value = user.get(name)
    if value is None or isinstance(value, bool):
        return value
    word = value.strip().casefold() if isinstance(value, str) else ""
    if word not in ("true", "false", ""):
        raise wrong_type("accountEnabled", "true or false", value)
    return word == "true" if word else None


def _is_guest(user: Mapping[str, Any], upn: str | None) -> bool:
    kind = text(user.get("usertype"), "userType")
    return kind.casefold() == "guest" if kind else _GUEST in (upn or "").casefold()


def _attributes(user: Mapping[str, Any]) -> dict[str, Any]:
    organisation = user.get("employeeorgdata")
    organisation = organisation if isinstance(organisation, dict) else {}
    found = {ours: text(user.get(theirs), theirs) for theirs, ours in _PLAIN.items()}
    found["division"] = text(organisation.get("division"), "employeeOrgData.division")
    found["cost_center"] = text(organisation.get("costCenter"), "employeeOrgData.costCenter")
    return plain(found)


ENTRA = SourceFormat(
    name="entra",
    dataset="people",
    grain="snapshot",
    namespaces=("person_id", "entra_oid", "upn", "email", "employee_number", "sam_account_name", "github_login"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson", ".csv", ".tsv"),
    title="Microsoft Entra ID users",
    recognise=recognise,
    proves="It says who is there, enabled, and in which department; it proves no use.",
    fields=(
        Field("id, objectId", "person_id, aliases (entra_oid)"),
        Field("userPrincipalName", "aliases (upn)", "a guest's `name_domain#EXT#@tenant` gives name@domain too"),
        Field("mail", "aliases (email)"),
        Field("proxyAddresses", "aliases (email)", "those that begin with smtp:"),
        Field("employeeId", "aliases (employee_number)"),
        Field("githubLogin", "aliases (github_login)", "of directories that were given one"),
        Field("onPremisesSamAccountName", "aliases (sam_account_name)"),
        Field("displayName", "name", "kept in the vault"),
        Field("department", "department"),
        Field("jobTitle, title", "role"),
        Field("officeLocation", "location"),
        Field("city", "location", "without an officeLocation"),
        Field("accountEnabled, blockCredential", "is_active", "disabled: not on the roster"),
        Field("userType", "is_active, attributes.user_type", "a guest is not on the roster"),
        Field("manager", "manager_id", "with $expand=manager; in CSV an id, UPN or address of one in the file"),
        Field("managerId, managerUserPrincipalName, managerUpn, managerMail, managerEmail", "manager_id", "of scripts"),
        Field("employeeHireDate", "eligible_from", "year 0001: not set"),
        Field("employeeLeaveDateTime", "eligible_to"),
        Field("employeeType", "attributes.employee_type"),
        Field("companyName", "attributes.company"),
        Field("country", "attributes.country"),
        Field("usageLocation", "attributes.usage_location"),
        Field("employeeOrgData", "attributes.division, attributes.cost_center"),
        Field("createdDateTime", "", "when the account was made, not since when the person is there"),
        Field("givenName, surname, mailNickname", "", "displayName is the name"),
        Field("otherMails, alternateEmailAddress", "", "private addresses"),
        Field("businessPhones, mobilePhone, telephoneNumber", "", "no figure needs it"),
        Field("streetAddress, postalCode, state, preferredLanguage", "", "no figure needs it"),
        Field("directReports", "manager_id", "of one nested tree; elsewhere each must be a record of its own"),
        Field("@odata.*", "", "of the page"),
        Field("*", "", "licences, sign-ins, devices: no part of a roster; seats come as lists of eligible people"),
    ),
)
