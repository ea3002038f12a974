"""Finding what is wrong in a run, keeping it, and saying it: the steps between the pure alerts and the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from orchestration.acknowledging import acknowledgements
from orchestration.alerts.facts import Limits, ToolFacts
from orchestration.alerts.findings import Finding, findings
from orchestration.alerts.guesses import FirstGuess, first_guess
from orchestration.alerts.incidents import Incident, Message, acknowledged, carried_on, due_messages
from orchestration.alerts.kinds import is_as_grave
from orchestration.alerts.sensitivity import sensitivity
from orchestration.loading import alerts as kept
from orchestration.loading.alert_facts import today_of, tool_facts
from orchestration.loading.session import Session
from orchestration.notify import Note, send
from orchestration.registry.alert_models import Alerts, Destination
from orchestration.registry.loading import Registry
from orchestration.workspace import Workspace

MOST_ATTEMPTS = 50


def find_alerts(session: Session, workspace: Workspace, registry: Registry) -> dict[str, int]:
    """Find what is wrong by the marts of the run under way, carry the incidents on, and fill the outbox; the counts."""
    known = kept.incidents(session)
    now = session.value("select as_of from raw.run")
    limits = Limits(**registry.alerts.thresholds.model_dump())
    facts = tool_facts(session)
    kept.keep_sensitivities(session, [sensitivity(one.tool_id, one.days, limits.drop_share) for one in facts])
    found = found_in(facts, limits, today_of(session))
    carried = carried_on(known, found, now, registry.alerts.runbooks)
    after = acknowledged(carried, acknowledgements(workspace))
    due = due_messages(after, now, reminds=registry.alerts.remind)
    queued = kept.keep(session, after, _addressed(due, registry.alerts))
    opened = {one.incident_id for one in after} - {one.incident_id for one in known}
    resolved = sum(one.resolved_at == now for one in after)
    still = sum(one.is_open for one in after)
    return {
        "open": still,
        "opened": len(opened),
        "resolved": resolved,
        "queued": queued,
        "dagster/row_count": len(after),
    }


def found_in(facts: Sequence[ToolFacts], limits: Limits, today: date) -> list[tuple[Finding, FirstGuess]]:
    """What is wrong with any tool, each with where to look first."""
    found = [(one, finding) for one in facts for finding in findings(one, limits, today)]
    everything = [finding for _, finding in found]
    return [(finding, first_guess(finding, one, everything)) for one, finding in found]


def _addressed(messages: Sequence[Message], alerts: Alerts) -> Iterator[tuple[str, Message]]:
    """Each message with the name of each destination that wants it."""
    for message in messages:
        for destination in alerts.destinations:
            if _wants(destination, message.incident):
                yield destination.name, message


def _wants(destination: Destination, incident: Incident) -> bool:
    return (
        is_as_grave(incident.severity, destination.at_least)
        and (not destination.kinds or incident.kind in destination.kinds)
        and (not destination.tools or incident.tool_id in destination.tools)
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending: `held` waits for the end of quiet hours; `failures` say why others wait, each once."""

    sent: int
    held: int
    failures: tuple[str, ...]


def unsent_reasons(session: Session) -> tuple[str, ...]:
    """Why messages that were tried have not arrived, each reason once."""
    return kept.unsent_reasons(session)


def send_waiting(session: Session, registry: Registry, now: datetime | None = None) -> Sent:
    """Send what waits in the outbox.

    In quiet hours only what is critical goes out. What could not be sent is tried again the next time.
    """
    alerts = registry.alerts
    at = now or datetime.now(UTC).replace(tzinfo=None)
    kept.drop_unsent(session, [one.name for one in alerts.destinations])
    is_quiet = _is_quiet(alerts, at, registry.calendar.timezone)
    sent, held, failures = 0, 0, dict[str, None]()
    for message in kept.waiting(session):
        if is_quiet and message.incident.severity != "critical":
            held += 1
            continue
        destination = next(one for one in alerts.destinations if one.name == message.destination)
        error = send(destination, note_of(message, registry, at)) if message.attempts < MOST_ATTEMPTS else "given up"
        kept.mark(session, message, at if error is None else None, error)
        sent += error is None
        failures |= {} if error is None else {error: None}
    return Sent(sent, held, tuple(failures))


def _is_quiet(alerts: Alerts, at: datetime, timezone: str) -> bool:
    if alerts.quiet_hours is None:
        return False
    return alerts.quiet_hours.holds(at.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).time())


def note_of(message: kept.Waiting, registry: Registry, at: datetime) -> Note:
    """What is sent about an incident: whose it is, what is wrong, where to look first, and what to do."""
    one = message.incident
    tool = registry.tool(one.tool_id)
    said = {"opened": one.severity.upper(), "reminder": "STILL OPEN", "resolved": "RESOLVED"}[message.occasion]
    title = f"[takeup] {said}: {tool.title if tool else one.tool_id}: {one.title}"
    lines = [one.summary]
    if message.occasion != "resolved":
        lines += ["", f"First guess: {GUESSES[one.first_guess]}", *(f"- {text}" for text in one.guess_evidence)]
        lines += ["", f"What to do: {one.runbook}"]
        if tool and tool.production and tool.production.runbook:
            lines.append(f"Runbook of the tool: {tool.production.runbook}")
        lines.append(f"Take it on: takeup alerts ack {one.incident_id}")
    owner = f"{tool.owner.name} ({tool.owner.email})" if tool else "nobody: the tool is no longer configured"
    since = f"{one.opened_at:%Y-%m-%d %H:%M} UTC"
    lines += ["", f"Owner: {owner}. Open since {since}. Incident {one.incident_id}."]
    return Note(title, "\n".join(lines), to=_receivers(one, registry, at))


GUESSES = {
    "data": "a problem of the data",
    "tool": "a problem of the tool",
    "downstream": "a problem downstream, in the work around the tool",
    "organisation": "a problem of who answers for it",
}


def _receivers(one: Incident, registry: Registry, at: datetime) -> tuple[str, ...]:
    """The owner and the deputies; the escalation too when nobody acts, and when there is no owner to act."""
    tool = registry.tool(one.tool_id)
    if tool is None:
        return ()
    deputies = [deputy.email for deputy in tool.production.deputies] if tool.production else []
    is_old = one.acknowledged_at is None and (at - one.opened_at).days >= registry.alerts.escalate_days
    above = [tool.escalation.email] if tool.escalation and (is_old or one.kind == "ownership") else []
    return tuple(dict.fromkeys([tool.owner.email, *deputies, *above]))
