"""`cursor-usage-events`: pages of Cursor's usage events (Admin API), one event per request to a model.

Traps that this reader knows:
- An event has no id. Time, user, model, kind and tokens together stand for one: both ends of a requested time span are
  included, so the same event comes with two spans and counts once.
- `kind` was `kindLabel`. Amounts are cents.
- What a service account did is no person's use, and a headless run is not one that a person began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.aggregates import JSON_SUFFIXES, known, named, others
from orchestration.sources.documents import Shape
from orchestration.sources.fields import count, epoch, flag, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("usageEvents",),
    marks=frozenset({"userEmail", "kindLabel", "kind", "requestsCosts", "isTokenBasedCall", "maxMode", "chargedCents"}),
    enough=2,
)
_MILLISECONDS = 1000
_MINOR_UNITS = 100
_FLAGS = {
    "maxMode": "max_mode",
    "isTokenBasedCall": "is_token_based",
    "isChargeable": "is_chargeable",
    "isFreeBugbot": "is_free_bugbot",
    "isHeadless": "is_headless",
}
_TOKENS = {"cacheWriteTokens": "cache_creation_tokens", "cacheReadTokens": "cache_read_tokens"}
_SERVICE = ("serviceAccountId", "serviceAccountName")
_KNOWN = frozenset(
    {"timestamp", "userEmail", "userId", "model", "kind", "kindLabel", "requestsCosts", "tokenUsage", "chargedCents"}
    | {*_FLAGS, *_SERVICE}
)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The events of one file: pages `{"usageEvents": [...]}`, alone, glued or one per line, or bare events."""
    return read_events(path, SHAPE, now, _events)


def _events(row: Mapping[str, Any]) -> Iterable[EventRecord]:
    at = epoch(row.get("timestamp"), "timestamp", _MILLISECONDS)
    users, actor_type = _actor(row)
    tokens, flags = an_object(row, "tokenUsage"), {name: flag(row.get(field), field) for field, name in _FLAGS.items()}
    kind, model = text(row.get("kind", row.get("kindLabel")), "kind"), text(row.get("model"), "model")
    used = orjson.dumps(tokens, option=orjson.OPT_SORT_KEYS).decode()
    counts = {name: count(tokens.get(field), f"tokenUsage.{field}") for field, name in _TOKENS.items()}
    cents = _cents(row, tokens)
    yield replace(
        BARE,
        key=(at.isoformat(), users[0].namespace, users[0].value.casefold(), model or "", kind or "", used),
        event_id=f"{at.isoformat()}Z/{model or ''}",
        event_name="request",
        occurred_at=at,
        users=users,
        actor_type=actor_type,
        is_user_initiated=actor_type == "human" and flags["is_headless"] is not True,
        model=model,
        input_tokens=count(tokens.get("inputTokens"), "tokenUsage.inputTokens"),
        output_tokens=count(tokens.get("outputTokens"), "tokenUsage.outputTokens"),
        cost=None if cents is None else cents / _MINOR_UNITS,
        currency=None if cents is None else "USD",
        attributes=known(flags | counts | {"kind": kind, "requests": number(row.get("requestsCosts"), "requestsCosts")})
        | others(row, _KNOWN),
    )


def _actor(row: Mapping[str, Any]) -> tuple[tuple[Identity, ...], str]:
    service = next((found for name in _SERVICE if (found := text(row.get(name), name))), None)
    if service is not None:
        return (Identity("cursor_service_account", service),), "service"
    fields = {"userEmail": "email", "userId": "cursor_user_id"}
    return named(row, fields, "userEmail is missing, and no service account is named"), "human"


def _cents(row: Mapping[str, Any], tokens: Mapping[str, Any]) -> float | None:
    """What was charged; of an answer that does not say so, what the tokens cost."""
    charged = number(row.get("chargedCents"), "chargedCents")
    return charged if charged is not None else number(tokens.get("totalCents"), "tokenUsage.totalCents")


def recognise(sight: Sight) -> str | None:
    """An event has a user's address, a time as digits and a kind."""
    for row in sight.records(*SHAPE.lists):
        if "timestamp" in row and row.keys() & {"userEmail", *_SERVICE} and row.keys() & {"kind", "kindLabel"}:
            return "usage events with kindLabel" if "kindLabel" in row else "usage events"
    return None


CURSOR_USAGE_EVENTS = SourceFormat(
    name="cursor-usage-events",
    dataset="events",
    grain="event",
    namespaces=("email", "cursor_user_id", "cursor_service_account"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Cursor usage events",
    recognise=recognise,
    proves="It proves use at a moment and rules on model, timing and sequence; it holds no decision, so it cannot prove"
    " that a person looked at what was proposed, and a non-user is one by the roster.",
    fields=(
        Field("timestamp", "occurred_at", "milliseconds, as text or number; event_name is request"),
        Field("userEmail", "users (email)"),
        Field("userId", "users (cursor_user_id)"),
        Field("serviceAccountId, serviceAccountName", "actor_type, users (cursor_service_account)", "not a person"),
        Field("isHeadless", "is_user_initiated, attributes.is_headless", "a headless run is not begun by a person"),
        Field("model", "model"),
        Field("kind, kindLabel", "attributes.kind", "who pays; kindLabel is its older name"),
        Field("requestsCosts", "attributes.requests", "weighted requests, may be fractional"),
        Field("maxMode", "attributes.max_mode"),
        Field("isTokenBasedCall", "attributes.is_token_based"),
        Field("isChargeable", "attributes.is_chargeable"),
        Field("isFreeBugbot", "attributes.is_free_bugbot"),
        Field("tokenUsage.inputTokens", "input_tokens"),
        Field("tokenUsage.outputTokens", "output_tokens"),
        Field("tokenUsage.cacheWriteTokens", "attributes.cache_creation_tokens"),
        Field("tokenUsage.cacheReadTokens", "attributes.cache_read_tokens"),
        Field("tokenUsage.totalCents", "cost", "cents; only where chargedCents is absent"),
        Field("tokenUsage.*", "key", "all of it tells one event from another"),
        Field("chargedCents", "cost", "cents, in US dollars"),
        Field("totalUsageEventsCount", "", "what the pages add up to"),
        Field("pagination", "", "paging"),
        Field("period", "", "what was asked for"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=1,
    lateness="Events are complete within an hour. Fetch the last two days again; one request spans at most 30 days.",
)
