"""`windsurf`: answers of Windsurf's analytics API: what was counted by user and day, and the page of all users.

Traps that this reader knows:
- Users are hashed API keys in what was counted; the page of users says whose address each is. Both belong together.
- Whoever asks chooses the names of fields: those that the API gives by itself are known, others are kept as they are.
- Numbers are texts. What is no number tells parts of a day apart: language, editor, model; parts add up.
- Cascade's answers name nobody, for they were asked for one user: whoever fetched them puts the `email` beside the
  results, else they are refused. Without them somebody who uses Cascade alone looks like a non-user.
- An answer is one record with many items: a bad item costs only itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.aggregates import BARE, JSON_SUFFIXES, in_period, known, named, others
from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import (
    FieldError,
    cell_count,
    cell_number,
    day,
    latest_time,
    moment,
    no_later_than,
    text,
)
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.github_copilot_seats import as_text, snapshot
from orchestration.sources.periods import Period, is_settled, modified_at, named_day
from orchestration.sources.records import AggregateRecord, Blank, Parsed, Reject
from orchestration.sources.review_values import an_object, objects
from orchestration.sources.sight import Sight

_CASCADE = ("cascadeRuns", "cascadeLines")
_TOOLS = "cascadeToolUsage"
SHAPE = Shape(
    lists=("queryResults", "userTableStats"),
    marks=frozenset({"responseItems", "item", "apiKey", "activeDays", "lastUpdateTime", *_CASCADE, _TOOLS}),
)
SETTLED_AFTER_DAYS = 1
_MEASURES = {
    "num_acceptances": "accepted",
    "num_lines_accepted": "lines_accepted",
    "num_chats_received": "messages",
    "messagesSent": "messages",
    "linesSuggested": "lines_suggested",
    "linesAccepted": "lines_accepted",
}
_WHO = {"api_key": "windsurf_api_key", "email": "email"}
_TIMES = {
    "lastAutocompleteUsageTime": "last_autocomplete_at",
    "lastChatUsageTime": "last_chat_at",
    "lastCommandUsageTime": "last_command_at",
    "lastUpdateTime": "last_update_at",
}
_OF_USER = ("apiKey", "email", "name", "signupTime", "activeDays", *_TIMES)
_SURFACES = ("chat", "command")
_SUM = "sum_"
_TOLD = ("date", "day", "surface", *_WHO)


@dataclass(frozen=True, slots=True)
class _File:
    """What holds for everything in one file."""

    latest: datetime
    modified: datetime
    taken: datetime
    """When the page of users was fetched."""


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: `{"queryResults": [...]}` and `{"userTableStats": [...]}`, alone, glued or one per line."""
    latest, modified, of_name = latest_time(now), modified_at(path), named_day(path)
    is_named = of_name is not None and of_name <= latest.date()
    file = _File(latest, modified, datetime.combine(of_name, time.min) if of_name and is_named else modified)
    for item in read_documents(path, SHAPE):
        if isinstance(item, Item):
            yield from _rows(item, file)
        else:
            yield item


def _rows(item: Item, file: _File) -> Iterator[Parsed]:
    lines = item.lines
    try:
        for piece in _pieces(item):
            yield _row(item, piece, lines, file)
            lines = 0
    except FieldError as error:
        yield item.rejected(error)
        return
    if lines:
        yield Blank(lines)


