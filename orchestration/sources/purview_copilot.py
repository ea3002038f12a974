"""`purview-copilot-interaction`: Microsoft's audit records of prompts and replies, as the CSV of an audit search or as
JSON of the Management API, of PowerShell or of Graph.

Traps that this reader knows:
- A record normally holds a prompt and its reply: each message is an event, and only a prompt is a person's own act.
- Older records list no messages, or not whose they are: such a record is one interaction.
- In the CSV all of it stands as JSON in one cell. That has its time in UTC, without saying so; the column beside it may
  be in the American form, and counts only when the cell has none.
- An audit search returns other operations too; they are passed over. What an application or the system did is no
  person's use.
- Names and addresses of the files that were read are the company's own and are not kept, only how many there were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import CSV_SUFFIXES, JSON_SUFFIXES, known, others
from orchestration.sources.byte_source import CAPS, begins_as_json
from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import FieldError, flag, latest_time, strict_json, text, whole, wrong_type
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Blank, EventRecord, Identity, Parsed, Reject
from orchestration.sources.review_values import BARE, an_object, events_of, objects, read_events
from orchestration.sources.sight import Sight
from orchestration.sources.us_dates import us_moment

SHAPE = Shape(
    lists=("value",),
    marks=frozenset({"CopilotEventData", "Operation", "RecordType", "UserId", "CreationTime"})
    | {"AuditData", "auditData", "Operations", "UserIds", "operation", "auditLogRecordType"},
    enough=2,
)
_OPERATIONS = frozenset({"copilotinteraction", "connectedaiappinteraction", "aiappinteraction"})
_PERSONS = (0, 2, 3)
"""UserType of a regular user, an administrator and one of the data centre; the others are applications and systems."""

_OBJECT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TEXTS = {
    "Operation": "operation",
    "Workload": "workload",
    "ClientRegion": "client_region",
    "AgentId": "agent_id",
    "AgentName": "agent_name",
    "AppIdentity": "app_identity",
}
_OUTER = ("RecordId", "CreationDate", "RecordType", "Operation", "Operations", "UserId", "UserIds", "Identity")
_DROPPED = ("AssociatedAdminUnits", "AssociatedAdminUnitsNames")
_OF_POWERSHELL = ("RunspaceId", "ResultIndex", "ResultCount", "IsValid", "ObjectState")
_KNOWN_COLUMNS = frozenset(name.casefold() for name in (*_OUTER, "AuditData", *_DROPPED, *_OF_POWERSHELL))

_TOLD = frozenset(
    {*_TEXTS, *_OUTER, "Id", "CreationTime", "RecordType", "UserKey", "UserType", "Version", "OrganizationId"}
    | {"ClientIP", "ActorInfoString", "CopilotEventData"}
)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The prompts and replies of one file: CSV, or JSON as an array, in pages `{"value": [...]}` or one per line."""
    if begins_as_json(path):
        return read_events(path, SHAPE, now, lambda record: _interaction(_unwrapped(record)))
    return _of_csv(path, latest_time(now))


def _of_csv(path: Path, latest: datetime) -> Iterator[Parsed]:
    needed = (("auditdata",), ("recordid", "recordtype", "operation", "operations"))
    for found in read_csv(path, needed, lambda row: _of_row(row, latest)):
        if isinstance(found, Reject | Blank):
            yield found
        else:
            yield from found


def _of_row(row: Row, latest: datetime) -> list[Parsed]:
    audit = _audit_data(row.needed("auditdata"))
    outer = {name: row.cells.get(name.casefold()) for name in _OUTER}
    item = Item(row.line_no, row.offset, row.lines, _filled(audit, outer) | row.others(_KNOWN_COLUMNS), {}, row.raw)
    return events_of(item, latest, _interaction)


