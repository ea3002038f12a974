"""`litellm-spend-logs`: spend logs of a LiteLLM gateway, an event per request: JSON of its API, or the table as CSV.

Traps that this reader knows:
- Times are UTC without saying so. `metadata` is an object or a text of JSON; the owner of the key stands in it.
- `end_user` is whom the application calls for, `user` the owner of the key: an application's key serves many people.
- "None" in `cache_hit` is the word of the program for nothing, and a request without a name has an empty text.
- The gateway itself calls models, to see whether they answer: that is no use.
- `LiteLLM_DailyUserSpend` has sums by day under other names and is not read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import CSV_SUFFIXES, JSON_SUFFIXES, known, others
from orchestration.sources.byte_source import begins_as_json
from orchestration.sources.csv_lines import Row, column_name, read_csv
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import (
    cell_count,
    cell_number,
    count,
    latest_time,
    moment,
    needed_text,
    number,
    text,
)
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.json_text import length_of, object_in, value_in
from orchestration.sources.records import Blank, EventRecord, Identity, Parsed, Reject
from orchestration.sources.review_values import BARE, an_object, events_of, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("data", "logs"),
    marks=frozenset({"request_id", "call_type", "startTime", "endTime", "spend", "completion_tokens", "cache_hit"}),
    enough=3,
)
_MILLISECOND = timedelta(milliseconds=1)
_GATEWAY = ("litellm-internal-health-check", "litellm_internal_jobs", "litellm_proxy_master_key")
"""What LiteLLM calls itself where the owner of a key stands; the last one is whoever holds the master key."""

_NO_PROMPT = ("embedding", "rerank", "moderation", "file", "batch", "health", "list", "retrieve", "speech")
"""Parts of `call_type` of calls that nobody types: a document is cut into vectors, a list is fetched."""

_OWNER = (("user_api_key_user_email", "email"), ("user_api_key_user_id", "litellm_user_id"))
_KEPT = {
    "user_api_key_team_alias": "team_alias",
    "user_agent": "user_agent",
}
_CONTENT = {"messages": "messages_length", "response": "response_length"}
_KNOWN = frozenset(
    {"request_id", "startTime", "endTime", "completionStartTime", "model", "user", "end_user", "metadata", "spend"}
    | {"prompt_tokens", "completion_tokens", "total_tokens", "cache_hit", "cache_key", "request_tags", "session_id"}
    | {"api_key", "api_base", "requester_ip_address", "proxy_server_request", "status", *_CONTENT}
)
_WRITTEN = {column_name(name): name for name in _KNOWN}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The requests of one file: CSV, or JSON as an array, in pages `{"data": [...]}` or one per line."""
    if begins_as_json(path):
        return read_events(path, SHAPE, now, _request)
    return _of_csv(path, latest_time(now))


def _of_csv(path: Path, latest: datetime) -> Iterator[Parsed]:
    for found in read_csv(path, (("request_id",), ("starttime",), ("spend",)), lambda row: _of_row(row, latest)):
        if isinstance(found, Reject | Blank):
            yield found
        else:
            yield from found


def _of_row(row: Row, latest: datetime) -> list[Parsed]:
    record = {_WRITTEN.get(name, name): cell for name, cell in row.cells.items()}
    return events_of(Item(row.line_no, row.offset, row.lines, record, {}, row.raw), latest, _request)


