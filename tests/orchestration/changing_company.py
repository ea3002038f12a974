"""A company in which everything changes from day to day: late events, restated counts, rosters, seats, absences,
outages, trainings, work items, rules, terms, the calendar, who is who. Every change is drawn from a seed.

Runs go through the real steps and models, without Dagster.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration import steps
from orchestration.registry.restatements import decide
from orchestration.registry.scaffold import init_workspace
from orchestration.transform import run_models
from orchestration.workspace import Workspace

FIRST = date(2026, 1, 5)
UNITS = ("north", "south", "east")
TOOLS = ("claims", "assist", "chat", "seats")
OWNER = "owner: {name: Owner, email: owner@example.com}"
MODULES = ("M1", "M2")
HEADER = "cadence,period_start,period_end,email,user_status,is_active,first_day_active_in_period,"
HEADER += "last_day_active_in_period,messages\n"
CATALOGUE = "catalogue: {events: [shown, opened, decide, review, share, undo]}"
RULES = {
    "sure-enough": "kind: check, each: decide, must: confidence >= {least}, tolerate: 10%",
    "opened-first": "kind: preceded_by, each: decide, first: opened, since: shown, same: [item_id], within: 2d",
    "then-decided": "kind: followed_by, each: shown, then: decide, before: share, same: [item_id], within: 1d",
    "right-after": "kind: followed_by, each: opened, then: decide, immediately: true, within: 1d",
    "no-undo": "kind: not_followed_by, each: decide, never: undo, same: [item_id], within: 3d",
    "four-eyes": "kind: followed_by, each: decide, then: review, who: other_user, same: [item_id], within: 2d",
    "seen-before": "kind: preceded_by, each: review, first: decide, who: other_user, same: [item_id], within: 4d",
    "some-shared": 'kind: share, of: share, among: "share, decide", min: 10%, max: 90%',
    "two-days": "kind: cadence, of: decide, at_least: 2 days, per: week",
    "responds": "kind: calibrated, each: decide, accepted: \"decision = 'accepted'\", confidence: confidence,"
    " low: 0.4, high: 0.6, gap: 0.1",
    "trained-first": "kind: trained, each: decide, module: M1, valid_for: 60d",
    "few-a-day": "kind: count, per: day, of: decide, max: 2, settle: 3h",
}
RULES_OF_GROUPS = {
    "few-a-session": "kind: count, per: session, of: decide, max: 2",
    "all-items": "kind: coverage, items: claim, by: decide",
}
COMMON = "title: T, severity: major, owner: o, why: w, train: M1, examples: [], evidence: {incorrect: 2, correct: 2}"
_ASSIST_RULES = f"""\
tool: assist
catalogue: {{measures: [accepted, offered]}}
rules:
- {{id: some-kept, version: 1, kind: share, of: accepted, among: offered, min: 20%, max: 80%, {COMMON}}}
"""


@dataclass
class Company:
    """The workspace, what was changed last, and the dice."""

    workspace: Workspace
    chance: random.Random
    with_groups: bool = False
    today: date = FIRST + timedelta(days=20)
    people: dict[str, str] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=lambda: {"window": 2, "min_uses": 1})
    rule: dict[str, Any] = field(default_factory=lambda: {"version": 1, "least": 0.5})
    zone: str = "Europe/Berlin"
    confidence: str = "confidence"
    runs: int = 0
    files: int = 0
    told: list[str] = field(default_factory=list)

    @classmethod
    def found(cls, root: Path, seed: int, *, with_groups: bool = False) -> Company:
        company = cls(init_workspace(root).workspace, random.Random(seed), with_groups)
        company.people = {f"p{number}": UNITS[number % 3] for number in range(14)}
        company.write_config()
        company.write_roster(FIRST - timedelta(days=30))
        for day in range(21):
            company.write_day(FIRST + timedelta(days=day))
        company.write_seats(company.today)
        company.write_chat()
        return company

    def write_config(self) -> None:
        window, least = self.terms["window"], self.terms["min_uses"]
        terms = f"live_from: {FIRST}, window_weeks: {window}, min_uses: {least}, min_available_days: 1, grace_days: 3"
        lines = [
            f"- {{id: claims, title: T, {OWNER}, {terms}, sources: [{{format: human-decision, path: inbox/claims}}]}}",
            f"- {{id: assist, title: T, {OWNER}, {terms}, eligible: seats,"
            " sources: [{format: github-copilot-users, path: inbox/assist}]}",
            f"- {{id: chat, title: T, {OWNER}, {terms}, eligible: [p0, p1, p2, p3],"
            " sources: [{format: chatgpt-enterprise-users, path: inbox/chat}]}",
            f"- {{id: seats, title: T, {OWNER}, {terms}, eligible: seats,"
            " sources: [{format: github-copilot-seats, path: inbox/seats}]}",
        ]
        self.workspace.tools_file.write_text("\n".join(["tools:", *lines]) + "\n")
        rules = RULES | (RULES_OF_GROUPS if self.with_groups else {})
        lines = [
            f"- {{id: {rule_id}, version: {self.rule['version'] if rule_id == 'sure-enough' else 1}, {COMMON}, "
            + kind.replace("{least}", str(self.rule["least"])) + "}"
            for rule_id, kind in rules.items()
        ]  # fmt: skip
        (self.workspace.rules / "claims.yml").write_text(
            "\n".join(["tool: claims", CATALOGUE, "rules:", *lines]) + "\n"
        )
        (self.workspace.rules / "assist.yml").write_text(_ASSIST_RULES)
        self.write_calendar("2026-01-06")

    def write_calendar(self, *holidays: str) -> None:
        extra = ", ".join(f"{{date: {day}, name: N}}" for day in holidays)
        path = self.workspace.root / "config" / "calendar.yml"
        path.write_text(f"timezone: {self.zone}\nholidays: {{extra: [{extra}]}}\n")

    def file(self, folder: str, suffix: str, text: str) -> None:
        self.files += 1
        path = self.workspace.inbox / folder / f"file-{self.files}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_roster(self, day: date) -> None:
        lines = [f"{one},{one}@example.com,{one}-gh,{unit},clerk" for one, unit in sorted(self.people.items())]
        text = "\n".join(["person_id,email,github_login,department,role", *lines]) + "\n"
        (self.workspace.inbox / "people" / f"people_{day}.csv").write_text(text)

    def anybody(self) -> str:
        return self.chance.choice([*sorted(self.people), "stranger"])

    def some_day(self, most: int = 25) -> date:
        return self.today - timedelta(days=self.chance.randrange(most))

    def write_day(self, day: date, size: int = 30) -> None:
        """Events and counts of a day, some of them of days before it."""
        events = [self.event(day - timedelta(days=self.late())) for _ in range(size)]
        self.file("claims", ".jsonl", "".join(f"{json.dumps(one)}\n" for one in events))
        rows = [self.usage(day - timedelta(days=self.late())) for _ in range(6)]
        self.file("assist", ".ndjson", "".join(f"{json.dumps(one)}\n" for one in rows))

    def late(self) -> int:
        return self.chance.randrange(10) if self.chance.random() < 0.1 else 0

    def event(self, day: date, number: int | None = None) -> dict[str, Any]:
        item = f"c{self.chance.randrange(40) + 5 * (day - FIRST).days}"
        at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=15 * self.chance.randrange(96))
        name = self.chance.choice(("shown", "opened", "decide", "decide", "decide", "review", "share", "undo"))
        data: dict[str, Any] = {"user": f"{self.anybody()}@example.com", "session_id": f"s{item[:-1]}"}
        if name == "decide":
            data |= {self.confidence: self.chance.random(), "decision": self.chance.choice(("accepted", "rejected"))}
        number = number or self.chance.randrange(10**9)
        return {
            "specversion": "1.0", "id": f"e{number}", "source": "/c", "type": f"claims.{name}", "subject": item,
            "time": f"{at.isoformat()}Z", "data": data,
        }  # fmt: skip

    def usage(self, day: date) -> dict[str, Any]:
        who, offered = self.anybody(), self.chance.randrange(9)
        return {
            "day": str(day), "user_login": f"{who}-gh", "user_id": sum(who.encode()), "organization_id": "1",
            "user_initiated_interaction_count": self.chance.randrange(3), "code_generation_activity_count": offered,
            "code_acceptance_activity_count": self.chance.randrange(offered + 1),
        }  # fmt: skip

    def write_chat(self) -> None:
        """A weekly report, perhaps of a week that was reported before."""
        start = FIRST - timedelta(days=1) + timedelta(weeks=self.chance.randrange((self.today - FIRST).days // 7))
        lines = []
        for one in ("p0", "p1", "p2", "p3")[: self.chance.randrange(2, 5)]:
            active = self.chance.random() < 0.5
            day = str(start + timedelta(days=self.chance.randrange(7))) if active and self.chance.random() < 0.7 else ""
            lines.append(f"Weekly,{start},{start + timedelta(6)},{one}@example.com,enabled,{active},{day},{day},1")
        self.file("chat", ".csv", HEADER + "\n".join(lines) + "\n")

    def write_seats(self, day: date) -> None:
        holders = [one for one in sorted(self.people) if self.chance.random() < 0.6]
        last = [f"{self.some_day(40)}T08:00:00Z" if self.chance.random() < 0.6 else None for _ in holders]
        seats = [
            {
                "created_at": f"{FIRST}T00:00:00Z", "updated_at": f"{day}T00:00:00Z", "last_activity_at": at,
                "last_activity_editor": "x", "plan_type": "business",
                "assignee": {"login": f"{one}-gh", "type": "User"},
            }
            for one, at in zip(holders, last, strict=True)
        ]  # fmt: skip
        path = self.workspace.inbox / "seats" / f"seats_{day}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"total_seats": len(seats), "seats": seats}))
        entries = [f"{one}@example.com,{self.some_day(40)}," for one in holders]
        listed = self.workspace.inbox / "eligible" / f"assist_{day}.csv"
        listed.parent.mkdir(exist_ok=True)
        listed.write_text("\n".join(["email,from,to", *entries]) + "\n")

    def change(self) -> list[str]:
        """Some of all changes; their names."""
        chosen = [change for change in CHANGES if self.chance.random() < 0.15] or [self.chance.choice(CHANGES)]
        if self.chance.random() < 0.1:
            chosen.append(self.chance.choice(OF_ALL_TIME))
        for change in chosen:
            change(self)
        return [change.__name__ for change in chosen]

    def run(self, *, full: bool = False) -> str:
        """Run as if today were over; the publication's id."""
        self.runs += 1
        run_id = f"run-{self.runs:03}"
        steps.load_rule_book(self.workspace, run_id, self.today.isoformat(), full=full)
        steps.load_people(self.workspace)
        for tool in TOOLS:
            steps.load_logs(self.workspace, tool)
        steps.judge_as_before(self.workspace, self.told.append)
        run_models(self.workspace).raise_if_failed()
        steps.publish(self.workspace, run_id)
        return run_id


