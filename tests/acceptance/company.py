"""Small random companies: about 150 people, three tools, eight to ten weeks, and all that goes wrong in real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.acceptance import activity, rulebooks
from tests.acceptance.parts import (
    DAY,
    Absence,
    Company,
    Outage,
    Roster,
    RosterRow,
    Seat,
    Tool,
)
from tests.judge.conditions import Binary, Both, Column, Either, Literal, OneOf
from tests.judge.language import Alternative, Selector, events

# Each place changes its clocks or keeps holidays within the ten weeks that begin on its Monday.
PLACES = (
    ("Europe/Berlin", "DE", "BW", date(2026, 3, 16)),
    ("America/New_York", "US", None, date(2026, 1, 12)),
    ("Asia/Kolkata", "IN", None, date(2026, 3, 2)),
    ("Pacific/Auckland", "NZ", None, date(2026, 3, 2)),
    ("America/Sao_Paulo", "BR", None, date(2026, 4, 6)),
)
DEPARTMENTS = ("Finance", "Claims", "R&D", "Legal")
TRIAGE, COPILOT, CLAUDE = "claims-triage", "pair-coder", "term-agent"


def make(seed: int, people: int = 150) -> Company:
    """The company of a seed: always the same one."""
    random = Random(seed)
    zone_name, country, subdivision, first_day = PLACES[seed % len(PLACES)]
    last_day = first_day + timedelta(weeks=random.choice([8, 9, 10])) - DAY
    rosters = _rosters(random, people, first_day, last_day)
    empty = Company(
        seed=seed,
        zone=ZoneInfo(zone_name),
        country=country,
        subdivision=subdivision,
        weekdays=frozenset(range(5)) if seed % 3 else frozenset({6, 0, 1, 2, 3}),
        first_day=first_day,
        as_of=last_day + DAY * random.choice([0, 1, 2, 5]),
        rosters=rosters,
        tools=(),
        absences=_absences(random, rosters, first_day, last_day),
        outages=(),
        work_items=(),
        deeds=(),
        days_of_use=(),
    )
    planned = replace(empty, tools=_tools(random, empty, last_day), outages=_outages(random, empty, last_day))
    return activity.fill(random, planned, last_day)


# --- people ----------------------------------------------------------------------------------------------------------


def _rosters(random: Random, people: int, first_day: date, last_day: date) -> tuple[Roster, ...]:
    """One roster from long before, one in mid-week with moves, leavers and newcomers."""
    early = Roster(first_day - timedelta(days=70), {})
    rows = {row.person_id: row for row in (_person(random, n, first_day, last_day) for n in range(people))}
    change = first_day + timedelta(days=random.randrange(23, 40))
    later = {key: _moved(random, row) for key, row in rows.items() if random.random() > 0.05}
    newcomers = [_person(random, people + n, first_day, last_day) for n in range(people // 15)]
    joined = {row.person_id: replace(row, eligible_from=None) for row in newcomers}
    return (replace(early, rows=rows), Roster(change, {**later, **joined}))


def _person(random: Random, number: int, first_day: date, last_day: date) -> RosterRow:
    person_id = {3: "NA", 4: "null"}.get(number, f"p-{number:04d}")
    pattern = random.choice([None, None, None, None, (0, 1, 2), (2, 3, 4), (1, 3), (5, 6)])
    span = (last_day - first_day).days
    joins, leaves = (first_day + timedelta(days=random.randrange(-7, span)) for _ in range(2))
    is_known = random.random() < 0.9
    return RosterRow(
        person_id,
        email=f"{person_id.lower()}.x{number}@corp.example",
        github_login=f"dev-{number}_corp" if is_known else None,
        upn=f"u{number}@tenant.example" if random.random() < 0.5 else None,
        slack_id=f"U0{number:05d}" if random.random() < 0.5 else None,
        department=random.choice(DEPARTMENTS),
        team=f"team {number % 7}",
        role=random.choice(["engineer", "analyst", "lead"]),
        level=random.choice([None, "junior", "senior"]),
        fte=random.choice([None, 1.0, 1.0, 0.8, 0.4]),
        weekdays=None if pattern is None else frozenset(pattern),
        eligible_from=joins if random.random() < 0.15 else None,
        eligible_to=leaves if random.random() < 0.08 and leaves > joins else None,
    )


def _moved(random: Random, row: RosterRow) -> RosterRow:
    """The person in the newer roster: mostly as before, some in another department, some with other hours."""
    if random.random() < 0.12:
        row = replace(row, department=random.choice(DEPARTMENTS))
    if random.random() < 0.05:
        row = replace(row, weekdays=frozenset(random.sample(range(5), 3)))
    return row


def _absences(random: Random, rosters: Sequence[Roster], first_day: date, last_day: date) -> tuple[Absence, ...]:
    ids = sorted({person_id for roster in rosters for person_id in roster.rows})
    found = []
    for person_id in random.sample(ids, len(ids) // 3):
        for _ in range(random.choice([1, 1, 2])):
            first = first_day + timedelta(days=random.randrange((last_day - first_day).days))
            length = random.choice([0, 1, 4, 13, 30])
            found.append(Absence(person_id, first, first + timedelta(days=length), random.choice(["leave", "sick"])))
    return tuple(found)


# --- tools -----------------------------------------------------------------------------------------------------------


def _tools(random: Random, company: Company, last_day: date) -> tuple[Tool, ...]:
    first = company.first_day
    tools = [
        Tool(
            TRIAGE,
            "human-decision",
            live_from=first + DAY * 2,
            late_days=random.choice([0, 2, 4]),
            window_weeks=4,
            min_uses=random.choice([1, 2]),
            min_available_days=random.choice([3, 5]),
            grace_days=14,
            where=Both(
                OneOf(Column("department"), (Literal("Finance"), Literal("Claims"))),
                Binary(Column("fte"), ">=", Literal(0.5)),
            ),
            uses=random.choice([None, _uses()]),
            rules=rulebooks.decisions(random, first, last_day),
        ),
        Tool(
            COPILOT,
            "github-copilot-users",
            live_from=first + DAY * random.choice([0, 3]),
            late_days=3,
            window_weeks=random.choice([2, 4]),
            min_uses=2,
            min_available_days=5,
            grace_days=random.choice([7, 14]),
            where=Either(
                Binary(Column("department"), "=", Literal("R&D")), Binary(Column("level"), "=", Literal("senior"))
            ),
            rules=rulebooks.counts(random, "prompts"),
        ),
        Tool(
            CLAUDE,
            "claude-code-analytics",
            live_from=first + DAY * 7,
            late_days=1,
            window_weeks=3,
            min_uses=1,
            min_available_days=4,
            grace_days=10,
            seats=_seats(random, company, last_day),
            rules=rulebooks.counts(random, "sessions") if random.random() < 0.5 else (),
        ),
    ]
    if random.random() < 0.3:
        named = tuple(random.sample(company.person_ids, len(company.person_ids) // 3))
        tools[2] = replace(tools[2], seats=None, named=named)
    paused = random.randrange(4)
    if paused < 3:
        tools[paused] = replace(tools[paused], paused_from=last_day - DAY * random.choice([4, 14, 18]))
    return tuple(tools)


def _uses() -> Selector:
    approved = Binary(Column("decision"), "<>", Literal("rejected"))
    return Selector((*events("evidence_opened", "sync").alternatives, Alternative(("decide",), approved)))


def _seats(random: Random, company: Company, last_day: date) -> tuple[Seat, ...]:
    """Seats for every third person: open, from a day on, for a time, taken away and given back."""
    span = (last_day - company.first_day).days
    found = []
    for person_id in random.sample(company.person_ids, len(company.person_ids) // 3):
        first, last = sorted(company.first_day + timedelta(days=random.randrange(span)) for _ in range(2))
        names_email = random.random() < 0.4
        kind = random.randrange(5)
        spans = [(None, None), (first, None), (first, last), (None, last), (None, first)][kind : kind + 1]
        if kind == 4 and last - first > DAY:
            spans.append((random.choice([first + DAY, last]), None))
        found += [Seat(person_id, names_email, *span_) for span_ in spans]
    return tuple(found)


def _outages(random: Random, company: Company, last_day: date) -> tuple[Outage, ...]:
    """Short and long ones, over midnight too, on every tool."""
    found = []
    for tool_id, number in ((TRIAGE, 4), (COPILOT, 2), (CLAUDE, 1)):
        for _ in range(number):
            day = company.first_day + timedelta(days=random.randrange(8, (last_day - company.first_day).days - 3))
            starts_at = company.instant(day, time(random.randrange(24), random.randrange(1, 60)))
            found.append(Outage(tool_id, starts_at, starts_at + timedelta(hours=random.choice([1, 7, 30, 60]))))
    return tuple(found)
