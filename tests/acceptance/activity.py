"""What the people of a random company did with its tools: habits first, then events and days drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from orchestration.judging import CaseEvent
from tests.acceptance.parts import DAY, Company, DayOfUse, Deed, RosterRow, Tool, WorkItem, days
from tests.acceptance.rulebooks import EVIDENCE_WITHIN, REOPEN_WITHIN, REVIEW_WITHIN

AMOUNTS = (200, 999, 1000, 4000, 10_000, 25_000)
STEP = timedelta(minutes=7)
HABITS = ("never", "tried", "lapsed", "late", "rare", "good", "good", "good", "hasty", "loner", "sloppy", "stubborn")


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody uses a tool: on which share of days, between which, and how carelessly."""

    kind: str
    share: float
    first: date
    last: date

    def is_on(self, random: Random, day: date) -> bool:
        return self.first <= day <= self.last and random.random() < self.share


@dataclass(slots=True)
class Draft:
    """An event before it has a number and a rank."""

    name: str
    at: datetime
    person_id: str | None
    user: str | Mapping[str, str]
    fields: Mapping[str, object]
    actor_type: str = "human"


def fill(random: Random, company: Company, last_day: date) -> Company:
    """The company with everything that happened in it up to its last day."""
    ends_at = company.instant(last_day - DAY * random.choice([0, 0, 2]), time(23, 40))
    drafts = [one for one in _cases(random, company, last_day) if one.at <= ends_at]
    drafts += list(_strangers(random, company, last_day, ends_at))
    deeds = _ranked(random, drafts)
    used = [one for tool in company.tools if tool.is_daily for one in _days(random, company, tool, last_day)]
    done = replace(company, deeds=deeds, days_of_use=tuple(used))
    return replace(done, work_items=_work_items(random, done) if random.random() < 0.5 else ())


def _habit(random: Random, tool: Tool, last_day: date) -> Habit:
    kind = random.choice(HABITS)
    early, late = tool.live_from - DAY * (2 if tool.is_daily else 0), last_day
    if kind == "tried":
        early = late = tool.live_from + DAY * random.randrange((last_day - tool.live_from).days)
    elif kind == "lapsed":
        late = early + DAY * random.randrange(3, 25)
    elif kind == "late":
        early = last_day - DAY * random.randrange(5, 25)
    share = {"never": 0.0, "tried": 1.0, "rare": 0.08}.get(kind, random.choice([0.25, 0.4, 0.7]))
    return Habit(kind, share, early, late)


# --- events ----------------------------------------------------------------------------------------------------------


def _cases(random: Random, company: Company, last_day: date) -> Iterator[Draft]:
    tool = next(one for one in company.tools if not one.is_daily)
    habits = {person_id: _habit(random, tool, last_day) for person_id in company.person_ids}
    number = 0
    for person_id, habit in habits.items():
        for day in days(tool.live_from, last_day):
            rate = 0.15 if day.weekday() > 4 else 1.0
            if company.row_on(person_id, day) is None or not habit.is_on(random, day) or random.random() > rate:
                continue
            for _ in range(random.choice([1, 1, 2]) if habit.kind != "tried" else 1):
                number += 1
                yield from _Case(random, company, person_id, habit.kind, f"c{number}").drafts(day)
    yield from _before_live(random, company, tool)


