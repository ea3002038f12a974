"""`github-copilot-seats`: the pages of the Copilot seats API: who holds a seat, and when each was last active.

Traps that this reader knows:
- It is a snapshot without a date: it was taken on the day its file is named after, else when the file was written.
- The last activity counts merely receiving a suggestion, comes up to a day late, and is null after 90 days.
- An enterprise's answer repeats a person for every organisation that assigned a seat: all are kept, the latest counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import BARE, JSON_SUFFIXES, in_period, known, named, others, read_aggregates
from orchestration.sources.documents import Item, Shape
from orchestration.sources.fields import latest_time, moment, no_later_than, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.periods import Period, is_settled, modified_at, named_day
from orchestration.sources.records import AggregateRecord, Parsed
from orchestration.sources.review_values import an_object
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("seats",), marks=frozenset({"assignee", "last_activity_at", "last_activity_editor", "plan_type"}))
REACH_DAYS = 90
"""How far back the vendor looks for a last activity."""

SETTLED_AFTER_DAYS = 1
_TIMES = {"created_at": "seat_since_at", "last_authenticated_at": "last_authenticated_at"}
_KNOWN = ("last_activity_at", *_TIMES, "updated_at", "last_activity_editor")


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The seats of one file: pages `{"seats": [...]}`, alone, glued or one per line, or bare seats."""
    latest = latest_time(now)
    day = named_day(path)
    said = None if day is None or day > latest.date() else datetime.combine(day, time.min)
    taken = said or modified_at(path)

    def build(seat: Mapping[str, Any], _item: Item) -> Iterator[AggregateRecord]:
        yield snapshot(replace(_seat(seat, latest), as_of=said), _moment(seat, "last_activity_at", latest), taken)

    return read_aggregates(path, SHAPE, build)


def snapshot(row: AggregateRecord, last_activity_at: datetime | None, taken: datetime) -> AggregateRecord:
    """A seat as it stood at `taken`: active or not in the days that the vendor looks back on."""
    period = Period.looking_back(taken, REACH_DAYS)
    times = {"last_activity_at": None if last_activity_at is None else as_text(last_activity_at)}
    return in_period(
        replace(
            row,
            is_active=period.holds(last_activity_at),
            attributes=known(times | row.attributes),
            coverage="licensed_only",
            is_final=is_settled(period, taken, SETTLED_AFTER_DAYS),
        ),
        period,
        row.scope,
    )


def as_text(at: datetime) -> str:
    """A UTC time as attributes carry it."""
    return f"{at.isoformat()}Z"


def _seat(seat: Mapping[str, Any], latest: datetime) -> AggregateRecord:
    assignee = an_object(seat, "assignee")
    users = named(assignee, {"login": "github_login", "id": "github_id"}, "assignee.login and assignee.id are missing")
    team, organisation = an_object(seat, "assigning_team"), an_object(seat, "organization")
    owner = text(organisation.get("login") or organisation.get("id"), "organization.login")
    times = {name: _moment(seat, field, latest) for field, name in _TIMES.items()}
    slug = text(team.get("slug") or team.get("id"), "assigning_team.slug")
    attributes = {name: as_text(at) for name, at in times.items() if at is not None}
    attributes |= known({"assigning_team": slug, "editor": text(seat.get("last_activity_editor"), "editor")})
    return replace(
        BARE,
        users=users,
        actor_type="human" if assignee.get("type") in (None, "User") else "service",
        part=slug or "",
        scope=f"organization:{owner}" if owner else "",
        attributes=attributes | others(seat, _KNOWN),
    )


def _moment(seat: Mapping[str, Any], name: str, latest: datetime) -> datetime | None:
    value = seat.get(name)
    if value is None:
        return None
    found = moment(value, name)
    no_later_than(found, latest, name)
    return found


def recognise(sight: Sight) -> str | None:
    """A seat has an assignee and a plan or a last activity."""
    for seat in sight.records(*SHAPE.lists):
        if isinstance(seat.get("assignee"), dict) and seat.keys() & (SHAPE.marks - {"assignee"}):
            return "seats of an enterprise" if "organization" in seat else "seats of an organisation"
    return None


GITHUB_COPILOT_SEATS = SourceFormat(
    name="github-copilot-seats",
    dataset="aggregates",
    grain="snapshot",
    namespaces=("github_login", "github_id"),
    coverage="licensed_only",
    can_prove=False,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="GitHub Copilot seats",
    recognise=recognise,
    proves="It proves who holds a seat, one day of activity per person, and that a seat has not been used since its"
    " last activity or for 90 days; it cannot prove correct or incorrect use. With `eligible: seats` its seat holders"
    " are the people meant to use the tool.",
    fields=(
        Field("assignee.login", "users (github_login)"),
        Field("assignee.id", "users (github_id)"),
        Field("assignee.type", "actor_type", "User is human, anything else a service"),
        Field("assignee.*", "", "links and pictures of the account"),
        Field(
            "last_activity_at",
            "is_active, attributes.last_activity_at",
            "a use on that day; merely receiving a suggestion counts; null after 90 days without one",
        ),
        Field("last_activity_editor", "attributes.editor"),
        Field("last_authenticated_at", "attributes.last_authenticated_at", "signing in is no use"),
        Field("created_at", "attributes.seat_since_at", "since when the seat is held"),
        Field("pending_cancellation_date", "attributes.pending_cancellation_date", "may still be withdrawn"),
        Field("plan_type", "attributes.plan_type"),
        Field("assigning_team.slug", "part, attributes.assigning_team"),
        Field("assigning_team.*", "", "the slug names the team"),
        Field("organization.login", "scope", "a person has a row for every organisation that assigned a seat"),
        Field("organization.*", "", "the login names the organisation"),
        Field("updated_at", "", "when the seat's own record changed, not its use"),
        Field("total_seats", "", "what the rows add up to"),
        Field("*", "attributes.*", "every other plain field"),
    ),
    late_days=SETTLED_AFTER_DAYS,
    lateness="A last activity comes up to 24 hours late. Take a snapshot every day: each shows one day of activity.",
)
