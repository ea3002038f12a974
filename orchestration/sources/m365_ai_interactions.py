"""`m365-ai-interactions`: the export of Copilot prompts and replies by Microsoft Graph (aiInteractionHistory).

Traps that this reader knows:
- It holds what was written, by people and by Copilot: nothing of that is kept, not even its length.
- People are object ids of the directory alone, and a reply names only the application: the prompt of the same request
  says whose it is.
- Several replies may belong to one prompt; only a prompt is a person's own act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import JSON_SUFFIXES, known
from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, moment, needed_text, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, objects, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("value",),
    marks=frozenset({"interactionType", "appClass", "sessionId", "requestId", "conversationType", "createdDateTime"}),
    enough=3,
)
_EVENTS = {"userPrompt": "prompt", "aiResponse": "response"}
_COUNTED = ("attachments", "links", "contexts", "mentions")
_TEXTS = {"conversationType": "conversation_type", "locale": "locale"}
_APP_CLASS = "IPM.SkypeTeams.Message.Copilot."


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The messages of one file: pages `{"value": [...]}`, alone, glued or one per line, or bare messages."""
    return read_events(path, SHAPE, now, _message)


def _message(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    kind = needed_text(record, "interactionType")
    if kind not in _EVENTS:
        raise FieldError("unknown_value", "interactionType must be userPrompt or aiResponse")
    message_id = needed_text(record, "id")
    session, request = text(record.get("sessionId"), "sessionId"), text(record.get("requestId"), "requestId")
    users = _users(record)
    is_prompt = kind == "userPrompt"
    if is_prompt and not users:
        raise FieldError("missing_field", "from.user.id is missing or empty")
    application = an_object(an_object(record, "from"), "application")
    yield replace(
        BARE,
        key=(session or request or "", message_id),
        event_id=message_id,
        event_name=_EVENTS[kind],
        occurred_at=moment(record.get("createdDateTime"), "createdDateTime"),
        users=users,
        actor_type="human" if is_prompt else "service",
        is_user_initiated=is_prompt,
        item_id=request,
        session_id=session,
        conversation_id=session,
        feature=(text(record.get("appClass"), "appClass") or "").removeprefix(_APP_CLASS) or None,
        attributes=known(
            {name: text(record.get(field), field) for field, name in _TEXTS.items()}
            | {"application": text(application.get("displayName"), "from.application.displayName")}
            | {name: len(objects(record, name)) for name in _COUNTED}
        ),
    )


def _users(record: Mapping[str, Any]) -> tuple[Identity, ...]:
    user = text(an_object(an_object(record, "from"), "user").get("id"), "from.user.id")
    return (Identity("entra_oid", user),) if user else ()


def recognise(sight: Sight) -> str | None:
    """Messages that are a userPrompt or an aiResponse."""
    for record in sight.records(*SHAPE.lists):
        if record.get("interactionType") in _EVENTS and "createdDateTime" in record:
            return "interaction history"
    return None


M365_AI_INTERACTIONS = SourceFormat(
    name="m365-ai-interactions",
    dataset="events",
    grain="event",
    namespaces=("entra_oid",),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Microsoft 365 Copilot interaction history",
    recognise=recognise,
    proves="It proves each prompt with its time, app and conversation, and rules on feature, timing and sequence; it"
    " holds no decision, and a non-user is one by the roster.",
    fields=(
        Field("id", "event_id"),
        Field("sessionId", "session_id, conversation_id"),
        Field("requestId", "item_id", "the same for a prompt and its replies"),
        Field("interactionType", "event_name, is_user_initiated", "userPrompt is prompt, aiResponse is response"),
        Field("createdDateTime", "occurred_at"),
        Field("from.user.id", "users (entra_oid)", "a reply has none"),
        Field("from.user.*", "", "the roster says who people are"),
        Field("from.application.displayName", "attributes.application", "of a reply, a service"),
        Field("from.*", "", "names the application once more"),
        Field("appClass", "feature", "without what all of them begin with: BizChat, Word, ..."),
        Field("conversationType", "attributes.conversation_type"),
        Field("locale", "attributes.locale"),
        Field(
            ", ".join(_COUNTED),
            ", ".join(f"attributes.{name}" for name in _COUNTED),
            "how many; what they hold is not kept",
        ),
        Field("body", "", "what was written is not kept"),
        Field("etag, @odata.*", "", "versions and paging"),
        Field("*", "", "it may hold what was written"),
    ),
    late_days=3,
    lateness="Messages can be exported minutes after they were written. Fetch the last four days again.",
)
