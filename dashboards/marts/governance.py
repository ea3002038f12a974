"""Whether a tool bears what is put on it: owners, promises, alerts, readiness."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dashboards.marts import reading


@dataclass(frozen=True, slots=True)
class ToolStanding:
    """One tool in the table of all: who owns it, what holds, what is open. None: nothing was promised or asked."""

    tool_id: str
    title: str
    owner_name: str
    held: int
    promised: int
    open_alerts: int
    worst_severity: str | None
    ready: int | None
    asked: int | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One criterion of the production definition over the last four final weeks."""

    question: str
    unit: str
    result: str
    promised: float | None
    observed: float | None
    weeks_held: int | None
    weeks_judged: int | None
    first_week: date | None
    last_week: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who answers for the tool, and what they may do."""

    role: str
    name: str | None
    email: str
    can_pause: bool
    can_retrain: bool
    can_escalate: bool
    is_on_roster: bool | None
    on_roster_until: date | None


@dataclass(frozen=True, slots=True)
class Production:
    """What is written about running the tool; None: nothing is."""

    fallback: str | None
    runbook: str | None
    workflow_change: str | None
    output_meaning: str | None
    retraining_process: str | None
    retraining_approver: str | None
    retraining_document: str | None
    retraining_override_share: float | None
    retraining_calibration_gap: float | None
    retraining_on_drift: bool | None


@dataclass(frozen=True, slots=True)
class Link:
    """A system the tool reads from or writes to."""

    direction: str
    name: str
    interface: str | None
    on_failure: str | None
    fallback: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """One incident."""

    incident_id: str
    title: str
    severity: str
    status: str
    tool_id: str | None
    subject: str | None
    summary: str
    first_guess: str | None
    evidence: tuple[str, ...]
    owner_name: str | None
    runbook: str | None
    tool_runbook: str | None
    acknowledged_by: str | None
    note: str | None
    first_date: date | None
    last_date: date | None
    opened_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What alerts would notice in 95 of 100 cases: shares that fall away for so many working days. None: no share."""

    people_per_day: float
    zero_days: int
    drop_1_day: float | None
    drop_5_days: float | None
    drop_10_days: float | None
    drop_20_days: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the readiness audit, as it was answered last."""

    area: str
    question: str
    answer: str
    evidence: str
    gap: str | None
    owner: str | None
    action: str | None
    due_date: date | None
    week_start: date


def standings(path: Path) -> list[ToolStanding]:
    """All tools; those with open alerts and broken promises first."""
    sql = """
        with promises as (
            select tool_id, count(*) filter (result = 'holds') as held,
                count(*) filter (result <> 'not promised') as promised
            from fct_load_bearing group by 1
        ),
        alerts as (
            select tool_id, count(*) as open_alerts,
                arg_min(severity, list_position(['critical', 'major', 'minor'], severity)) as worst
            from fct_alert where status <> 'resolved' group by 1
        ),
        audits as (
            select tool_id, count(*) filter (answer = 'yes') as ready, count(*) as asked
            from fct_audit_answer where is_latest group by 1
        )
        select tool_id, title, owner_name, coalesce(held, 0), coalesce(promised, 0), coalesce(open_alerts, 0), worst,
            ready, asked
        from dim_tool left join promises using (tool_id) left join alerts using (tool_id)
        left join audits using (tool_id)
        order by list_position(['critical', 'major', 'minor'], worst) nulls last, promised - held desc, position"""
    return reading.select(path, sql, {}, ToolStanding)


def promises(path: Path, tool_id: str) -> list[Promise]:
    """The production definition, criterion by criterion."""
    sql = """
        select question, unit, result, promised, observed, weeks_held, weeks_judged, first_week, last_week
        from fct_load_bearing where tool_id = $tool_id order by position, criterion"""
    return reading.select(path, sql, {"tool_id": tool_id}, Promise)


def contacts(path: Path, tool_id: str) -> list[Contact]:
    """Who answers, in the order in which they are named."""
    sql = """
        select role, name, email, coalesce(can_pause, false), coalesce(can_retrain, false),
            coalesce(can_escalate, false), is_on_roster, on_roster_until
        from dim_tool_contact where tool_id = $tool_id order by position, role"""
    return reading.select(path, sql, {"tool_id": tool_id}, Contact)


def production(path: Path, tool_id: str) -> Production | None:
    """What is written about running the tool."""
    sql = """
        select fallback, runbook, workflow_change, output_meaning, retraining_process, retraining_approver,
            retraining_document, retraining_override_share, retraining_calibration_gap, retraining_on_drift
        from dim_production where tool_id = $tool_id"""
    return next(iter(reading.select(path, sql, {"tool_id": tool_id}, Production)), None)


def links(path: Path, tool_id: str) -> list[Link]:
    """What the tool hangs on, and what hangs on it."""
    sql = """
        select direction, name, interface, on_failure, fallback
        from dim_tool_link where tool_id = $tool_id order by direction desc, position"""
    return reading.select(path, sql, {"tool_id": tool_id}, Link)


def alerts(path: Path, tool_id: str | None, limit: int) -> list[Alert]:
    """Incidents of a tool (None: of all); open ones first, the gravest first, then the newest."""
    sql = f"""
        select incident_id, title, severity, status, tool_id, subject, summary, first_guess, guess_evidence, owner_name,
            runbook, tool_runbook, acknowledged_by, note, first_date, last_date, {reading.utc("opened_at")},
            {reading.utc("resolved_at")}
        from fct_alert where $tool_id is null or tool_id = $tool_id
        order by status = 'resolved', list_position(['critical', 'major', 'minor'], severity), opened_at desc,
            incident_id
        limit $limit"""
    return reading.select(path, sql, {"tool_id": tool_id, "limit": limit}, _alert)


def sensitivity(path: Path, tool_id: str) -> Sensitivity | None:
    """How small a drop of its use the alerts of a tool would notice."""
    sql = """
        select people_per_day, zero_days, drop_1_day, drop_5_days, drop_10_days, drop_20_days
        from fct_alert_sensitivity where tool_id = $tool_id and people_per_day is not null"""
    return next(iter(reading.select(path, sql, {"tool_id": tool_id}, Sensitivity)), None)


def answers(path: Path, tool_id: str) -> list[Answer]:
    """The latest readiness audit."""
    sql = """
        select area, question, answer, evidence, gap, owner, action, due_date, week_start
        from fct_audit_answer where tool_id = $tool_id and is_latest order by position"""
    return reading.select(path, sql, {"tool_id": tool_id}, Answer)


def _alert(*row: Any) -> Alert:
    values = (*row[:8], tuple(json.loads(row[8])) if row[8] else (), *row[9:])
    return Alert(*values)
