"""`github-copilot-users`: GitHub Copilot's user-level usage metrics, one row per user and day.

Traps that this reader knows:
- Rows exist only for users with activity, so a row with zero counters is still a use (of the CLI, of the agent).
- Prompts of the CLI are partly inside the totals and partly not; they stay measures of their own and are never added.
- Agent edits are never "accepted", so acceptance is only meaningful per feature: `<feature>_offered`, `_accepted`.
- A user who is in several organisations and in the enterprise report has a row in each: one scope is preferred.
- A flag that is absent is unknown, not false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import (
    FieldError,
    count,
    day,
    flag,
    latest_time,
    moment,
    no_later_than,
    number,
    text,
    wrong_type,
)
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import DAY, Period, is_settled, modified_at
from orchestration.sources.records import AggregateRecord, Identity, Parsed
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("day_totals", "user_totals"), marks=frozenset({"user_login", "login", "user_id"}))
SETTLED_AFTER_DAYS = 3

_MEASURES = {
    "prompts": "user_initiated_interaction_count",
    "offered": "code_generation_activity_count",
    "accepted": "code_acceptance_activity_count",
    "lines_suggested": "loc_suggested_to_add_sum",
    "lines_added": "loc_added_sum",
    "lines_removed": "loc_deleted_sum",
}
_FEATURE = ("prompts", "offered", "accepted")
_CLI = {"cli_prompts": "prompt_count", "cli_sessions": "session_count", "cli_requests": "request_count"}
_CLI_TOKENS = {"cli_input_tokens": "prompt_tokens_sum", "cli_output_tokens": "output_tokens_sum"}
_SCOPES = (("enterprise", 0), ("organization", 1))
"""The enterprise report covers every organisation of a user, so its rows win."""


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The rows of one file: NDJSON, an array, an object around `day_totals` or `user_totals`, glued objects."""
    latest, modified = latest_time(now).date(), modified_at(path)
    for item in read_documents(path, SHAPE):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield _record(item, latest, modified)
        except FieldError as error:
            yield item.rejected(error)


def _record(item: Item, latest: date, modified: datetime) -> AggregateRecord:
    row, envelope = _row(item.value), item.envelope
    users = _users(row)
    period = _period(row, envelope)
    no_later_than(period.start, latest, "day")
    scope, rank = _scope(row, envelope)
    as_of = _as_of(row, envelope, latest)
    return AggregateRecord(
        line_no=item.number,
        lines=item.lines,
        key=(*_person(users), period.grain, period.start.isoformat(), ""),
        users=users,
        actor_type="human",
        part="",
        scope=scope,
        scope_rank=rank,
        grain=period.grain,
        period_start=period.start,
        period_end=period.end,
        is_active=count(row.get("total_active_days"), "total_active_days") != 0,
        measures={name: count(row.get(field), field) for name, field in _MEASURES.items()},
        currency=None,
        attributes=_attributes(row),
        coverage="active_only",
        as_of=as_of,
        is_final=is_settled(period, as_of or modified, SETTLED_AFTER_DAYS),
    )


