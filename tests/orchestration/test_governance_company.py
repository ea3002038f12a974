"""Alerts, promises, audits and drills of the synthetic company, through the real pipeline."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.commands.alerts import alerts_of
from orchestration.commands.audit import show_audit
from orchestration.drills.running import drill
from orchestration.sample.rosters import GONE
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow
EVERY_DRILL = os.environ.get("TAKEUP_RELIABILITY") == "1"


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def company(built_company: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the built company that a test may write into."""
    place = tmp_path_factory.mktemp("governed") / "company"
    shutil.copytree(built_company.root, place, symlinks=True)
    return Workspace(place)


def test_the_owner_who_has_left_is_noticed(built_company: Workspace) -> None:
    [one] = [alert for alert in alerts_of(built_company) if alert["kind"] == "ownership"]
    assert (one["owner_name"], one["severity"], one["first_guess"]) == (GONE, "critical", "organisation")


def test_no_alert_is_about_days_on_which_nothing_was_wrong(built_company: Workspace) -> None:
    """The company has outages, holidays, leave, weekends and growth; none of them is a day without anybody."""
    assert {alert["kind"] for alert in alerts_of(built_company)} <= {"ownership", "volume", "error-budget"}


def test_every_tool_has_a_row_for_every_day_since_it_went_live(built_company: Workspace) -> None:
    found = rows(
        built_company,
        "select count(*), count(distinct day), max(day) - min(day) + 1 from fct_tool_day group by tool_id",
    )
    assert len(found) == 7
    assert all(count == days == span for count, days, span in found)


def test_days_after_the_last_logs_are_unknown_and_not_zero(built_company: Workspace) -> None:
    assert rows(built_company, "select count(*) from fct_tool_day where not is_told and people is not null") == [(0,)]
    assert rows(built_company, "select count(*) > 0 from fct_tool_day where not is_told") == [(True,)]


def test_people_of_a_day_are_the_people_whose_uses_were_counted(built_company: Workspace) -> None:
    """Summed over a week the days are never fewer than the people of the week, nor more than their active days."""
    weekly = rows(
        built_company,
        """
        select day.tool_id, sum(day.people), count(*) from fct_tool_day as day
        where day.people > day.available_people + 5 group by 1
        """,
    )
    assert weekly == []


def test_every_tool_has_sixteen_answers_and_every_gap_a_plan(built_company: Workspace) -> None:
    counted = rows(built_company, "select tool_id, count(*) from fct_audit_answer where is_latest group by 1")
    assert {count for _, count in counted} == {16}
    is_open = "answer <> 'yes' and (gap is null or owner is null or due_date is null)"
    gaps = f"select count(*) from fct_audit_answer where {is_open}"
    assert rows(built_company, gaps) == [(0,)]


def test_an_audit_is_a_document_and_a_page(
    built_company: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_audit(built_company, "claims-triage", tmp_path / "page.md", as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["questions"]) == 16
    keys = {"id", "area", "question", "answer", "evidence", "gap", "owner", "due"}
    assert all(set(one) == keys for one in document["questions"])
    gaps = [one["id"] for one in document["questions"] if one["answer"] != "yes"]
    assert [one["id"] for one in document["plan"]] == gaps
    assert all(one["owner"] and one["action"] and one["due"] for one in document["plan"])
    assert sum(document["score"].values()) == 16
    page = (tmp_path / "page.md").read_text()
    assert page.startswith("# Readiness of Claims triage")
    assert "## Plan" in page


def test_each_promise_has_a_row_in_every_week(built_company: Workspace) -> None:
    found = rows(built_company, "select count(*), count(distinct (tool_id, week_start)) * 8 from fct_production_week")
    assert found[0][0] == found[0][1]
    assert rows(built_company, "select count(*) from fct_production_week where holds and observed is null") == [(0,)]
    assert rows(built_company, "select count(*) from fct_load_bearing group by tool_id") == [(11,)] * 7


def test_status_tells_alerts_promises_and_audits(built_company: Workspace) -> None:
    found = json.loads(takeup("status", "-w", str(built_company.root), "--json").stdout)
    assert found["alerts"][0]["kind"] == "ownership"
    tool = next(one for one in found["tools"] if one["tool_id"] == "lead-scoring")
    assert tool["audit_questions"] == 16
    assert tool["open_alerts"] >= 1
    assert tool["production_holds"] is False
    bearing = [one for one in found["load_bearing"] if one["tool_id"] == "lead-scoring"]
    assert len(bearing) == 11
    assert sum(one["result"] == "broken" for one in bearing) == tool["promises_broken"]
    assert {(one["tool_id"], one["org_unit"]) for one in found["org_unit_targets"]} == {
        ("doc-extract", "Finance"),
        ("claims-triage", "Claims"),
    }


@pytest.mark.parametrize("command", [("alerts",), ("audit",), ("drill", "--fault", "zero-day")])
def test_a_misspelt_tool_is_refused_and_not_said_to_be_well(built_company: Workspace, command: tuple[str, ...]) -> None:
    named = ("lead-scorin",) if command == ("audit",) else ("--tool", "lead-scorin")
    ended = takeup(*command, *named, "-w", str(built_company.root))
    assert ended.returncode == 2
    assert "did you mean 'lead-scoring'?" in ended.stderr


def test_an_alert_is_taken_on_at_once_and_by_all_or_none(company: Workspace) -> None:
    [one] = [alert for alert in alerts_of(company) if alert["kind"] == "ownership"]
    refused = takeup("alerts", "ack", one["incident_id"], "260101-000000", "-w", str(company.root))
    assert refused.returncode == 2
    assert alerts_of(company)[0]["status"] == "open"
    assert takeup("alerts", "ack", one["incident_id"], "--note", "found", "-w", str(company.root)).returncode == 0
    taken = next(alert for alert in alerts_of(company) if alert["incident_id"] == one["incident_id"])
    assert (taken["status"], taken["note"]) == ("acknowledged", "found")


@pytest.mark.reliability
def test_planted_faults_raise_their_alerts(company: Workspace) -> None:
    """Some of them, and all with TAKEUP_RELIABILITY=1, as takeup drill does."""
    from orchestration.drills.faults import FAULTS

    before = (company.warehouse.stat().st_mtime_ns, company.latest.resolve())
    kinds = tuple(FAULTS) if EVERY_DRILL else ("zero-day", "late-source", "quarantine", "unknown-people", "ownership")
    results = list(drill(company, kinds, None, lambda _: None))
    assert {one.kind for one in results} == set(kinds)
    assert [one.kind for one in results if one.tool_id is not None and not one.came] == []
    assert sum(one.came for one in results) >= 5
    assert (company.warehouse.stat().st_mtime_ns, company.latest.resolve()) == before
    assert list(company.build.glob("drill-*")) == []
