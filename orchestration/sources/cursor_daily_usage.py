"""`cursor-daily-usage`: pages of Cursor's daily usage data (Admin API), one row per user and UTC day.

Traps that this reader knows:
- Asked without a page, the API lists active users only; asked with one, all members, idle ones too. Which of the two a
  file is shows in the file itself: in its paging, or in a row that is not active.
- The older answer has no user id, and a day that is only a time in milliseconds.
- Applied edits are accepted or rejected; completions shown with Tab are counted apart and stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, JSON_SUFFIXES, in_period, known, named, others, read_aggregates
from orchestration.sources.byte_source import has_match
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import count, day, epoch, flag, latest_time, no_later_than
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import Period, is_settled, modified_at, whole_total
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("data",), marks=frozenset({"isActive", "totalApplies", "composerRequests", "totalTabsShown"}))
SETTLED_AFTER_DAYS = 1
_MILLISECONDS = 1000
_REQUESTS = {
    "composerRequests": "composer_requests",
    "chatRequests": "chat_requests",
    "agentRequests": "agent_requests",
    "cmdkUsages": "cmdk_usages",
}
"""What a person asked for, by mode: together the prompts."""

_MEASURES = {
    "offered": "totalApplies",
    "accepted": "totalAccepts",
    "rejected": "totalRejects",
    "lines_accepted": "acceptedLinesAdded",
    "lines_added": "totalLinesAdded",
    "lines_removed": "totalLinesDeleted",
}
_COUNTS = {
    "totalTabsShown": "tabs_shown",
    "totalTabsAccepted": "tabs_accepted",
    "acceptedLinesDeleted": "lines_deleted_accepted",
    "subscriptionIncludedReqs": "included_requests",
    "apiKeyReqs": "api_key_requests",
    "usageBasedReqs": "usage_based_requests",
    "bugbotUsages": "bugbot_usages",
}
_TEXTS = {
    "mostUsedModel": "most_used_model",
    "applyMostUsedExtension": "apply_extension",
    "tabMostUsedExtension": "tab_extension",
    "clientVersion": "client_version",
}
_KNOWN = frozenset({"email", "userId", "day", "date", "isActive", *_REQUESTS, *_MEASURES.values(), *_COUNTS, *_TEXTS})
_OF_ALL_MEMBERS = re.compile(rb'"isActive"\s*:\s*false|"pagination"\s*:')


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: pages `{"data": [...]}`, alone, glued or one per line, or bare rows."""
    latest, modified = latest_time(now).date(), modified_at(path)
    coverage = "all_members" if has_match(path, _OF_ALL_MEMBERS) else "active_only"

    def build(row: Mapping[str, Any], _item: Item) -> Iterator[AggregateRecord]:
        period = Period.of_day(_day(row))
        no_later_than(period.start, latest, "day")
        settled = is_settled(period, modified, SETTLED_AFTER_DAYS)
        yield replace(in_period(_record(row), period), coverage=coverage, is_final=settled)

    return read_aggregates(path, SHAPE, build)


def _day(row: Mapping[str, Any]) -> date:
    told = row.get("day")
    return day(told, "day") if told is not None else epoch(row.get("date"), "date", _MILLISECONDS).date()


def _record(row: Mapping[str, Any]) -> AggregateRecord:
    requests = {name: count(row.get(field), field) for field, name in _REQUESTS.items()}
    measures: dict[str, int | float | None] = {name: count(row.get(field), field) for name, field in _MEASURES.items()}
    counts = {name: count(row.get(field), field) for field, name in _COUNTS.items()}
    texts = {name: row.get(field) or None for field, name in _TEXTS.items() if isinstance(row.get(field), str)}
    return replace(
        BARE,
        users=named(row, {"email": "email", "userId": "cursor_user_id"}, "email and userId are missing or empty"),
        is_active=flag(row.get("isActive"), "isActive"),
        measures=measures | {"prompts": whole_total(requests.values())},
        attributes=known(requests | counts | texts) | others(row, _KNOWN),
    )


def recognise(sight: Sight) -> str | None:
    """A row says whether a user was active and counts what they applied or asked for."""
    for row in sight.records(*SHAPE.lists):
        if "isActive" in row and row.keys() & {"totalApplies", "composerRequests", "totalTabsShown"}:
            return "daily usage" if "userId" in row else "daily usage without user ids"
    return None


CURSOR_DAILY_USAGE = SourceFormat(
    name="cursor-daily-usage",
    dataset="aggregates",
    grain="day",
    namespaces=("email", "cursor_user_id"),
    coverage="unknown",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Cursor daily usage",
    recognise=recognise,
    proves="It proves use on a day and rules on counts, such as edits accepted and rejected; who is not listed is a"
    " non-user by the roster, and pages of all members list those who were idle too.",
    fields=(
        Field("day", "period_start", "a UTC day"),
        Field("date", "period_start", "milliseconds; for rows without a day"),
        Field("email", "users (email)"),
        Field("userId", "users (cursor_user_id)", "a number here, `user_...` elsewhere"),
        Field("isActive", "is_active", "false only where all members are listed"),
        *(Field(field, f"prompts, attributes.{name}", "adds to prompts") for field, name in _REQUESTS.items()),
        *(Field(field, name) for name, field in _MEASURES.items()),
        *(Field(field, f"attributes.{name}") for field, name in _COUNTS.items()),
        *(Field(field, f"attributes.{name}") for field, name in _TEXTS.items()),
        Field("period", "", "what was asked for; the rows have their days"),
        Field("pagination", "coverage", "only an answer that lists all members has pages"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="Figures are made anew every hour. Fetch the last two days again; one request spans at most 30 days.",
)