def _late_events(company: Company) -> None:
    events = [company.event(company.some_day()) for _ in range(5)]
    company.file("claims", ".jsonl", "".join(f"{json.dumps(one)}\n" for one in events))


def _restated_events(company: Company) -> None:
    """The same records again with another content, time and item."""
    files = sorted((company.workspace.inbox / "claims").glob("*.jsonl"))
    known = [json.loads(line)["id"] for line in company.chance.choice(files).read_text().splitlines()[:4]]
    events = [company.event(company.some_day()) | {"id": one} for one in known]
    company.file("claims", ".jsonl", "".join(f"{json.dumps(one)}\n" for one in events))


def _restated_counts(company: Company) -> None:
    rows = [company.usage(company.some_day()) for _ in range(6)]
    company.file("assist", ".ndjson", "".join(f"{json.dumps(one)}\n" for one in rows))


def _roster(company: Company) -> None:
    for one in sorted(company.people):
        if company.chance.random() < 0.1:
            del company.people[one]
        elif company.chance.random() < 0.15:
            company.people[one] = company.chance.choice(UNITS)
    company.people[f"n{company.chance.randrange(100)}"] = company.chance.choice(UNITS)
    company.write_roster(company.some_day())


def _seats(company: Company) -> None:
    company.write_seats(company.today)