def _unwrapped(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The audit data, wherever it stands: the record itself, or an object or text inside it."""
    inner = record.get("AuditData", record.get("auditData"))
    return record if inner is None else _filled(_audit_data(inner), record)


def _audit_data(value: Any) -> Mapping[str, Any]:
    found = strict_json(value.encode(), CAPS.depth) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise wrong_type("AuditData", "an object", found)
    return found


def _filled(audit: Mapping[str, Any], outer: Mapping[str, Any]) -> dict[str, Any]:
    """The audit data, with what only the columns around it say."""
    told = {
        "Id": outer.get("RecordId") or outer.get("Identity") or outer.get("id"),
        "CreationTime": outer.get("CreationDate") or outer.get("createdDateTime"),
        "Operation": outer.get("Operation") or outer.get("Operations") or outer.get("operation"),
        "UserId": outer.get("UserId") or outer.get("UserIds") or outer.get("userPrincipalName"),
    }
    return {name: value for name, value in told.items() if value} | known(audit)


def _interaction(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    operation = text(record.get("Operation"), "Operation")
    if "CopilotEventData" not in record:
        if (operation or "").casefold() in _OPERATIONS:
            raise FieldError("missing_field", "CopilotEventData is missing")
        return
    data = an_object(record, "CopilotEventData")
    bare = _bare(record, data)
    messages = [message for message in objects(data, "Messages") if "isPrompt" in message]
    for place, message in enumerate(messages):
        yield _message(bare, place, message)
    if not messages:
        yield replace(bare, event_name="interaction", is_user_initiated=bare.actor_type == "human")


def _message(bare: EventRecord, place: int, message: Mapping[str, Any]) -> EventRecord:
    is_prompt = flag(message.get("isPrompt"), "Messages.isPrompt") is True
    jailbreak = flag(message.get("JailbreakDetected"), "Messages.JailbreakDetected")
    return replace(
        bare,
        key=(*bare.key, str(place)),
        event_id=f"{bare.event_id}/{text(message.get('Id'), 'Messages.Id') or place}",
        event_name="prompt" if is_prompt else "response",
        seq=place,
        is_user_initiated=is_prompt and bare.actor_type == "human",
        attributes=bare.attributes | known({"jailbreak_detected": jailbreak}),
    )


def _bare(record: Mapping[str, Any], data: Mapping[str, Any]) -> EventRecord:
    """What holds for every message of a record."""
    record_id = text(record.get("Id"), "Id")
    if record_id is None:
        raise FieldError("missing_field", "Id is missing or empty")
    models = [text(one.get("ModelName"), "ModelName") for one in objects(data, "ModelTransparencyDetails")]
    return replace(
        BARE,
        key=(record_id,),
        event_id=record_id,
        occurred_at=us_moment(text(record.get("CreationTime"), "CreationTime"), "CreationTime"),
        users=_users(record),
        actor_type="human" if (whole(record.get("UserType"), "UserType") or 0) in _PERSONS else "service",
        conversation_id=text(data.get("ThreadId"), "ThreadId"),
        feature=text(data.get("AppHost"), "AppHost"),
        model=next((model for model in models if model), None),
        attributes=_attributes(record, data),
    )


def _users(record: Mapping[str, Any]) -> tuple[Identity, ...]:
    name, key = text(record.get("UserId"), "UserId"), text(record.get("UserKey"), "UserKey")
    if name is None:
        raise FieldError("missing_field", "UserId is missing or empty")
    named = (Identity("upn", name), Identity("email", name))
    return (*named, Identity("entra_oid", key)) if key and _OBJECT_ID.fullmatch(key) else named


def _attributes(record: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    resources, contexts = objects(data, "AccessedResources"), objects(data, "Contexts")
    plugins = [text(one.get("Id") or one.get("Name"), "AISystemPlugin.Id") for one in objects(data, "AISystemPlugin")]
    kinds = {text(one.get("Type"), "Contexts.Type") for one in contexts}
    found: dict[str, Any] = {name: text(record.get(field), field) for field, name in _TEXTS.items()}
    found |= {
        "record_type": text(record.get("RecordType"), "RecordType"),
        "resources": len(resources),
        "labelled_resources": sum(bool(one.get("SensitivityLabelId")) for one in resources),
        "context_types": ", ".join(sorted(kind for kind in kinds if kind)) or None,
        "plugins": ", ".join(plugin for plugin in plugins if plugin) or None,
        "cross_prompt_injection": any(one.get("XPIADetected") is True for one in resources) or None,
    }
    return known(found) | others(record, _TOLD)


def recognise(sight: Sight) -> str | None:
    """Audit records with Copilot's event data, or an audit search's columns around them."""
    if sight.has_columns("AuditData", "Operation") or sight.has_columns("AuditData", "Operations"):
        return "CSV of an audit search" if any("CopilotEventData" in str(row) for row in sight.rows) else None
    for record in sight.records(*SHAPE.lists):
        if "CopilotEventData" in record:
            return "records of the Management API"
        inner = record.get("AuditData", record.get("auditData"))
        if "CopilotEventData" in str(inner):
            return "JSON of an audit search"
    return None


PURVIEW_COPILOT = SourceFormat(
    name="purview-copilot-interaction",
    dataset="events",
    grain="event",
    namespaces=("upn", "email", "entra_oid"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(*CSV_SUFFIXES, *JSON_SUFFIXES),
    title="Microsoft Purview audit of Copilot and other AI apps",
    recognise=recognise,
    proves="It proves each prompt with its time, app and conversation, licensed or not, and rules on feature, timing"
    " and sequence; it holds no decision, so it cannot prove that a reply was looked at, and a non-user is one by the"
    " roster.",
    fields=(
        Field("AuditData, auditData", "", "JSON as text or as an object: the fields below"),
        Field("Id, RecordId, Identity", "event_id", "with the message's own id; the record counts once"),
        Field(
            "CreationTime, CreationDate, createdDateTime", "occurred_at", "UTC; ISO, or American in the CSV's column"
        ),
        Field("UserId, UserIds, userPrincipalName", "users (upn, email)", "also tried as an address"),
        Field("UserKey", "users (entra_oid)", "where it is an object id"),
        Field("UserType", "actor_type", "0, 2, 3 are people; anything else a service"),
        Field("Operation, Operations", "attributes.operation", "of AI apps: the others are passed over"),
        Field(
            "RecordType, auditLogRecordType", "attributes.record_type", "261 is Copilot; others are third-party apps"
        ),
        Field("Workload", "attributes.workload"),
        Field("ClientRegion", "attributes.client_region"),
        Field("AgentId", "attributes.agent_id"),
        Field("AgentName", "attributes.agent_name"),
        Field("AppIdentity", "attributes.app_identity"),
        Field("CopilotEventData.AppHost", "feature", "Word, Teams, bizchat, ...: an open list"),
        Field("CopilotEventData.ThreadId", "conversation_id"),
        Field(
            "CopilotEventData.Messages",
            "event_name, is_user_initiated, attributes.jailbreak_detected",
            "an event each: prompt or response; without any, the record is one interaction",
        ),
        Field("CopilotEventData.ModelTransparencyDetails", "model", "the first that is named"),
        Field(
            "CopilotEventData.AccessedResources",
            "attributes.resources, attributes.labelled_resources, attributes.cross_prompt_injection",
            "how many, how many with a sensitivity label; names are not kept",
        ),
        Field("CopilotEventData.Contexts", "attributes.context_types", "kinds alone; addresses are not kept"),
        Field("CopilotEventData.AISystemPlugin", "attributes.plugins"),
        Field("CopilotEventData.*", "", "reserved by the vendor, or follows from the above"),
        Field("ClientIP, ActorInfoString", "", "where somebody was is nobody's business here"),
        Field("OrganizationId, Version", "", "the same in every record"),
        Field(", ".join(_OF_POWERSHELL), "", "of the search, not of what it found"),
        Field(", ".join(_DROPPED), "", "the roster says where people belong"),
        Field("@odata.*", "", "paging"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=3,
    lateness="Records come minutes to days late and are kept for 180 days. Fetch the last four days again; an export"
    " holds at most 50,000 rows.",
)