def _request(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    request_id, start = needed_text(record, "request_id"), moment(record.get("startTime"), "startTime")
    metadata = object_in(record, "metadata")
    users, actor_type = _actor(record, metadata)
    call_type = _said(record, "call_type")
    cost = _number(record.get("spend"), "spend")
    yield replace(
        BARE,
        key=("litellm", request_id),
        event_id=request_id,
        event_name="request",
        occurred_at=start,
        users=users,
        actor_type=actor_type,
        is_user_initiated=actor_type == "human" and not any(part in (call_type or "") for part in _NO_PROMPT),
        session_id=_said(record, "session_id"),
        model=_said(record, "model"),
        input_tokens=_count(record.get("prompt_tokens"), "prompt_tokens"),
        output_tokens=_count(record.get("completion_tokens"), "completion_tokens"),
        cost=cost,
        currency=None if cost is None else "USD",
        attributes=_about(record, metadata, start) | others(record, _KNOWN),
    )


def _actor(record: Mapping[str, Any], metadata: Mapping[str, Any]) -> tuple[tuple[Identity, ...], str]:
    """Whom a request is for, in every way it says so, and what that is. A key without an owner may be anybody's."""
    end_user, user, key = (_said(record, name) for name in ("end_user", "user", "api_key"))
    owner = [(namespace, found) for name, namespace in _OWNER if (found := _said(metadata, name))]
    if any(name in _GATEWAY for name in (user, key, *(name for _, name in owner))):
        return (), "service"
    if end_user:
        return _named(end_user, "litellm_end_user"), "human"
    named = [Identity(*one) for one in owner] + list(_named(user, "litellm_user_id") if user else ())
    if named:
        return tuple(dict.fromkeys(sorted(named, key=lambda one: one.namespace != "email"))), "human"
    return ((Identity("api_key", key),) if key else ()), "unknown"


def _named(value: str, namespace: str) -> tuple[Identity, ...]:
    """Applications often hand on an e-mail address as the id of their user."""
    own = Identity(namespace, value)
    return (Identity("email", value), own) if "@" in value else (own,)


def _said(record: Mapping[str, Any], name: str) -> str | None:
    """A text; the program's "None" says nothing."""
    found = text(record.get(name), name)
    return None if found in ("None", "null") else found


def _about(record: Mapping[str, Any], metadata: Mapping[str, Any], start: datetime) -> dict[str, Any]:
    end, first = (_said(record, name) for name in ("endTime", "completionStartTime"))
    tags = value_in(record.get("request_tags"))
    error = an_object(metadata, "error_information")
    hit = record.get("cache_hit")
    return known(
        {ours: _said(metadata, name) for name, ours in _KEPT.items()}
        | {ours: length_of(record.get(name)) for name, ours in _CONTENT.items()}
        | {
            "duration_ms": None if end is None else (moment(end, "endTime") - start) / _MILLISECOND,
            "first_token_ms": None if first is None else (moment(first, "completionStartTime") - start) / _MILLISECOND,
            "is_cache_hit": {"true": True, "false": False}.get(str(hit).lower()),
            "tags": [tag for tag in tags if isinstance(tag, str)] or None if isinstance(tags, list) else None,
            "status": _said(record, "status") or _said(metadata, "status"),
            "error_class": _said(error, "error_class"),
        }
    )


def _count(value: Any, name: str) -> int | None:
    return cell_count(value, name) if isinstance(value, str) else count(value, name)


def _number(value: Any, name: str) -> float | None:
    return cell_number(value, name) if isinstance(value, str) else number(value, name)


def recognise(sight: Sight) -> str | None:
    """A request of a gateway has an id, a kind of call, a start and what was spent."""
    names = {"request_id", "call_type", "startTime", "spend"}
    if sight.has_columns(*names):
        return "the table as CSV"
    return "requests" if any(names <= row.keys() for row in sight.records(*SHAPE.lists)) else None


LITELLM_SPEND_LOGS = SourceFormat(
    name="litellm-spend-logs",
    dataset="events",
    grain="event",
    namespaces=("email", "litellm_end_user", "litellm_user_id", "api_key"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES + CSV_SUFFIXES,
    title="LiteLLM spend logs",
    recognise=recognise,
    proves="It proves use of a model through the gateway at a moment and rules on model, timing and sequence; it holds"
    " no decision, and a key that many share proves nobody's use.",
    fields=(
        Field("request_id", "event_id", "with it a request counts once"),
        Field("call_type", "attributes.call_type, is_user_initiated", "an embedding or a list is nobody's prompt"),
        Field("startTime", "occurred_at", "UTC, without saying so; event_name is request"),
        Field("endTime", "attributes.duration_ms"),
        Field("completionStartTime", "attributes.first_token_ms"),
        Field("end_user", "users (email, litellm_end_user)", "whom the application calls for; counts before the key"),
        Field("user", "users (email, litellm_user_id)", "the owner of the key"),
        Field("metadata.user_api_key_user_email", "users (email)"),
        Field("metadata.user_api_key_user_id", "users (litellm_user_id)"),
        Field("api_key", "users (api_key)", "its hash; only where nobody is named: an unknown actor"),
        Field("session_id", "session_id"),
        Field("model", "model"),
        Field("prompt_tokens", "input_tokens"),
        Field("completion_tokens", "output_tokens"),
        Field("total_tokens", "", "their sum"),
        Field("spend", "cost", "US dollars"),
        Field("cache_hit", "attributes.is_cache_hit", '"None" is unknown'),
        Field("request_tags", "attributes.tags", "a list, or a text of one"),
        Field("status", "attributes.status", "success or failure"),
        Field("messages", "attributes.messages_length", "content is not needed to judge use: dropped"),
        Field("response", "attributes.response_length", "content: dropped"),
        Field("proxy_server_request", "", "content: dropped"),
        Field("requester_ip_address, api_base, cache_key", "", "addresses and keys, dropped"),
        Field("metadata.user_api_key_alias", "", "dropped: people name their keys after themselves"),
        Field("metadata.user_api_key_team_alias", "attributes.team_alias"),
        Field("metadata.user_agent", "attributes.user_agent", "which program called"),
        Field("metadata.status", "attributes.status", "where the request itself has none"),
        Field("metadata.error_information", "attributes.error_class"),
        Field("metadata, metadata.*", "", "settings of the gateway"),
        Field("page, page_size, total, total_pages", "", "paging"),
        Field("*", "attributes.*", "every other plain field: team_id, model_group, custom_llm_provider, ..."),
    ),
    late_days=1,
    lateness="A request is written within a minute, in batches. Fetch the last two days again.",
)
