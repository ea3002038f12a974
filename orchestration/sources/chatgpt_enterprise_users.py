"""`chatgpt-enterprise-users`: the user analytics export of a ChatGPT Enterprise or Edu workspace, one row per user and
period, in every generation of its header.

Traps that this reader knows:
- A row is a week (from Sunday), a month or another period, and stays one: it is never spread over its days. Two days
  of it are known: the first and the last on which the person was active.
- It lists all members of the workspace: inactive ones, and invited ones, whose cells are empty: they used nothing.
- `period_end` is the last day of the period; exports that give the day after it are told by the period's length.
- Cells hold JSON as text, or what Python prints. Names of GPTs and projects are the company's own and are not kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.aggregates import BARE, CSV_SUFFIXES, in_period, known, named
from orchestration.sources.csv_lines import Row, in_order, read_csv
from orchestration.sources.fields import FieldError, cell_count, cell_number, latest_time, no_later_than
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import DAY, Period, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.sight import Sight

SETTLED_AFTER_DAYS = 3
_DAYS_OF_WEEK = 7
_GRAINS = {1: "day", _DAYS_OF_WEEK: "week", 28: "28d"}
_FLAGS = {"1": True, "1.0": True, "true": True, "yes": True, "0": False, "0.0": False, "false": False, "no": False}
_COUNTS = (
    *("gpt_messages", "gpts_messaged", "tool_messages", "tools_messaged"),
    *("project_messages", "projects_messaged", "projects_created"),
)
_SPLITS = {"model_to_messages": "model", "tool_to_messages": "tool"}
_DAYS = {
    "first_day_active_in_period": "first_activity_date",
    "last_day_active_in_period": "last_activity_date",
    "last_day_active": "last_day_active",
    "created_or_invited_date": "created_or_invited_date",
}
_DROPPED = (
    *("name", "role", "user_role", "department", "groups"),
    *("messages_rank", "message_rank", "gpt_to_messages", "project_to_messages"),
)
_NOT_JOINED = ("pending", "invited")
_KNOWN = frozenset(
    {"period_start", "period_end", "account_id", "public_id", "email", "is_active", "messages", "credits_used"}
    | {*_COUNTS, *_SPLITS, *_DAYS, *_DROPPED}
)
_LONGEST_CELL = 100_000
"""Longer cells of JSON are passed over: what Python prints is slow to read."""


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file."""
    latest, modified = latest_time(now).date(), modified_at(path)
    needed = (("period_start",), ("period_end",), ("email", "public_id"))
    return read_csv(path, needed, lambda row: _record(row, latest, modified))


def _record(row: Row, latest: date, modified: datetime) -> AggregateRecord:
    period = _period(row)
    no_later_than(period.start, latest, "period_start")
    messages, account = cell_count(row.cells.get("messages"), "messages"), row.cells.get("account_id") or ""
    told = replace(
        BARE,
        line_no=row.line_no,
        lines=row.lines,
        users=named(
            row.cells, {"email": "email", "public_id": "openai_user_id"}, "email and public_id are missing or empty"
        ),
        scope=account,
        is_active=_is_active(row, messages),
        measures={"messages": messages},
        attributes=_attributes(row, latest),
        coverage="all_members",
        is_final=is_settled(period, modified, SETTLED_AFTER_DAYS),
    )
    return in_period(told, period, account)


def _period(row: Row) -> Period:
    first, last = row.needed_day("period_start"), row.needed_day("period_end")
    in_order(first, last, "period_end")
    cadence = (row.cells.get("cadence") or "").casefold()
    days = (last - first).days + 1
    is_day_after = (cadence.startswith("week") and days == _DAYS_OF_WEEK + 1) or (
        cadence.startswith("month") and first.day == last.day and first != last
    )
    if is_day_after:
        last, days = last - DAY, days - 1
    if last == date.max:
        raise FieldError("future_time", "period_end lies more than 24 hours in the future")
    is_month = first.day == 1 and (last + DAY).day == 1 and (first.year, first.month) == (last.year, last.month)
    return Period("month" if is_month else _GRAINS.get(days, "window"), first, last + DAY)


