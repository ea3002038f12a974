"""Writes the usage files of the tools, week by week and day by day, holding one week in memory at most."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from orchestration.sample.assistance import VISITS_WITHOUT_NOTES, conversation, is_trainee, visit, visit_without_note
from orchestration.sample.counters import active_days, bot_row, claude_rows, copilot_row, restated, service_rows
from orchestration.sample.decisions import CLOCK, DAY_SECONDS, Case, WeekLog, claim, invoice, lead, practise
from orchestration.sample.faults import (
    LATE_SHARE,
    LINES_PER_BROKEN,
    REPEATED_SHARE,
    Tally,
    copy_file,
    plant,
    write_csv,
    write_file,
)
from orchestration.sample.plans import REGULAR, Plan
from orchestration.sample.span import Span
from orchestration.sample.tools import (
    CLAIMS_TRIAGE,
    CLINICAL_NOTES,
    DOC_EXTRACT,
    GENERAL_CHAT,
    LEAD_SCORING,
    SampleTool,
)

UNRESOLVED_SHARE = 0.025
PLAIN_WEEKS = 8  # the newest weeks come as plain files, older ones compressed
PAGE_ROWS = 1_000
SCOPE = "700001"
DAY = timedelta(days=1)
ISO_DAYS = 7
WORK_WEEKS = 4  # the weeks of work items that stand in one file
WORK_COLUMNS = ("item_id", "person_id", "tool_id", "kind", "opened_at", "closed_at")
# (tool, weeks before the end, weekday): a day on which the tool was down from 06:00 to 19:00 UTC and nobody used it
OUTAGES = ((DOC_EXTRACT.tool_id, 3, 2), (CLAIMS_TRIAGE.tool_id, 9, 1), (CLAIMS_TRIAGE.tool_id, 9, 2))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one item of a tool is: what happens to it, how its id begins, what machines do with the tool."""

    play: Callable[[Case], None]
    prefix: str
    service_event: str = "decide"


SCENARIOS = {
    DOC_EXTRACT.tool_id: Scenario(invoice, "INV"),
    LEAD_SCORING.tool_id: Scenario(lead, "LEAD"),
    CLAIMS_TRIAGE.tool_id: Scenario(claim, "CLM"),
    GENERAL_CHAT.tool_id: Scenario(conversation, "CON", "prompt"),
    CLINICAL_NOTES.tool_id: Scenario(visit, "VIS", "draft_shown"),
}


def user_of(tool: SampleTool, plan: Plan) -> str:
    """How the tool names the person: every vendor does it in a way of its own."""
    person = plan.person
    if tool.vendor_format == "github-copilot-users":
        return person.login
    if tool.vendor_format == "claude-code-analytics":
        return person.email
    if tool is LEAD_SCORING:
        return f'{{"namespace":"upn","value":"{person.upn}"}}'
    if tool is CLAIMS_TRIAGE:
        return f'{{"namespace":"person_id","value":"{person.person_id}"}}'
    # Some clients write names with capitals; an e-mail address is the same in either case.
    return f'"{person.email.title() if person.number % 9 == 0 else person.email}"'


def service_count(plans: Sequence[Plan]) -> int:
    """How many accounts of machines appear in the tool's log, two or three in a hundred of all that do."""
    users = sum(1 for plan in plans if any(plan.items))
    return max(1, round(users * UNRESOLVED_SHARE))


def write_decisions(folder: Path, tool: SampleTool, plans: Sequence[Plan], span: Span, rng: random.Random) -> Tally:
    """One file of CloudEvents per week; lines are in the order of time, late ones in the file of a later week."""
    tally, waiting, work = Tally(), list[bytes](), list[tuple[str, ...]]()
    services = service_count(plans)
    for week in range(span.weeks):
        log = _week_log(tool, plans, span, week, rng)
        tally.service += _service_lines(log, tool, services)
        log.lines.sort()
        lines = [line for _, line in log.lines]
        lines, later = (lines, []) if week == span.weeks - 1 else _hold_back(lines, rng)
        tally.late += len(waiting)
        lines += waiting
        waiting = later
        _write_week(folder, span, log, lines, tally)
        work += _work_rows(log)
        if work and (week % WORK_WEEKS == WORK_WEEKS - 1 or week == span.weeks - 1):
            _write_work(folder.parent / "work_items", tool, span.monday(week), work)
            work = []
    return tally


