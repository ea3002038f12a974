"""The outbox: what is kept with an incident, sent once to each destination, held in quiet hours, tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration import alerting
from orchestration.alerting import note_of, send_waiting
from orchestration.alerts.findings import Finding
from orchestration.alerts.guesses import FirstGuess
from orchestration.alerts.incidents import Incident, carried_on, due_messages
from orchestration.loading import alerts as kept
from orchestration.notify import Note
from orchestration.registry.loading import Registry, load
from orchestration.registry.scaffold import init_workspace
from orchestration.warehouse import open_warehouse

NOON, NIGHT = datetime(2026, 3, 2, 12), datetime(2026, 3, 2, 22)
DAY = timedelta(days=1)
TOOLS = """\
tools:
- id: doc-extract
  title: Invoice extraction
  owner: {name: Ada Lovelace, email: ada@example.com}
  escalation: {email: head@example.com}
  live_from: 2026-03-02
  sources: [{format: human-decision}]
  production: {runbook: "https://example.com/rb", deputies: [{name: Grace Hopper, email: grace@example.com}]}
"""
ALERTS = """\
destinations:
- {name: owners, url_env: URL, to: owner}
- {name: grave, url_env: URL, at_least: critical}
quiet_hours: {from: "20:00", to: "07:00"}
"""
LATE = Finding("late-source", "doc-extract", "The newest record of x is 80 h old.", "x")
ZERO = Finding("zero-day", "doc-extract", "Nobody used it.")


class Place:
    """An open warehouse with a configuration; what is sent is kept by `sent`."""

    def __init__(self, session: Any, registry: Registry) -> None:
        self.session, self.registry = session, registry
        self.sent: list[tuple[str, Note]] = []
        self.error: str | None = None

    def run(self, at: datetime, *found: Finding) -> list[Incident]:
        known = carried_on(
            kept.incidents(self.session), [(one, FirstGuess("data", ("why",))) for one in found], at, "rb"
        )
        due = due_messages(known, at, reminds=True)
        kept.keep(self.session, known, alerting._addressed(due, self.registry.alerts))
        return known

    def deliver(self, at: datetime) -> list[tuple[str, str]]:
        self.sent.clear()
        send_waiting(self.session, self.registry, at)
        return [(name, note.title.split("]")[1].split(":")[0].strip()) for name, note in self.sent]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    workspace = init_workspace(tmp_path / "w").workspace
    workspace.tools_file.write_text(TOOLS)
    (workspace.config / "alerts.yml").write_text(ALERTS)
    with open_warehouse(workspace) as warehouse:
        made = Place(warehouse.session, load(workspace))

        def fake_wire(destination: Any, note: Note) -> str | None:
            made.sent.append((destination.name, note))
            return made.error

        monkeypatch.setattr(alerting, "send", fake_wire)
        yield made


def test_each_destination_gets_what_it_wants_and_once(place: Place) -> None:
    place.run(NOON, LATE, ZERO)
    assert sorted(place.deliver(NOON)) == [("grave", "CRITICAL"), ("owners", "CRITICAL"), ("owners", "MAJOR")]
    place.run(NOON, LATE, ZERO)
    assert place.deliver(NOON) == []


def test_one_opened_one_reminder_a_day_one_resolved(place: Place) -> None:
    place.run(NOON, LATE)
    assert place.deliver(NOON) == [("owners", "MAJOR")]
    for _ in range(3):
        place.run(NOON + DAY, LATE)
    assert place.deliver(NOON + DAY) == [("owners", "STILL OPEN")]
    place.run(NOON + 2 * DAY)
    place.run(NOON + 2 * DAY)
    assert place.deliver(NOON + 2 * DAY) == [("owners", "RESOLVED")]


def test_in_quiet_hours_only_what_is_critical_goes_out(place: Place) -> None:
    place.run(NIGHT, LATE, ZERO)
    assert {what for _, what in place.deliver(NIGHT)} == {"CRITICAL"}
    assert place.deliver(NIGHT + timedelta(hours=10)) == [("owners", "MAJOR")]


def test_what_could_not_be_sent_is_tried_again_and_the_reason_kept(place: Place) -> None:
    place.run(NOON, LATE)
    place.error = "owners: could not be sent"
    assert send_waiting(place.session, place.registry, NOON).failures == ("owners: could not be sent",)
    assert kept.unsent_reasons(place.session) == ("owners: could not be sent",)
    place.error = None
    assert place.deliver(NOON) == [("owners", "MAJOR")]
    assert kept.unsent_reasons(place.session) == ()


def test_a_crash_between_sending_and_writing_it_down_sends_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.run(NOON, LATE)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "mark", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            place.deliver(NOON)
    assert place.deliver(NOON) == [("owners", "MAJOR")]


def test_the_end_is_not_told_to_whom_the_beginning_was_not(place: Place) -> None:
    place.run(NOON, LATE)
    place.run(NOON + DAY)
    told = {row[0] for row in place.session.rows("select distinct destination from raw.alert_message")}
    assert told == {"owners"}


def test_nothing_waits_for_a_destination_that_is_configured_no_longer(place: Place) -> None:
    place.run(NOON, ZERO)
    alerts = place.registry.alerts.model_copy(update={"destinations": place.registry.alerts.destinations[:1]})
    place.registry = replace(place.registry, alerts=alerts)
    assert place.deliver(NOON) == [("owners", "CRITICAL")]


def test_a_note_says_whose_it_is_what_is_wrong_where_to_look_and_what_to_do(place: Place) -> None:
    place.run(NOON, LATE)
    [message] = kept.waiting(place.session)
    note = note_of(message, place.registry, NOON)
    assert note.title == "[takeup] MAJOR: Invoice extraction: Logs are late"
    for part in (
        LATE.summary, "First guess: a problem of the data", "- why", "What to do: rb/late-source.md",
        "Runbook of the tool: https://example.com/rb", "Owner: Ada Lovelace (ada@example.com)",
        message.incident.incident_id,
    ):  # fmt: skip
        assert part in note.body


def test_the_escalation_hears_of_it_when_nobody_acts(place: Place) -> None:
    place.run(NOON, LATE)
    [message] = kept.waiting(place.session)
    assert note_of(message, place.registry, NOON + 2 * DAY).to == ("ada@example.com", "grace@example.com")
    assert note_of(message, place.registry, NOON + 3 * DAY).to[-1] == "head@example.com"
    taken = replace(message, incident=replace(message.incident, acknowledged_at=NOON))
    assert "head@example.com" not in note_of(taken, place.registry, NOON + 3 * DAY).to
