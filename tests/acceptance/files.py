"""Writes a company as the files of the contract, with the noise of real deliveries, and counts every line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

from tests.acceptance.parts import WEEKDAYS, Company, DayOfUse, Deed, Lines, Roster, Tool, monday_of
from tests.acceptance.rulebooks import ATTRIBUTES, EVENTS

OWNER = {"name": "Olga Owner", "email": "olga@corp.example"}


def write(company: Company, workspace: Path) -> dict[str, Lines]:
    """Everything into a workspace that `takeup init` has made. Where each tool's lines must end up."""
    _write_config(company, workspace / "config")
    inbox = workspace / "inbox"
    for roster in company.rosters:
        _csv(inbox / "people" / f"people_{roster.effective}.csv", _people(roster))
    _write_calendars(company, inbox)
    random = Random(company.seed + 1)
    writers: Mapping[str, type[_Decisions | _Copilot | _Claude]] = {
        "human-decision": _Decisions,
        "github-copilot-users": _Copilot,
        "claude-code-analytics": _Claude,
    }
    return {
        tool.tool_id: writers[tool.source_format](random, company, tool, inbox / tool.tool_id).write()
        for tool in company.tools
    }


# --- configuration ---------------------------------------------------------------------------------------------------


def _write_config(company: Company, config: Path) -> None:
    _yaml(config / "tools.yml", {"tools": [_tool(tool, company) for tool in company.tools]})
    country = {"country": company.country}
    if company.subdivision:
        country["subdivision"] = company.subdivision
    calendar = {"timezone": company.zone.key, "working_days": _weekdays(company.weekdays), "holidays": country}
    _yaml(config / "calendar.yml", calendar)
    for tool in company.tools:
        if tool.rules:
            _yaml(config / "rules" / f"{tool.tool_id}.yml", _rule_file(tool))


def _tool(tool: Tool, company: Company) -> dict[str, Any]:
    source = {"format": tool.source_format, "path": f"inbox/{tool.tool_id}", "late_days": tool.late_days}
    said = {
        "id": tool.tool_id,
        "title": tool.tool_id.title(),
        "owner": dict(OWNER),
        "escalation": {"email": "head@corp.example"},
        "live_from": tool.live_from.isoformat(),
        "sources": [source],
        "eligible": _eligible(tool, company),
        "uses": tool.uses and tool.uses.written(),
        "work_items": any(one.tool_id == tool.tool_id for one in company.work_items) or None,
        "min_uses": tool.min_uses,
        "window_weeks": tool.window_weeks,
        "min_available_days": tool.min_available_days,
        "grace_days": tool.grace_days,
        "paused": tool.paused_from
        and {"from": tool.paused_from.isoformat(), "reason": "retraining", "by": OWNER["email"]},
    }
    return {key: value for key, value in said.items() if value is not None}


def _eligible(tool: Tool, company: Company) -> object:
    """A condition on the roster, seats, or people by id or e-mail."""
    if tool.named is not None:
        emails = _column(company, "email")
        return [emails[one] if number % 2 else one for number, one in enumerate(tool.named)]
    return {"from": "people", "where": tool.where.written()} if tool.where else "seats"


def _rule_file(tool: Tool) -> dict[str, Any]:
    prose = {"title": "A rule", "why": "It matters.", "owner": "risk", "train": "none: a test"}
    rules = [{**rule.as_yaml(), **prose} for rule in tool.rules]
    if tool.is_daily:
        return {"tool": tool.tool_id, "rules": rules}
    return {"tool": tool.tool_id, "catalogue": {"events": list(EVENTS), "attributes": ATTRIBUTES}, "rules": rules}


def _weekdays(numbers: Iterable[int]) -> list[str]:
    return [WEEKDAYS[number] for number in sorted(numbers)]


# --- people and calendars --------------------------------------------------------------------------------------------


def _people(roster: Roster) -> list[dict[str, object]]:
    return [
        {
            "person_id": row.person_id,
            "email": row.email,
            "name": f'Name "Nick", {number}',
            "department": row.department,
            "team": row.team,
            "role": row.role,
            "eligible_from": row.eligible_from,
            "eligible_to": row.eligible_to,
            "fte": row.fte,
            "working_days": None if row.weekdays is None else ",".join(_weekdays(row.weekdays)),
            "github_login": row.github_login,
            "upn": row.upn,
            "slack_id": row.slack_id,
            "level": row.level,
        }
        for number, row in enumerate(roster.rows.values())
    ]


