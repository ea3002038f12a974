"""Incidents over time: opened once, reminded of once a day, resolved once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from orchestration.alerts.findings import Finding
from orchestration.alerts.guesses import FirstGuess
from orchestration.alerts.incidents import (
    Acknowledgement,
    Incident,
    acknowledged,
    carried_on,
    due_messages,
)
from orchestration.alerts.kinds import KINDS

NOW = datetime(2026, 3, 2, 6)
DAY = timedelta(days=1)
LATE = Finding("late-source", "doc-extract", "late", "doc-extract/x")
GUESS = FirstGuess("data", ("nothing came",))


def run(known: list[Incident], at: datetime, *found: Finding) -> list[Incident]:
    return carried_on(known, [(one, GUESS) for one in found], at, "docs/runbooks")


def said(incidents: list[Incident], at: datetime) -> list[str]:
    return [one.message_id.split("/", 1)[1] for one in due_messages(incidents, at, reminds=True)]


def test_the_same_finding_stays_the_same_incident_and_takes_its_newest_words() -> None:
    [first] = run([], NOW, LATE)
    [second] = run([first], NOW + DAY, replace(LATE, summary="later still"))
    assert (second.incident_id, second.opened_at, second.summary) == (first.incident_id, NOW, "later still")
    assert second.last_seen_at == NOW + DAY


def test_what_is_found_no_longer_is_resolved_once() -> None:
    opened = run([], NOW, LATE)
    [resolved] = run(opened, NOW + DAY)
    assert resolved.resolved_at == NOW + DAY
    assert run([resolved], NOW + 2 * DAY) == [resolved]


def test_what_comes_back_another_day_is_a_new_incident_and_the_same_day_the_old_one() -> None:
    resolved = run(run([], NOW, LATE), NOW + DAY)
    assert len(run(resolved, NOW + 2 * DAY, LATE)) == 2
    same_day = run(run([], NOW, LATE), NOW + timedelta(hours=1))
    [again] = run(same_day, NOW + timedelta(hours=2), LATE)
    assert again.is_open
    assert again.incident_id == same_day[0].incident_id


def test_sources_of_one_tool_are_incidents_of_their_own() -> None:
    both = run([], NOW, LATE, replace(LATE, subject="doc-extract/y"))
    assert len({one.incident_id for one in both}) == 2
    assert [one.is_open for one in run(both, NOW + DAY, LATE)] == [True, False]


def test_one_is_told_at_once_then_once_a_day_and_of_the_end() -> None:
    opened = run([], NOW, LATE)
    assert said(opened, NOW) == ["opened"]
    later = NOW + timedelta(hours=3)
    assert said(run(opened, later, LATE), later) == ["opened"]
    assert said(run(opened, NOW + DAY, LATE), NOW + DAY) == ["opened", "reminder/2026-03-03"]
    assert said(run(opened, NOW + DAY), NOW + DAY) == ["resolved"]


def test_what_somebody_has_taken_on_is_not_reminded_of() -> None:
    opened = run([], NOW, LATE)
    taken = acknowledged(opened, {opened[0].incident_id: Acknowledgement(opened[0].incident_id, NOW, "ada", "on it")})
    assert said(run(taken, NOW + DAY, LATE), NOW + DAY) == ["opened"]
    assert run(taken, NOW + DAY, LATE)[0].note == "on it"


def test_every_kind_has_a_title_and_says_where_its_runbook_is() -> None:
    for kind in KINDS:
        [one] = run([], NOW, replace(LATE, kind=kind))
        assert (one.title, one.severity) == (KINDS[kind].title, KINDS[kind].severity)
        assert one.runbook == f"docs/runbooks/{kind}.md"
