"""Incidents and their outbox in the warehouse: kept together, so that nothing is opened without being said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

import orjson

from orchestration.alerts.incidents import Incident, Message
from orchestration.alerts.sensitivity import Sensitivity
from orchestration.loading.session import Session

_COLUMNS = tuple(one.name for one in fields(Incident))
_TOLD = "select incident_id from raw.alert_message where destination = ? and occasion = 'opened'"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that a destination has not had yet; `attempts` so many times in vain."""

    message_id: str
    destination: str
    occasion: str
    incident: Incident
    attempts: int


def incidents(session: Session) -> list[Incident]:
    """Every incident that was ever opened, the oldest first."""
    rows = session.rows(f"select {', '.join(_COLUMNS)} from raw.alert order by opened_at, incident_id")
    return [_incident(row) for row in rows]


def keep(session: Session, known: Sequence[Incident], messages: Iterable[tuple[str, Message]]) -> int:
    """Replace the incidents, and put (destination, message) into the outbox unless it is there; the number added.

    That something is over is only said where it was said that it began.
    """
    with session.transaction():
        session.run("delete from raw.alert")
        marks = ", ".join("?" for _ in _COLUMNS)
        for one in known:
            row = asdict(one) | {"guess_evidence": orjson.dumps(one.guess_evidence).decode()}
            session.run(f"insert into raw.alert ({', '.join(_COLUMNS)}) values ({marks})", [row[c] for c in _COLUMNS])
        before = session.value("select count(*) from raw.alert_message")
        for destination, message in messages:
            _enqueue(session, destination, message)
        return int(session.value("select count(*) from raw.alert_message")) - int(before)


def keep_sensitivities(session: Session, known: Iterable[Sensitivity]) -> None:
    """Put how small a drop each tool's alerts would notice in the place of what an earlier run found."""
    with session.transaction():
        session.run("delete from raw.alert_sensitivity")
        for one in known:
            row = [one.tool_id, one.people_per_day, one.zero_days, *one.drop_shares]
            session.run("insert into raw.alert_sensitivity values (?, ?, ?, ?, ?, ?, ?)", row)


def _enqueue(session: Session, destination: str, message: Message) -> None:
    if message.occasion == "resolved":
        told = {row[0] for row in session.rows(_TOLD, [destination])}
        if message.incident.incident_id not in told:
            return
    session.run(
        "insert or ignore into raw.alert_message values (?, ?, ?, ?, ?, null, 0, null)",
        [message.message_id, destination, message.incident.incident_id, message.occasion, session.now],
    )


def waiting(session: Session) -> list[Waiting]:
    """What nobody has sent yet, the oldest first."""
    columns = ", ".join(f"alert.{name}" for name in _COLUMNS)
    rows = session.rows(
        f"select message.message_id, message.destination, message.occasion, message.attempts, {columns} "
        "from raw.alert_message as message inner join raw.alert as alert using (incident_id) "
        "where message.sent_at is null order by message.created_at, message.message_id"
    )
    return [Waiting(row[0], row[1], row[2], _incident(row[4:]), row[3]) for row in rows]


def mark(session: Session, message: Waiting, sent_at: datetime | None, error: str | None) -> None:
    """Write down that a message was sent, or why not. Done after each: a crash sends at most one of them again."""
    session.run(
        "update raw.alert_message set sent_at = ?, error = ?, attempts = attempts + 1 "
        "where message_id = ? and destination = ?",
        [sent_at, error, message.message_id, message.destination],
    )


def unsent_reasons(session: Session) -> tuple[str, ...]:
    """Why messages that were tried have not arrived, each reason once."""
    rows = session.rows("select distinct error from raw.alert_message where sent_at is null and error is not null")
    return tuple(sorted(row[0] for row in rows))


def drop_unsent(session: Session, destinations: Sequence[str]) -> None:
    """Forget what waits for destinations that are configured no longer."""
    session.run(
        "delete from raw.alert_message where sent_at is null and destination not in (select unnest(?::varchar[]))",
        [list(destinations)],
    )


def _incident(row: Sequence[Any]) -> Incident:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["guess_evidence"] = tuple(orjson.loads(values["guess_evidence"]))
    return Incident(**values)