def _write_calendars(company: Company, inbox: Path) -> None:
    _csv(
        inbox / "absences" / "hr.csv",
        [{"person_id": one.person_id, "from": one.first, "to": one.last, "kind": one.kind} for one in company.absences],
    )
    _csv(
        inbox / "outages" / "all.csv",
        [
            {"tool_id": one.tool_id, "from": _stamp(one.starts_at, 0), "to": _stamp(one.ends_at, 1)}
            for one in company.outages
        ],
    )
    if company.work_items:
        items = [
            {
                "item_id": one.item_id,
                "person_id": one.person_id,
                "tool_id": one.tool_id,
                "kind": "claim",
                "opened_at": _stamp(one.opened_at, 0),
                "closed_at": _stamp(one.closed_at, 0),
            }
            for one in company.work_items
        ]
        _csv(inbox / "work_items" / "claims.csv", items)
    emails = {row.person_id: row.email for roster in company.rosters for row in roster.rows.values()}
    for tool in company.tools:
        if tool.seats is not None:
            seats = [
                {
                    "person_id": None if seat.names_email else seat.person_id,
                    "email": emails[seat.person_id] if seat.names_email else None,
                    "from": seat.first,
                    "to": seat.last,
                }
                for seat in tool.seats
            ]
            _csv(inbox / "eligible" / f"{tool.tool_id}.csv", seats)


# --- logs ------------------------------------------------------------------------------------------------------------