class _Case:
    """One claim and what its handler, a reviewer and bad luck make of it."""

    def __init__(self, random: Random, company: Company, person_id: str, kind: str, claim: str) -> None:
        self.random, self.company, self.person_id, self.kind, self.claim = random, company, person_id, kind, claim
        self.amount = None if random.random() < 0.03 else float(random.choice(AMOUNTS))

    def drafts(self, day: date) -> Iterator[Draft]:
        random = self.random
        shown_at = self._start(day)
        decided_at = shown_at + STEP * random.randrange(1, 20)
        yield from self._one("recommendation_shown", shown_at)
        if random.random() < 0.1:
            decided_at += timedelta(days=random.choice([0, 1]), hours=20)
        yield from self._evidence(shown_at, decided_at)
        decision = self._decision()
        yield from self._one("decide", decided_at, fields=decision)
        if decision["decision"] == "accepted" and (self.amount or 0) >= 10_000:
            yield from self._review(decided_at)
        if random.random() < (0.5 if self.kind == "sloppy" else 0.04):
            lag = random.choice([timedelta(), timedelta(days=2), REOPEN_WITHIN, REOPEN_WITHIN + timedelta(seconds=1)])
            yield from self._one("reopen", decided_at + lag)

    def _start(self, day: date) -> datetime:
        """Mostly office hours; sometimes midnight to the second, sometimes deep in the night."""
        random, draw = self.random, self.random.random()
        if draw < 0.04:
            return self.company.instant(day)
        hour = random.randrange(24) if draw < 0.15 else random.randrange(8, 18)
        return self.company.instant(day, time(hour, random.randrange(60), random.randrange(60)))

    def _evidence(self, shown_at: datetime, decided_at: datetime) -> Iterator[Draft]:
        draw = self.random.random()
        if (self.kind == "hasty" and draw < 0.7) or draw < 0.03:
            if draw < 0.02:
                yield from self._one("evidence_opened", decided_at + STEP)
            return
        at = shown_at + (decided_at - shown_at) / 2
        at = {0: decided_at, 1: decided_at - EVIDENCE_WITHIN, 2: shown_at - STEP}.get(self.random.randrange(25), at)
        yield from self._one("evidence_opened", at.replace(microsecond=0))

    def _decision(self) -> dict[str, object]:
        random = self.random
        likely = {"stubborn": [0.1, 0.1, 0.8]}.get(self.kind, [0.6, 0.2, 0.2])
        slow = 0.2 if self.kind == "sloppy" else 0.93
        return {
            "decision": random.choices(["accepted", "rejected", "overridden"], likely)[0],
            "dwell_s": None if random.random() < 0.05 else 8.5 if random.random() < slow else 1.25,
            "reason": random.choice([None, "typo", "NA", "Größe"]),
        }

    def _review(self, decided_at: datetime) -> Iterator[Draft]:
        draw, lag = self.random.random(), timedelta(hours=self.random.randrange(1, 50))
        lag = {0: timedelta(), 1: REVIEW_WITHIN, 2: REVIEW_WITHIN + timedelta(seconds=1)}.get(int(draw * 60), lag)
        if self.kind == "loner":
            yield from self._one("second_review", decided_at + lag)
        if self.kind != "loner" or draw < 0.6:
            others = [one for one in self.company.person_ids if one != self.person_id]
            yield from self._one("second_review", decided_at + lag, by=self.random.choice(others))

    def _one(
        self, name: str, at: datetime, by: str | None = None, fields: Mapping[str, object] | None = None
    ) -> Iterator[Draft]:
        """The event, unless whoever does it is not on the roster by then."""
        person_id = by or self.person_id
        row = self.company.row_on(person_id, self.company.local_day(at))
        if row is not None and at >= self.company.instant(self.company.first_day):
            known = {"claim_id": self.claim, "amount": self.amount, **(fields or {})}
            found = {key: value for key, value in known.items() if value is not None}
            yield Draft(name, at, person_id, _naming(self.random, row), found)


def _naming(random: Random, row: RosterRow) -> str | Mapping[str, str]:
    """One of the ways in which a line can name this person."""
    names: list[str | Mapping[str, str]] = [row.email, row.email.upper(), {"namespace": "email", "value": row.email}]
    if row.upn:
        names.append({"namespace": "upn", "value": row.upn})
    if row.slack_id:
        names.append({"namespace": "slack_id", "value": row.slack_id})
    return random.choice(names)


def _before_live(random: Random, company: Company, tool: Tool) -> Iterator[Draft]:
    """Decisions of people before the tool was live; they are nobody's use and nobody's breach."""
    for person_id in random.sample(company.person_ids, 20):
        row = company.row_on(person_id, company.first_day)
        if row is not None:
            at = company.instant(tool.live_from) - timedelta(minutes=random.randrange(1, 2000))
            fields = {"claim_id": f"early-{person_id}", "amount": 20_000.0, "decision": "accepted", "dwell_s": 1.0}
            yield Draft("decide", at, person_id, row.email, fields)


