"""`google-gemini-activities`: what Google Workspace audits of Gemini in its apps, pages of the Admin Reports API.

Traps that this reader knows:
- Most activities are Gemini's own: suggestions, summaries nobody asked for. Only a category that begins with `active`
  is an act of the person; of one user's 985 recorded activities one was.
- An activity has a list of events; log shippers split it into activities of one event each, without a number. What an
  event says tells it from its neighbours, so that both forms give the same events once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.aggregates import JSON_SUFFIXES, known, named
from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, moment, needed_text, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, objects, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("items",), marks=frozenset({"kind", "id", "actor", "events", "etag", "ipAddress"}), enough=3)
APPLICATION = "gemini_in_workspace_apps"
_PLAIN = ("value", "intValue", "boolValue")
_FEATURE, _CATEGORY = "app_name", "event_category"


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The events of one file: pages `{"items": [...]}`, alone, glued or one per line, or bare activities."""
    return read_events(path, SHAPE, now, _activity)


def _activity(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    activity = an_object(record, "id")
    if text(activity.get("applicationName"), "id.applicationName") != APPLICATION:
        raise FieldError("unknown_value", f"id.applicationName must be {APPLICATION}: other audits are not read")
    at = moment(activity.get("time"), "id.time")
    unique = needed_text(activity, "uniqueQualifier", "id.")
    users, actor_type = _actor(an_object(record, "actor"))
    seen: Counter[str] = Counter()
    for place, event in enumerate(_events(record)):
        said = _parameters(event)
        name = text(event.get("name"), "events.name") or text(event.get("type"), "events.type") or APPLICATION
        content = orjson.dumps([name, said], option=orjson.OPT_SORT_KEYS).decode()
        seen[content] += 1
        category = str(said.get(_CATEGORY) or "")
        yield replace(
            BARE,
            key=(at.isoformat(), unique, content, str(seen[content])),
            event_id=f"{unique}/{place}",
            event_name=name,
            occurred_at=at,
            seq=place,
            users=users,
            actor_type=actor_type,
            is_user_initiated=actor_type == "human" and category.casefold().startswith("active"),
            feature=text(said.get(_FEATURE), _FEATURE),
            attributes={field: value for field, value in said.items() if field != _FEATURE},
        )


def _events(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A list, or the single object that a log shipper leaves of it."""
    found = record.get("events")
    return [found] if isinstance(found, dict) else objects(record, "events")


def _parameters(event: Mapping[str, Any]) -> dict[str, Any]:
    """The plain parameters by name; lists and messages are not kept."""
    found: dict[str, Any] = {}
    for parameter in objects(event, "parameters"):
        value = next((parameter[kind] for kind in _PLAIN if kind in parameter), None)
        if not isinstance(value, dict | list):
            found[needed_text(parameter, "name", "events.parameters.")] = value
    return known(found)


def _actor(actor: Mapping[str, Any]) -> tuple[tuple[Identity, ...], str]:
    if not actor.get("email") and actor.get("key"):
        return (Identity("google_client", needed_text(actor, "key", "actor.")),), "service"
    fields = {"email": "email", "profileId": "google_profile_id"}
    return named(actor, fields, "actor.email and actor.profileId are missing"), "human"


def recognise(sight: Sight) -> str | None:
    """Activities of the application `gemini_in_workspace_apps`."""
    for record in sight.records(*SHAPE.lists):
        activity = record.get("id")
        if isinstance(activity, dict) and activity.get("applicationName") == APPLICATION:
            return "activities split into events" if isinstance(record.get("events"), dict) else "activities"
    return None


GOOGLE_GEMINI_ACTIVITIES = SourceFormat(
    name="google-gemini-activities",
    dataset="events",
    grain="event",
    namespaces=("email", "google_profile_id", "google_client"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Google Workspace audit of Gemini",
    recognise=recognise,
    proves="It proves what a person asked of Gemini in which app and when, and rules on feature, timing and sequence;"
    " it holds no decision and no content, and a non-user is one by the roster.",
    fields=(
        Field("kind, etag", "", "the same in every activity, or a check sum"),
        Field("id.time", "occurred_at"),
        Field("id.uniqueQualifier", "event_id", "with time and content the key of an event"),
        Field("id.applicationName", "", f"must be {APPLICATION}"),
        Field("id.customerId", "", "the company itself"),
        Field("actor.email", "users (email)"),
        Field("actor.profileId", "users (google_profile_id)"),
        Field("actor.key", "actor_type, users (google_client)", "an application without a person: a service"),
        Field("actor.callerType", "", "follows from the above"),
        Field("ownerDomain", "", "the company itself"),
        Field("ipAddress, networkInfo", "", "where somebody was is nobody's business here"),
        Field("events.name", "event_name", "else events.type"),
        Field("events.type", "", "names a group of events"),
        Field(
            "events.parameters",
            "feature, is_user_initiated, attributes.*",
            "app_name is the feature; an event_category that begins with active is the person's own act, inactive and"
            " unknown are not; action, feature_source and every other plain parameter under its name",
        ),
        Field("events.*", "", "how the audit itself describes the resource"),
        Field("nextPageToken", "", "paging"),
        Field("*", "", "paging, and how the audit itself is delivered"),
    ),
    late_days=3,
    lateness="Activities come up to three days late and are kept for 180 days. Fetch the last four days again.",
)