class _Decisions:
    """CloudEvents by week, with late, repeated, corrected and broken lines, blank lines and a renamed copy."""

    def __init__(self, random: Random, company: Company, tool: Tool, folder: Path) -> None:
        self.random, self.company, self.tool, self.folder = random, company, tool, folder

    def write(self) -> Lines:
        deeds, random = self.company.deeds, self.random
        late = set(random.sample(range(len(deeds)), len(deeds) // 25))
        weeks: dict[date, list[str]] = defaultdict(list)
        for number, deed in enumerate(deeds):
            if number not in late:
                weeks[monday_of(self.company.local_day(deed.event.occurred_at))].append(self._line(deed))
        repeated = [random.choice(lines) for lines in weeks.values()]
        corrected = [deeds[n] for n in range(0, len(deeds), 200) if n not in late]
        broken = ['{"specversion": "1.0", "id": ', "not json", json.dumps({"specversion": "1.0", "id": "z"})]
        last = [self._line(deeds[number]) for number in sorted(late)] + repeated
        last += [self._line(deed, note="corrected") for deed in corrected] + broken + ["", "   "]
        _text(self.folder / "late.jsonl", last)
        for monday, lines in weeks.items():
            _text(self.folder / f"week-{monday}.jsonl", lines)
        copied = weeks[max(weeks)]
        (self.folder / "copy.jsonl.gz").write_bytes(gzip.compress(_joined(copied)))
        total = len(deeds) + len(repeated) + len(corrected) + len(copied) + len(broken) + 2
        return Lines(total, len(deeds), len(repeated) + len(copied), len(corrected), len(broken), 2)

    def _line(self, deed: Deed, **more: object) -> str:
        event = deed.event
        stable = Random(event.event_id)
        data: dict[str, object] = {"user": deed.user, **event.fields, **more}
        if deed.seq is not None:
            data["seq"] = deed.seq
        if event.actor_type != "human" or stable.random() < 0.3:
            data["actor_type"] = event.actor_type
        if deed.is_begun_by_tool:
            data["user_initiated"] = False
        document = {
            "specversion": "1.0",
            "id": event.event_id,
            "source": "/triage",
            "type": f"com.corp.triage.{event.event_name}",
            "subject": event.fields.get("claim_id"),
            "time": _stamp(event.occurred_at, stable.randrange(4)),
            "data": data,
        }
        return json.dumps(document, ensure_ascii=False)


class _Copilot:
    """NDJSON by week; one week's figures came too early and were restated; one broken line; two scopes."""

    def __init__(self, random: Random, company: Company, tool: Tool, folder: Path) -> None:
        self.random, self.tool, self.folder = random, tool, folder
        self.logins = _column(company, "github_login")
        self.used = [one for one in company.days_of_use if one.tool_id == tool.tool_id]

    def write(self) -> Lines:
        weeks: dict[date, list[DayOfUse]] = defaultdict(list)
        for one in self.used:
            weeks[monday_of(one.day)].append(one)
        restated_day = self.random.choice([one.day for one in self.used])
        final = [one for one in self.used if one.day == restated_day]
        for monday, used in weeks.items():
            end = monday + timedelta(days=6)
            lines = [self._line(one, monday, end, is_early=one.day == restated_day) for one in used]
            _text(self.folder / f"users-{monday}.ndjson", lines + (["{oops"] if monday == min(weeks) else []))
        monday = monday_of(restated_day)
        again = [self._line(one, monday, monday + timedelta(days=9)) for one in final]
        path = self.folder / "users-restated.ndjson"
        _text(path, again)
        os.utime(path, (path.stat().st_mtime + 60, path.stat().st_mtime + 60))
        return Lines(len(self.used) + len(final) + 1, len(self.used), 0, len(final), 1, 0)

    def _line(self, one: DayOfUse, start: date, end: date, is_early: bool = False) -> str:
        login = self.logins[one.person_id] if one.person_id else f"guest-{one.measures['stranger']}"
        early = 2 if is_early else 0
        row = {
            "report_start_day": start.isoformat(),
            "report_end_day": end.isoformat(),
            "day": one.day.isoformat(),
            "organization_id": "77",
            "user_id": Random(login).randrange(10**6),
            "user_login": login.upper() if one.day.day % 9 == 0 else login,
            "user_initiated_interaction_count": one.measures["prompts"] + early,
            "code_generation_activity_count": one.measures["offered"] + 3 * early,
            "code_acceptance_activity_count": one.measures["accepted"] + early,
            "loc_added_sum": 3 + early,
            "used_chat": True,
            "totals_by_feature": [],
        }
        return json.dumps(row)


class _Claude:
    """One JSON document per day; a person's day may be split over terminals; keys of robots; one page came twice."""

    def __init__(self, random: Random, company: Company, tool: Tool, folder: Path) -> None:
        self.random, self.tool, self.folder = random, tool, folder
        self.emails = _column(company, "email")
        self.used = [one for one in company.days_of_use if one.tool_id == tool.tool_id]

    def write(self) -> Lines:
        pages: dict[date, list[dict[str, Any]]] = defaultdict(list)
        for one in self.used:
            pages[one.day] += self._rows(one)
        for day, rows in pages.items():
            self._page(f"{day}.json", rows)
        twice = pages[max(pages)]
        self._page("again.json", twice, more="page_2")
        total = sum(map(len, pages.values()))
        return Lines(total + len(twice), total, len(twice), 0, 0, 0)

    def _page(self, name: str, rows: Sequence[Mapping[str, Any]], more: str | None = None) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"data": rows, "has_more": more is not None, "next_page": more}, indent=1))

    def _rows(self, one: DayOfUse) -> list[dict[str, Any]]:
        sessions, accepted = one.measures["sessions"], one.measures["accepted"]
        rejected = one.measures["offered"] - accepted
        if sessions == 1:
            return [self._row(one, "vscode", 1, accepted, rejected)]
        return [
            self._row(one, "vscode", 1, accepted // 2, rejected),
            self._row(one, "iTerm.app", sessions - 1, accepted - accepted // 2, 0),
        ]

    def _row(self, one: DayOfUse, terminal: str, sessions: int, accepted: int, rejected: int) -> dict[str, Any]:
        core = {"added": 10, "removed": 1}
        edits = {"accepted": accepted // 2, "rejected": rejected}
        writes = {"accepted": accepted - accepted // 2, "rejected": 0}
        return {
            "date": f"{one.day}T00:00:00Z",
            "actor": self._actor(one),
            "organization_id": "dc9f6c26",
            "customer_type": "api",
            "terminal_type": terminal,
            "core_metrics": {
                "num_sessions": sessions,
                "lines_of_code": core,
                "commits_by_claude_code": 0,
                "pull_requests_by_claude_code": 0,
            },
            "tool_actions": {"edit_tool": edits, "write_tool": writes},
            "model_breakdown": [],
        }

    def _actor(self, one: DayOfUse) -> dict[str, str]:
        if one.person_id:
            return {"type": "user_actor", "email_address": self.emails[one.person_id]}
        number = one.measures["stranger"]
        if number % 2:
            return {"type": "api_actor", "api_key_name": f"ci-key-{number}"}
        return {"type": "user_actor", "email_address": f"guest{number}@vendor.example"}


# --- plain files -----------------------------------------------------------------------------------------------------


def _column(company: Company, name: str) -> dict[str, str]:
    return {row.person_id: getattr(row, name) for roster in company.rosters for row in roster.rows.values()}


def _stamp(instant: datetime, form: int) -> str:
    """The same instant as sources write it: with Z, with an offset, with fractions."""
    aware = instant.replace(tzinfo=UTC)
    if form == 1:
        return aware.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    if form == 2:
        return aware.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if form == 3:
        return aware.astimezone(timezone(-timedelta(hours=7))).isoformat()
    return aware.strftime("%Y-%m-%dT%H:%M:%SZ")


def _joined(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _text(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_joined(lines))


def _csv(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """With a byte order mark and CRLF, as spreadsheets write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + buffer.getvalue().encode())


def _yaml(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        YAML().dump(content, handle)