def _chat(company: Company) -> None:
    company.write_chat()


def _absence(company: Company) -> None:
    first = company.some_day()
    last = first + timedelta(days=company.chance.randrange(9))
    company.file("absences", ".csv", f"person_id,from,to,kind\n{company.anybody()},{first},{last},leave\n")


def _outage(company: Company) -> None:
    at = company.some_day()
    tool = company.chance.choice(TOOLS)
    company.file("outages", ".csv", f"tool_id,from,to\n{tool},{at}T08:00:00Z,{at + timedelta(1)}T12:00:00Z\n")


def _drift(company: Company) -> None:
    """From now on the events name a field otherwise, or as they did before."""
    company.confidence = "score" if company.confidence == "confidence" else "confidence"


def _training(company: Company) -> None:
    module = company.chance.choice(MODULES)
    lines = f"{company.anybody()}@example.com,{module},{company.some_day(60)}T12:00:00Z\n"
    company.file("training", ".csv", f"email,module,completed_at\n{lines}")


def _work_items(company: Company) -> None:
    lines = []
    for _ in range(3):
        opened = company.some_day()
        closed = f"{opened + timedelta(days=3)}T16:00:00Z" if company.chance.random() < 0.7 else ""
        item = f"c{company.chance.randrange(60)}"
        lines.append(f"{item},{company.anybody()},claims,claim,{opened}T08:00:00Z,{closed}")
    company.file("work_items", ".csv", "item_id,person_id,tool_id,kind,opened_at,closed_at\n" + "\n".join(lines) + "\n")


def _new_version(company: Company) -> None:
    company.rule |= {"version": company.rule["version"] + 1, "least": company.chance.choice((0.3, 0.5, 0.7))}
    company.write_config()


def _restated_rule(company: Company) -> None:
    decide(company.workspace, ("sure-enough", company.rule["version"]), company.some_day(), "")


def _terms(company: Company) -> None:
    company.terms |= {"window": company.chance.choice((1, 2, 4)), "min_uses": company.chance.choice((1, 2))}
    company.write_config()


def _holiday(company: Company) -> None:
    company.write_calendar("2026-01-06", str(company.some_day()))


def _zone(company: Company) -> None:
    company.zone = company.chance.choice(("UTC", "America/New_York", "Europe/Berlin"))
    company.write_config()


def _who_is_who(company: Company) -> None:
    """From now on a stranger's address is somebody's own second one."""
    company.people["stranger"] = company.chance.choice(UNITS)
    company.write_roster(company.some_day())
    del company.people["stranger"]


CHANGES: tuple[Callable[[Company], None], ...] = (
    _late_events, _restated_events, _restated_counts, _roster, _seats, _chat, _absence, _outage, _drift, _training,
    _work_items, _holiday, _who_is_who,
)  # fmt: skip
OF_ALL_TIME: tuple[Callable[[Company], None], ...] = (_new_version, _restated_rule, _terms, _zone)
"""After these everything is built anew, so they are rare."""