def _pieces(item: Item) -> list[Mapping[str, Any]]:
    """What a record counts or says of users, each by itself."""
    if not isinstance(item.value, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    if not item.value.keys() & {"responseItems", *_CASCADE, _TOOLS}:
        return [item.value]
    found = list(objects(item.value, "responseItems"))
    for kind in _CASCADE:
        runs = objects(an_object(item.value, kind), kind)
        who = {name: item.envelope[name] for name in _WHO if item.envelope.get(name)}
        if runs and not who:
            raise FieldError("missing_field", "Cascade's answer names nobody; put the user's email beside queryResults")
        found += [{"item": {"surface": kind, "date": run.get("day")} | who | dict(run)} for run in runs]
    return found


def _row(item: Item, piece: Mapping[str, Any], lines: int, file: _File) -> AggregateRecord | Reject:
    try:
        row = _count(an_object(piece, "item"), file) if "item" in piece else _user(piece, file)
    except FieldError as error:
        return Reject(item.number, item.offset, lines, error.code, error.reason, orjson.dumps(piece))
    return replace(row, line_no=item.number, lines=lines)


def _count(cells: Mapping[str, Any], file: _File) -> AggregateRecord:
    """One combination of a user, a day and what else was asked for."""
    period = Period.of_day(day(cells.get("date"), "date"))
    no_later_than(period.start, file.latest.date(), "date")
    users = named(cells, _WHO, "api_key is missing: select it in the query")
    numbers, groups = _split({name: value for name, value in cells.items() if name not in _TOLD})
    counted = [field for field in _MEASURES if field in numbers]
    measures: dict[str, int | float | None] = {
        _MEASURES[field]: cell_count(numbers.pop(field), field) for field in counted
    }
    named_after = (name for name in _SURFACES if any(name in field for field in cells))
    surface = text(cells.get("surface"), "surface") or next(named_after, "autocomplete")
    found = known({name: cell_number(value, name) for name, value in numbers.items()})
    told = replace(
        BARE,
        users=users,
        part="|".join([surface, *(f"{name}={groups[name]}" for name in sorted(groups))]),
        is_active=True if any((*measures.values(), *found.values())) else None,
        measures=measures,
        attributes=found | groups,
        coverage="active_only",
        is_final=is_settled(period, file.modified, SETTLED_AFTER_DAYS),
    )
    return in_period(told, period)


def _split(cells: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """(numbers, groups): which of the fields are numbers shows in what they hold."""
    numbers, groups = {}, {}
    for name, value in cells.items():
        written = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        if not isinstance(written, str) or not written:
            continue
        plain = name.removeprefix(_SUM)
        with suppress(FieldError):
            cell_number(written, name)
            numbers[plain] = written
        if plain in _MEASURES:
            numbers[plain] = written  # a number that is none is an error, not a group
        elif plain not in numbers:
            groups[plain] = written
    return numbers, groups


def _user(user: Mapping[str, Any], file: _File) -> AggregateRecord:
    """A member of the team and when each surface was used last."""
    users = named(user, {"apiKey": "windsurf_api_key", "email": "email"}, "apiKey and email are missing")
    times = {name: _moment(user, field, file.latest) for field, name in _TIMES.items()}
    since = _moment(user, "signupTime", file.latest)
    days = user.get("activeDays")
    row = replace(
        BARE,
        users=users,
        attributes={name: as_text(at) for name, at in times.items() if at is not None}
        | known({"seat_since_at": None if since is None else as_text(since)})
        | known({"active_days_ever": None if days is None else cell_count(str(days), "activeDays")})
        | others(user, _OF_USER),
        as_of=file.taken,
    )
    return snapshot(row, max((at for at in times.values() if at is not None), default=None), file.taken)


def _moment(user: Mapping[str, Any], name: str, latest: datetime) -> datetime | None:
    if user.get(name) in (None, ""):
        return None
    found = moment(user[name], name)
    no_later_than(found, latest, name)
    return found


def recognise(sight: Sight) -> str | None:
    """The page of users with their API keys, or items of a custom query."""
    for record in sight.records(*SHAPE.lists):
        if "apiKey" in record and record.keys() & {"activeDays", *_TIMES}:
            return "page of users"
        if isinstance(record.get("responseItems"), list):
            return "custom analytics"
        if record.keys() & {*_CASCADE, _TOOLS}:
            return "Cascade of one user"
    return None


WINDSURF = SourceFormat(
    name="windsurf",
    dataset="aggregates",
    grain="day",
    namespaces=("windsurf_api_key", "email"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Windsurf analytics",
    recognise=recognise,
    proves="Custom analytics and Cascade's answers prove use on a day and rules on counts; the page of users proves who"
    " is a member, one day of activity, and that nothing was used since. A non-user is one by the roster, and only"
    " where autocomplete, chat, command and Cascade were all fetched.",
    fields=(
        Field("responseItems.item.api_key", "users (windsurf_api_key)", "hashed; the page of users says whose it is"),
        Field("responseItems.item.date", "period_start", "a UTC day"),
        Field("responseItems.item.sum_num_acceptances", "accepted"),
        Field("responseItems.item.sum_num_lines_accepted", "lines_accepted"),
        Field("responseItems.item.sum_num_chats_received", "messages", "replies of the chat"),
        Field(
            "responseItems.item.*",
            "attributes.*, part",
            "numbers are counts; texts, such as language, tell parts apart",
        ),
        Field("queryResults", "", "the answers; an email beside it says whose Cascade it is: users (email)"),
        Field("cascadeRuns.cascadeRuns.day, cascadeLines.cascadeLines.day", "period_start"),
        Field("cascadeRuns.cascadeRuns.messagesSent", "messages"),
        Field(
            "cascadeRuns.cascadeRuns.*",
            "attributes.*, part",
            "model, mode and run tell parts apart; promptsUsed are credits",
        ),
        Field("cascadeLines.cascadeLines.linesSuggested", "lines_suggested"),
        Field("cascadeLines.cascadeLines.linesAccepted", "lines_accepted"),
        Field("cascadeToolUsage", "", "says of no day when it was"),
        Field("apiKey", "users (windsurf_api_key)"),
        Field("email", "users (email)"),
        Field("name", "", "the roster says who people are"),
        Field("signupTime", "attributes.seat_since_at"),
        Field("activeDays", "attributes.active_days_ever", "since signing up"),
        Field(
            "last*Time",
            "is_active, attributes.last_activity_at",
            "the latest of them: a use on that day; each also under its own name",
        ),
        Field("*", "attributes.*", "every other plain field of the page of users"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="Figures are renewed every three hours. Fetch the last two days again, and the page of users every day.",
)