def _strangers(random: Random, company: Company, last_day: date, ends_at: datetime) -> Iterator[Draft]:
    """Events of people that no roster knows, of service accounts, and of robots in a person's name."""
    tool = company.tools[0]
    for number in range(120):
        at = company.instant(tool.live_from) + STEP * random.randrange((last_day - tool.live_from).days * 200)
        fields = {"claim_id": f"x{number}", "amount": 20_000.0, "decision": "accepted"}
        person_id = random.choice(company.person_ids)
        row = company.row_on(person_id, company.local_day(at))
        if number % 3 == 0:
            yield Draft("decide", min(at, ends_at), None, f"guest{number % 9}@vendor.example", fields)
        elif number % 3 == 1:
            yield Draft(
                "decide", min(at, ends_at), None, {"namespace": "email", "value": "bot@corp.example"}, fields, "service"
            )
        elif row is not None:
            yield Draft("sync", min(at, ends_at), person_id, row.email, {"claim_id": f"x{number}"}, "service")


def _ranked(random: Random, drafts: list[Draft]) -> tuple[Deed, ...]:
    """Numbered in their order. Either the source counts its events or it does not."""
    has_seq = random.random() < 0.5
    drafts.sort(key=lambda one: one.at)
    seqs = [random.randrange(3) if has_seq else None for _ in drafts]
    ranks = {
        key: n for n, key in enumerate(sorted({(one.at, seq or 0) for one, seq in zip(drafts, seqs, strict=True)}))
    }
    return tuple(
        Deed(
            CaseEvent(
                f"e{number}",
                one.name,
                one.at,
                one.person_id,
                ranks[one.at, seq or 0],
                one.actor_type,
                fields=one.fields,
            ),
            one.user,
            seq,
            is_begun_by_tool=one.name == "recommendation_shown",
        )
        for number, (one, seq) in enumerate(zip(drafts, seqs, strict=True))
    )


def _work_items(random: Random, company: Company) -> tuple[WorkItem, ...]:
    """Claims assigned to most who decided, and to some who never did; opened and closed within an hour."""
    tool = company.tools[0]
    found = []
    for person_id in random.sample(company.person_ids, len(company.person_ids) // 2):
        for number in range(random.choice([1, 3])):
            day = tool.live_from + DAY * random.randrange((company.as_of - tool.live_from).days - 7)
            opened_at = company.instant(day, time(10, number))
            item = f"w-{person_id}-{number}"
            found.append(WorkItem(item, person_id, tool.tool_id, opened_at, opened_at + timedelta(minutes=40)))
    return tuple(found)


# --- daily counts ----------------------------------------------------------------------------------------------------


def _days(random: Random, company: Company, tool: Tool, last_day: date) -> Iterator[DayOfUse]:
    last = last_day - DAY * random.choice([0, 0, 1])
    for person_id in company.person_ids:
        habit = _habit(random, tool, last)
        for day in days(company.first_day, last):
            row = company.row_on(person_id, day)
            if row is not None and habit.is_on(random, day) and (tool.source_format[0] == "c" or row.github_login):
                yield DayOfUse(tool.tool_id, person_id, day, _measures(random, tool, habit.kind))
    for number in range(40):
        day = company.first_day + DAY * random.randrange((last - company.first_day).days)
        yield DayOfUse(tool.tool_id, None, day, {**_measures(random, tool, "good"), "stranger": number})
    yield DayOfUse(tool.tool_id, None, last, {**_measures(random, tool, "good"), "stranger": 40})


def _measures(random: Random, tool: Tool, kind: str) -> dict[str, int]:
    """Counts of a day; Copilot's may all be zero, for somebody who only opened the chat."""
    offered = random.choice([0, 1, 6, 12, 30])
    share = {"hasty": 0.95, "stubborn": 0.03}.get(kind, 0.4)
    accepted = sum(random.random() < share for _ in range(offered))
    asked = random.choice([0, 1, 3, 9]) if tool.source_format.startswith("github") else random.choice([1, 2, 4])
    name = "prompts" if tool.source_format.startswith("github") else "sessions"
    return {name: asked, "offered": offered, "accepted": accepted}