def _is_active(row: Row, messages: int | None) -> bool | None:
    """As the export says; where it does not say, whether there were messages. Who has not joined has used nothing."""
    cell = row.cells.get("is_active")
    if cell is not None and cell.casefold() not in _FLAGS:
        raise FieldError("unknown_value", "is_active must be one of 1, 0, true, false")
    if cell is not None:
        return _FLAGS[cell.casefold()]
    if messages is not None:
        return messages > 0
    return False if (row.cells.get("user_status") or "").casefold() in _NOT_JOINED else None


def _attributes(row: Row, latest: date) -> dict[str, Any]:
    found: dict[str, Any] = {name: cell_count(row.cells.get(name), name) for name in _COUNTS}
    found["credits_used"] = cell_number(row.cells.get("credits_used"), "credits_used")
    for field, name in _DAYS.items():
        told = row.day(field)
        if told is not None:
            no_later_than(told, latest, field)
            found[name] = told.isoformat()
    for field, kind in _SPLITS.items():
        found |= {f"{kind}_{name}_messages": value for name, value in _split(row.cells.get(field)).items()}
    return known(found) | row.others(_KNOWN)


def _split(cell: str | None) -> dict[str, int]:
    """Counts by name out of a JSON object as text, or as Python prints it; nothing when the cell is neither."""
    value: Any = None
    if cell is not None and len(cell) <= _LONGEST_CELL:
        with suppress(orjson.JSONDecodeError):
            value = orjson.loads(cell)
        if value is None:
            with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
                value = ast.literal_eval(cell)
    pairs = value.items() if isinstance(value, Mapping) else ()
    return {name: amount for name, amount in pairs if isinstance(name, str) and type(amount) is int}


def recognise(sight: Sight) -> str | None:
    """Users with messages by period; credits and the cadence came with later generations of the header."""
    if not sight.has_columns("period_start", "period_end", "email", "messages", "user_status"):
        return None
    if sight.has_columns("credits_used"):
        return "with credits"
    return "with cadence" if sight.has_columns("cadence") else "without cadence"


CHATGPT_ENTERPRISE_USERS = SourceFormat(
    name="chatgpt-enterprise-users",
    dataset="aggregates",
    grain="week",
    namespaces=("email", "openai_user_id"),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    suffixes=CSV_SUFFIXES,
    title="ChatGPT Enterprise user analytics",
    recognise=recognise,
    proves="It proves use in a period, on its first and last active day, and non-use of a whole period, for all members"
    " of the workspace; where a window begins or ends inside a period it may prove neither, and it cannot prove correct"
    " or incorrect use.",
    fields=(
        Field("cadence", "attributes.cadence", "weekly, monthly, ...; the length of the period decides"),
        Field("period_start", "period_start", "weeks begin on Sunday"),
        Field("period_end", "period_end", "the last day of the period"),
        Field("email", "users (email)"),
        Field("public_id", "users (openai_user_id)"),
        Field("account_id", "scope", "the workspace"),
        Field("user_status", "attributes.user_status", "enabled, pending, ...; who has not joined yet is inactive"),
        Field("is_active", "is_active", "an export without it: whether there were messages"),
        Field("first_day_active_in_period", "attributes.first_activity_date", "a use on that day"),
        Field("last_day_active_in_period", "attributes.last_activity_date", "a use on that day, none after it"),
        Field("last_day_active", "attributes.last_day_active", "of any period, as of the export"),
        Field("created_or_invited_date", "attributes.created_or_invited_date"),
        Field("messages", "messages"),
        Field("model_to_messages", "attributes.model_<model>_messages", "JSON as text"),
        Field("tool_to_messages", "attributes.tool_<tool>_messages", "JSON as text"),
        *(Field(name, f"attributes.{name}") for name in _COUNTS),
        Field("credits_used", "attributes.credits_used"),
        Field("gpt_to_messages, project_to_messages", "", "names of GPTs and projects are the company's own"),
        Field("messages_rank, message_rank", "", "follows from messages"),
        Field("name, role, user_role, department, groups", "", "the roster says who people are and where they belong"),
        Field("*", "attributes.*", "every other column"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="An export of a running period reaches to the day it was made. Export the period again once it is over;"
    " weekly exports prove more than monthly ones.",
)