def _work_rows(log: WeekLog) -> Iterator[tuple[str, ...]]:
    for item, person_id, kind, opened, closed in log.work:
        yield item, person_id, log.system, kind, _moment(log, opened), _moment(log, closed)


def _moment(log: WeekLog, at: int) -> str:
    day, second = divmod(at, DAY_SECONDS)
    return f"{log.days[day]}T{CLOCK[second]}Z"


def _write_work(folder: Path, tool: SampleTool, monday: date, rows: Sequence[tuple[str, ...]]) -> None:
    folder.mkdir(exist_ok=True)
    year, number, _ = monday.isocalendar()
    write_csv(folder / f"{tool.tool_id}_to_{year}-W{number:02}.csv", WORK_COLUMNS, rows, monday + DAY * ISO_DAYS)


def _week_log(tool: SampleTool, plans: Sequence[Plan], span: Span, week: int, rng: random.Random) -> WeekLog:
    monday = span.monday(week)
    log = WeekLog(tool.tool_id, week, _iso_days(monday), week >= span.window, rng)
    working = _at_work(tool, plans, span, week)
    _find_reviewers(log, tool, working, monday.toordinal())
    scenario = SCENARIOS[tool.tool_id]
    for plan, days in working:
        for _ in range(plan.items[week]):
            scenario.play(Case(log, plan, days[int(rng.random() * len(days))] - monday.toordinal(), scenario.prefix))
        if tool is CLAIMS_TRIAGE and plan.items[week] >= REGULAR:
            practise(log, plan, days[0] - monday.toordinal())
    if tool.has_work_items:
        _work_without_tool(log, plans, span)
    return log


def _work_without_tool(log: WeekLog, plans: Sequence[Plan], span: Span) -> None:
    """Those who do not use the tool this week have work all the same, but for a few who never have any."""
    monday = span.monday(log.week).toordinal()
    for plan in plans:
        if not plan.items[log.week] and plan.behaviour != "idle":
            days = plan.days(monday, span.holidays)
            for _ in range(VISITS_WITHOUT_NOTES if days else 0):
                visit_without_note(log, plan, days[int(log.rng.random() * len(days))] - monday)


def _at_work(tool: SampleTool, plans: Sequence[Plan], span: Span, week: int) -> list[tuple[Plan, list[int]]]:
    """Who uses the tool this week, and on which days they can: outage days are not among them."""
    monday = span.monday(week).toordinal()
    down = {
        monday + weekday for tool_id, back, weekday in OUTAGES if tool_id == tool.tool_id and span.weeks - back == week
    }
    found = []
    for plan in plans:
        if plan.items[week]:
            days = [day for day in plan.days(monday, span.holidays) if day not in down]
            if days:
                found.append((plan, days))
    return found


def _find_reviewers(log: WeekLog, tool: SampleTool, working: Iterable[tuple[Plan, list[int]]], monday: int) -> None:
    """Claims are reviewed by those who handle them well, notes of trainees by those who are none."""
    for plan, days in working:
        is_careful = plan.behaviour == "correct" and not plan.masks[log.week]
        if is_careful if tool is CLAIMS_TRIAGE else tool is CLINICAL_NOTES and not is_trainee(plan):
            for day in days:
                log.reviewers[day - monday].append(plan.user)


def _iso_days(monday: date) -> tuple[str, ...]:
    return tuple((monday + DAY * offset).isoformat() for offset in range(ISO_DAYS))


