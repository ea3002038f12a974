"""`claude-enterprise-analytics`: pages of the Claude Enterprise Analytics API, one row per user and UTC day.

Traps that this reader knows:
- The answer does not say which day it is of: the day comes from the row or page where whoever fetched it put it, else
  from the name of the file.
- A count may be null: unknown, not zero.
- Names differ from the Claude Code Analytics of the same vendor (`accepted_count`, not `accepted`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import (
    BARE,
    JSON_SUFFIXES,
    counts_in,
    in_period,
    known,
    named,
    others,
    read_aggregates,
)
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import FieldError, count, day, latest_time, no_later_than, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import Period, is_settled, modified_at, named_day, whole_total
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.review_values import an_object
from orchestration.sources.sight import Sight

_SURFACES = ("chat", "claude_code", "cowork", "design", "office")
SHAPE = Shape(lists=("data",), marks=frozenset({*(f"{name}_metrics" for name in _SURFACES), "web_search_count"}))
SETTLED_AFTER_DAYS = 3
_TOTALS = {
    "messages": ("message_count",),
    "sessions": ("distinct_session_count",),
    "accepted": ("accepted_count",),
    "rejected": ("rejected_count",),
    "lines_added": ("lines_of_code_added_count",),
    "lines_removed": ("lines_of_code_removed_count",),
    "commits": ("commit_count",),
}
"""Our measure -> how the names of the counts end that add up to it, over all surfaces."""

_ACTIVE = ("messages", "sessions", "accepted", "rejected", "commits")
_NOT_MESSAGES = ("thinking_message_count",)
"""Counted within message_count already."""


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: pages `{"data": [...]}`, alone, glued or one per line, or bare rows."""
    latest, modified, of_name = latest_time(now).date(), modified_at(path), named_day(path)

    def build(row: Mapping[str, Any], item: Item) -> Iterator[AggregateRecord]:
        period = Period.of_day(_day(row, item.envelope, of_name))
        no_later_than(period.start, latest, "date")
        settled = is_settled(period, modified, SETTLED_AFTER_DAYS)
        yield replace(in_period(_record(row), period, _organisation(row)), is_final=settled)

    return read_aggregates(path, SHAPE, build)


def _day(row: Mapping[str, Any], envelope: Mapping[str, Any], of_name: date | None) -> date:
    for told in (row.get("date"), envelope.get("date"), envelope.get("starting_at")):
        if told is not None:
            return day(told, "date")
    if of_name is None:
        raise FieldError("missing_field", "the answer names no day; put it into the file's name: users_2026-03-02.json")
    return of_name


def _organisation(row: Mapping[str, Any]) -> str:
    return text(row.get("organization_id"), "organization_id") or ""


def _record(row: Mapping[str, Any]) -> AggregateRecord:
    user = an_object(row, "user")
    missing = "user.email_address and user.id are missing; totals without users are not read"
    counts = {f"{name}_{key}": value for name in _SURFACES for key, value in _counts(row, name).items()}
    counts["web_search_count"] = count(row.get("web_search_count"), "web_search_count")
    totals = {name: _total(counts, endings) for name, endings in _TOTALS.items()}
    decided = whole_total((totals["accepted"], totals["rejected"]))
    measures: dict[str, int | float | None] = {**totals, "offered": decided}
    names = ("user", "date", "organization_id", "web_search_count")
    return replace(
        BARE,
        users=named(user, {"email_address": "email", "id": "anthropic_user_id"}, missing),
        scope=_organisation(row),
        is_active=_is_active(totals, counts),
        measures=measures,
        attributes=known(counts) | others(row, names),
        coverage="active_only",
    )


def _counts(row: Mapping[str, Any], surface: str) -> dict[str, int | None]:
    return counts_in(an_object(row, f"{surface}_metrics"))


def _total(counts: Mapping[str, int | None], endings: tuple[str, ...]) -> int | None:
    return whole_total(
        value for name, value in counts.items() if name.endswith(endings) and not name.endswith(_NOT_MESSAGES)
    )


def _is_active(totals: Mapping[str, int | None], counts: Mapping[str, int | None]) -> bool | None:
    """As the vendor says it: a message, a session with Claude Code, or work with Cowork. Viewing what others shared is
    no use. With nothing positive, a count that is null may hide a use: unknown."""
    acts = [*(totals[name] for name in _ACTIVE), counts.get("cowork_action_count")]
    if any(acts):
        return True
    return None if None in counts.values() or not any(act is not None for act in acts) else False


def recognise(sight: Sight) -> str | None:
    """A row has a user and the metrics of at least one surface."""
    for row in sight.records(*SHAPE.lists):
        if isinstance(row.get("user"), dict) and row.keys() & SHAPE.marks:
            return "users with Cowork and Office" if row.keys() & {"cowork_metrics", "office_metrics"} else "users"
    return None


CLAUDE_ENTERPRISE_ANALYTICS = SourceFormat(
    name="claude-enterprise-analytics",
    dataset="aggregates",
    grain="day",
    namespaces=("email", "anthropic_user_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Claude Enterprise Analytics",
    recognise=recognise,
    proves="It proves use on a day and rules on counts, such as edits accepted and rejected or messages by surface; who"
    " is not listed is a non-user by the roster.",
    fields=(
        Field("date, starting_at", "period_start", "a UTC day; the answer has none: else the day in the file's name"),
        Field("user.email_address", "users (email)"),
        Field("user.id", "users (anthropic_user_id)"),
        Field("organization_id", "scope"),
        Field("chat_metrics", "messages, attributes.chat_*", "message_count adds to messages"),
        Field(
            "claude_code_metrics",
            "sessions, offered, accepted, rejected, lines_added, lines_removed, commits, attributes.claude_code_*",
            "accepted and rejected are summed over the editing tools; offered is both",
        ),
        Field("cowork_metrics", "messages, sessions, attributes.cowork_*"),
        Field("design_metrics", "messages, sessions, attributes.design_*"),
        Field("office_metrics", "messages, sessions, attributes.office_*", "by application"),
        Field("web_search_count", "attributes.web_search_count"),
        Field("next_page", "", "paging"),
        Field("has_more", "", "paging"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="A day can be fetched after three days. Fetch the last four days again; history begins on 2026-01-01.",
)