def _row(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    if "download_links" in value:
        raise FieldError("unknown_shape", "these are links to a report, not the report; fetch the linked files")
    return value


def _users(row: Mapping[str, Any]) -> tuple[Identity, ...]:
    login = text(row.get("user_login", row.get("login")), "user_login")
    number_ = text(row.get("user_id"), "user_id")
    found = (("github_login", login), ("github_id", number_))
    users = tuple(Identity(namespace, value) for namespace, value in found if value)
    if not users:
        raise FieldError("missing_field", "user_login and user_id are missing; totals without users are not read")
    return users


def _person(users: tuple[Identity, ...]) -> tuple[str, str]:
    """The part of the key that says who: the login, which is unique on the host, else the numeric id.

    Not the id first: the vendor's own recorded reports repeat one id under two logins.
    """
    return users[0].namespace, users[0].value.casefold()


def _period(row: Mapping[str, Any], envelope: Mapping[str, Any]) -> Period:
    own = row.get("day") or envelope.get("report_day")
    if own is not None:
        return Period.of_day(day(own, "day"))
    first, last = envelope.get("report_start_day"), envelope.get("report_end_day")
    if first is None or last is None:
        raise FieldError("missing_field", "day is missing, and the report does not say which days it covers")
    return Period.of_days(day(first, "report_start_day"), day(last, "report_end_day"))


def _scope(row: Mapping[str, Any], envelope: Mapping[str, Any]) -> tuple[str, int]:
    """An organisation's report names the enterprise too; the enterprise's own names no organisation."""
    for kind, rank in reversed(_SCOPES):
        name = f"{kind}_id"
        found = text(row.get(name, envelope.get(name)), name)
        if found:
            return f"{kind}:{found}", rank
    return "", len(_SCOPES)


def _as_of(row: Mapping[str, Any], envelope: Mapping[str, Any], latest: date) -> datetime | None:
    """When the report was made: as it says, else the day after the last day it covers; None when it does not say.

    Unreadable or future times of the report are passed over: they must not cost its rows.
    """
    with suppress(FieldError):
        found = moment(envelope.get("created_at"), "created_at")
        no_later_than(found.date(), latest, "created_at")
        return found
    for last in (row.get("report_end_day"), envelope.get("report_end_day"), envelope.get("report_day")):
        with suppress(FieldError):
            end = Period.of_day(day(last, "report_end_day")).end
            no_later_than(end, latest + DAY, "report_end_day")
            return datetime.combine(end, datetime.min.time())
    return None


def _attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in _KNOWN or name.startswith("totals_by_"):
            continue
        if name.startswith("used_"):
            found[name] = flag(value, name)
        elif name == "ai_adoption_phase" and isinstance(value, dict):
            found[name] = number(value.get("phase_number"), "ai_adoption_phase.phase_number")
        elif not isinstance(value, dict | list):
            found[name] = value
    found |= _features(row) | _cli(row)
    return {name: value for name, value in found.items() if value is not None}


_KNOWN = frozenset(_MEASURES.values()) | {
    "user_login",
    "login",
    "user_id",
    "day",
    "organization_id",
    "enterprise_id",
    "report_start_day",
    "report_end_day",
}


def _features(row: Mapping[str, Any]) -> dict[str, int | None]:
    """`<feature>_prompts`, `_offered`, `_accepted`; a feature that stands there twice is summed."""
    found: dict[str, int | None] = {}
    for entry in _list(row, "totals_by_feature"):
        feature = text(entry.get("feature"), "totals_by_feature.feature")
        for measure in _FEATURE if feature else ():
            amount = count(entry.get(_MEASURES[measure]), f"totals_by_feature.{_MEASURES[measure]}")
            if amount is not None:
                found[f"{feature}_{measure}"] = (found.get(f"{feature}_{measure}") or 0) + amount
    return found


def _list(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise wrong_type(name, "a list of objects", value)
    return value


def _cli(row: Mapping[str, Any]) -> dict[str, int | None]:
    cli = row.get("totals_by_cli")
    if cli is None:
        return {}
    if not isinstance(cli, dict):
        raise wrong_type("totals_by_cli", "an object", cli)
    tokens = cli.get("token_usage")
    tokens = tokens if isinstance(tokens, dict) else {}
    own = {name: count(cli.get(field), f"totals_by_cli.{field}") for name, field in _CLI.items()}
    return own | {name: count(tokens.get(field), f"token_usage.{field}") for name, field in _CLI_TOKENS.items()}


_COUNTS = frozenset(_MEASURES.values()) | {"totals_by_ide", "totals_by_cli", "totals_by_feature"}


def recognise(sight: Sight) -> str | None:
    """A row names a user by login and counts activity, by day or for the report's days."""
    for row in sight.records(*SHAPE.lists):
        if row.keys() & {"user_login", "login"} and row.keys() & _COUNTS:
            return "user report by day" if "day" in row else "user report of a period"
    return None


GITHUB_COPILOT_USERS = SourceFormat(
    name="github-copilot-users",
    dataset="aggregates",
    grain="day",
    namespaces=("github_login", "github_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="GitHub Copilot user metrics",
    recognise=recognise,
    proves="It proves use on a day and rules on counts and features; it lists active users only, so a non-user is one"
    " by the roster or the seats.",
    fields=(
        Field("day", "period_start", "a UTC day"),
        Field("user_login, login", "users (github_login)"),
        Field("user_id", "users (github_id)"),
        Field("organization_id", "scope"),
        Field("enterprise_id", "scope", "the enterprise's report wins over its organisations'"),
        Field("user_initiated_interaction_count", "prompts"),
        Field("code_generation_activity_count", "offered"),
        Field("code_acceptance_activity_count", "accepted", "inserting and copying count too; agent edits never do"),
        Field("loc_suggested_to_add_sum", "lines_suggested"),
        Field("loc_added_sum", "lines_added"),
        Field("loc_deleted_sum", "lines_removed"),
        Field("used_*", "attributes.used_*", "absent is unknown, not false"),
        Field("ai_adoption_phase", "attributes.ai_adoption_phase", "its phase_number"),
        Field("total_active_days", "is_active, attributes.total_active_days", "of reports over a period"),
        Field(
            "totals_by_feature",
            ", ".join(f"attributes.<feature>_{measure}" for measure in _FEATURE),
        ),
        Field(
            "totals_by_cli",
            ", ".join(f"attributes.{name}" for name in (*_CLI, *_CLI_TOKENS)),
            "overlaps the totals: never added to them",
        ),
        Field("totals_by_*", "", "the same counts cut by editor, language and model"),
        Field("report_day", "period_start", "for rows without a day of their own"),
        Field("report_start_day", "period_start", "for rows without a day of their own"),
        Field("report_end_day", "period_end, as_of"),
        Field("created_at", "as_of"),
        Field("*", "attributes.*", "every other plain field, such as ai_credits_used"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="A day is final after three full UTC days. Fetch the last four days again; history goes back a year.",
)