def _service_lines(log: WeekLog, tool: SampleTool, services: int) -> int:
    """Each machine account acts once a week, the first on Sunday night: the log then reaches the end of the week."""
    for number in range(services):
        at = (6 - number % ISO_DAYS) * DAY_SECONDS + 79_200 + number
        user = f'"svc-{tool.tool_id}-{number:02}@example.com"'
        data = ',"actor_type":"service","decision":"accepted","decision_source":"auto","confidence":0.99'
        log.emit(at, SCENARIOS[tool.tool_id].service_event, log.next_item("AUTO"), user, data)
    return services


def _hold_back(lines: list[bytes], rng: random.Random) -> tuple[list[bytes], list[bytes]]:
    late = set(rng.sample(range(len(lines)), round(len(lines) * LATE_SHARE)))
    kept = [line for place, line in enumerate(lines) if place not in late]
    return kept, [lines[place] for place in sorted(late)]


def _write_week(folder: Path, span: Span, log: WeekLog, lines: list[bytes], tally: Tally) -> None:
    year, number, _ = span.monday(log.week).isocalendar()
    is_plain = log.week >= span.weeks - PLAIN_WEEKS
    path = folder / f"{log.system}_{year}-W{number:02}.jsonl{'' if is_plain else '.gz'}"
    plant(lines, tally, log.rng, 1 + len(lines) // LINES_PER_BROKEN, round(len(lines) * REPEATED_SHARE))
    if log.week % 5 == 0:
        lines.append(b"")
        tally.blank += 1
        tally.lines += 1
    # A Windows collector writes one of the weeks.
    content = (b"\r\n" if log.week == 3 else b"\n").join(lines) + b"\n"
    arrival = span.monday(log.week) + DAY * ISO_DAYS
    write_file(path, content, arrival)
    tally.files += 1
    if log.week in (span.weeks // 2, span.weeks - 2):
        name = f"{log.system}_{year}-W{number:02}_again.jsonl{'.gz' if is_plain else ''}"
        copy_file(path, name, content, arrival, lines=len(lines), tally=tally)


def write_copilot(folder: Path, plans: Sequence[Plan], span: Span, rng: random.Random) -> Tally:
    """A users report per day, and for one organisation a 28-day report with three restated days at its end."""
    tally, recent = Tally(), list[dict[str, Any]]()
    bots = service_count(plans)
    report_end = span.until - DAY
    for day, who in _daily(plans, span, rng):
        week = (day - span.start).days // ISO_DAYS
        rows = [copilot_row(plan, day.isoformat(), week, rng, week >= span.window) for plan in who]
        rows += [
            bot_row(number, day.isoformat()) for number in range(bots) if (day.toordinal() + number) % ISO_DAYS == 0
        ]
        rows.append(bot_row(bots, day.isoformat()))
        tally.service += sum(row["user_id"] >= 90_000_000 for row in rows)
        recent += [row for row in rows if report_end - DAY * 28 < day <= report_end and row["organization_id"] == SCOPE]
        _write_copilot_day(folder, day, [orjson.dumps(row) for row in rows], tally, rng)
    _write_copilot_month(folder, report_end, recent, tally)
    return tally


def _daily(plans: Sequence[Plan], span: Span, rng: random.Random) -> Iterator[tuple[date, list[Plan]]]:
    """Every day of the company's time with the people who use the tool on it."""
    for week in range(span.weeks):
        monday = span.monday(week)
        by_day: list[list[Plan]] = [[] for _ in range(ISO_DAYS)]
        for plan in plans:
            if plan.items[week]:
                for ordinal in active_days(plan, week, plan.days(monday.toordinal(), span.holidays), rng):
                    by_day[ordinal - monday.toordinal()].append(plan)
        for offset, who in enumerate(by_day):
            yield monday + DAY * offset, who


def _write_copilot_day(folder: Path, day: date, lines: list[bytes], tally: Tally, rng: random.Random) -> None:
    number = day.toordinal()
    path = folder / f"users-1-day_{day}.jsonl"
    plant(lines, tally, rng, broken=int(number % 7 == 2), repeated=int(number % 6 == 1))
    content = b"\n".join(lines) + b"\n"
    write_file(path, content, day + DAY)
    tally.files += 1
    if number % 90 == 0:
        copy_file(path, f"users-1-day_{day} (1).jsonl", content, day + DAY, lines=len(lines), tally=tally)


def _write_copilot_month(folder: Path, end: date, rows: list[dict[str, Any]], tally: Tally) -> None:
    """The vendor's 28-day report: most rows repeat the daily ones, a third of its last three days are restated."""
    final = {(end - DAY * back).isoformat() for back in range(3)}
    changed = [place for place, row in enumerate(rows) if row["day"] in final and place % 3 == 0]
    for place in changed:
        rows[place] = restated(rows[place])
    start = (end - DAY * 27).isoformat()
    for row in rows:
        row["report_start_day"], row["report_end_day"] = start, end.isoformat()
    envelope = {"report_start_day": start, "report_end_day": end.isoformat(), "organization_id": SCOPE}
    envelope |= {"created_at": f"{end + DAY}T03:36:11.710Z"}
    write_file(folder / f"users-28-day_{end}.json", orjson.dumps(envelope | {"day_totals": rows}), end + DAY * 2)
    tally.files += 1
    tally.lines += len(rows)
    tally.restated += len(changed)
    tally.repeated += len(rows) - len(changed)


def write_claude(folder: Path, plans: Sequence[Plan], span: Span, rng: random.Random) -> Tally:
    """The pages of Claude Code Analytics, day by day. One day was first pulled too early, and some rows are broken."""
    tally = Tally()
    keys = service_count(plans)
    for day, who in _daily(plans, span, rng):
        week = (day - span.start).days // ISO_DAYS
        rows = [row for plan in who for row in claude_rows(plan, day.isoformat(), week, rng, week >= span.window)]
        services = [number for number in range(keys) if number == 0 or (day.toordinal() + number) % ISO_DAYS == 0]
        rows += [row for number in services for row in service_rows(number, day.isoformat(), rng)]
        tally.service += len(services)
        _write_claude_day(folder, day, rows, tally, is_early=day == span.until - DAY * 10)
    return tally


def _write_claude_day(folder: Path, day: date, rows: list[dict[str, Any]], tally: Tally, is_early: bool) -> None:
    tally.unique += len(rows)
    tally.lines += len(rows)
    if is_early:
        half = rows[: len(rows) // 2]
        write_file(folder / f"claude_code_{day}_early.json", _page(half, None), day)
        tally.files += 1
        tally.lines += len(half)
        tally.repeated += len(half)
    if day.toordinal() % 9 == 0:
        spoilt: list[Mapping[str, Any]] = [
            rows[0] | {"actor": {"type": "user_actor"}},
            rows[0] | {"date": f"{day:%Y-%m}-45T00:00:00Z"},
        ]
        rows = rows + [dict(row) for row in spoilt]
        tally.lines += len(spoilt)
        tally.broken += len(spoilt)
    pages = [rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)]
    for number, page in enumerate(pages):
        name = f"claude_code_{day}_p{number + 1}.json"
        token = f"page_{number + 2}" if number + 1 < len(pages) else None
        content = _page(page, token)
        write_file(folder / name, content, day + DAY)
        tally.files += 1
        if day.toordinal() % 91 == 0 and number == 0:
            copy_file(
                folder / name, f"claude_code_{day}_p1 (copy).json", content, day + DAY, lines=len(page), tally=tally
            )


def _page(rows: list[dict[str, Any]], next_page: str | None) -> bytes:
    return orjson.dumps({"data": rows, "has_more": next_page is not None, "next_page": next_page})


WRITERS: Mapping[str, Callable[[Path, Sequence[Plan], Span, random.Random], Tally]] = {
    "github-copilot-users": write_copilot,
    "claude-code-analytics": write_claude,
}
