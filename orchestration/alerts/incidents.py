"""Findings over time: an incident is opened when something is found first and resolved when it is found no longer.

The same finding is the same incident, however often a run finds it; what comes back on the day it went is the old one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from orchestration.alerts.findings import Finding
from orchestration.alerts.guesses import FirstGuess
from orchestration.alerts.kinds import KINDS, Severity, runbook_of

Occasion = Literal["opened", "reminder", "resolved"]


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that is or was wrong. Times are UTC without a zone."""

    incident_id: str
    kind: str
    title: str
    severity: Severity
    tool_id: str
    subject: str
    summary: str
    first_guess: str
    guess_evidence: tuple[str, ...]
    observed: float | None
    threshold: float | None
    first_date: date | None
    last_date: date | None
    runbook: str
    opened_at: datetime
    last_seen_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    note: str | None = None
    resolved_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.tool_id, self.subject

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has taken an incident on."""

    incident_id: str
    at: datetime
    by: str
    note: str | None


def carried_on(
    known: Sequence[Incident], found: Sequence[tuple[Finding, FirstGuess]], now: datetime, runbooks: str
) -> list[Incident]:
    """Every incident as it stands after a run at `now` that found these: new ones, going ones, resolved ones."""
    fresh = {incident.key: incident for incident in (_opened(*pair, now, runbooks) for pair in found)}
    carried = [_after(one, fresh.pop(one.key, None), now) if one.is_open else one for one in known]
    again = {one.incident_id: one for one in fresh.values()}
    reopened = [_after(one, again.pop(one.incident_id, None), now) if not one.is_open else one for one in carried]
    return [*reopened, *again.values()]


def _opened(finding: Finding, guess: FirstGuess, now: datetime, runbooks: str) -> Incident:
    kind = KINDS[finding.kind]
    return Incident(
        incident_id=incident_id(finding, now.date()),
        kind=finding.kind,
        title=kind.title,
        severity=kind.severity,
        tool_id=finding.tool_id,
        subject=finding.subject,
        summary=finding.summary,
        first_guess=guess.guess,
        guess_evidence=guess.evidence,
        observed=finding.observed,
        threshold=finding.threshold,
        first_date=finding.first,
        last_date=finding.last,
        runbook=runbook_of(finding.kind, runbooks),
        opened_at=now,
        last_seen_at=now,
    )


def incident_id(finding: Finding, day: date) -> str:
    """The same for the same finding on the same day, so that a run that is repeated says nothing twice."""
    text = "|".join((finding.kind, finding.tool_id, finding.subject, day.isoformat()))
    return f"{day:%y%m%d}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _after(one: Incident, fresh: Incident | None, now: datetime) -> Incident:
    """An incident after this run: as it is found now, else resolved."""
    if fresh is None:
        return replace(one, resolved_at=now) if one.is_open else one
    return replace(
        fresh,
        incident_id=one.incident_id,
        opened_at=one.opened_at,
        acknowledged_at=one.acknowledged_at,
        acknowledged_by=one.acknowledged_by,
        note=one.note,
    )


def acknowledged(incidents: Iterable[Incident], said: Mapping[str, Acknowledgement]) -> list[Incident]:
    """The incidents with who has taken them on."""
    return [
        replace(one, acknowledged_at=by.at, acknowledged_by=by.by, note=by.note)
        if (by := said.get(one.incident_id))
        else one
        for one in incidents
    ]


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be said about an incident; a destination gets each `message_id` once."""

    message_id: str
    incident: Incident
    occasion: Occasion


def due_messages(incidents: Iterable[Incident], now: datetime, *, reminds: bool) -> list[Message]:
    """What is to be said by now: one opened, at most one reminder a day while nobody has taken it on, one resolved.

    What was said already is due again: the outbox keeps each message once.
    """
    due = []
    for one in incidents:
        if one.is_open:
            due.append(Message(f"{one.incident_id}/opened", one, "opened"))
            if reminds and one.acknowledged_at is None and one.opened_at.date() < now.date():
                due.append(Message(f"{one.incident_id}/reminder/{now.date()}", one, "reminder"))
        else:
            due.append(Message(f"{one.incident_id}/resolved", one, "resolved"))
    return due
