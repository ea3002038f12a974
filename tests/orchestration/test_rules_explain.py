"""`takeup rules explain` on a published company: every number it says is one that was published."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.commands.rules_explain import document
from orchestration.errors import DataError, UsageError
from orchestration.explain import Explanation, Publication, explain
from orchestration.vault import Vault
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow
DUBLIN = ZoneInfo("Europe/Dublin")  # a day of counts begins at its midnight, which is the day before in UTC in summer
REASONS = ("blocker", "major", "several_minor", "proven", "unproven", "never", "tried", "lapsed", "away", "new",
           "no_opportunity")  # fmt: skip


def rows(workspace: Workspace, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql, parameters).fetchall()


def anybody(workspace: Workspace, reason: str) -> list[tuple[str, str]]:
    """(person_key, tool_id) of somebody with that reason in the latest final week, if there is somebody."""
    sql = """
        select person_key, s.tool_id from fct_person_tool_week as s inner join dim_tool as t
            on t.tool_id = s.tool_id and s.week_start = coalesce(t.last_final_week_start, t.last_week_start)
        where reason = ? order by 1, 2 limit 1
    """
    return rows(workspace, sql, reason)


def explained(workspace: Workspace, person_key: str, tool_id: str, week: str | None = None) -> Explanation:
    with Publication(workspace) as publication:
        return explain(publication, person_key, tool_id, week)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_said_in_words(built_company: Workspace, reason: str) -> None:
    for person_key, tool_id in anybody(built_company, reason):
        found = explained(built_company, person_key, tool_id)
        assert found.status["reason"] == reason
        assert "{" not in found.says
        assert "None" not in found.says


def test_the_rules_counts_are_those_of_the_mart(built_company: Workspace) -> None:
    ((person_key, tool_id),) = anybody(built_company, "major")
    found = explained(built_company, person_key, tool_id)
    sql = """
        select rule_id, version, verdict, judged, broken, pending, unknown, excused from fct_rule_week
        where person_key = ? and tool_id = ? and week_start = ? order by 1
    """
    published = rows(built_company, sql, person_key, tool_id, found.week_start)
    said = [
        (one.terms["rule_id"], one.terms["version"], one.verdict, one.judged, one.broken, one.pending, one.unknown,
         one.excused)
        for one in sorted(found.rules, key=lambda rule: str(rule.terms["rule_id"]))
        if one.verdict != "not_triggered"
    ]  # fmt: skip
    assert said == published
    assert "violated" in [one.verdict for one in found.rules if one.terms["severity"] == "major"]


def test_every_rule_in_force_is_named_even_when_it_never_fired(built_company: Workspace) -> None:
    ((person_key, tool_id),) = anybody(built_company, "lapsed")
    found = explained(built_company, person_key, tool_id)
    known = rows(built_company, "select count(*) from dim_rule where tool_id = ?", tool_id)
    assert [(len(found.rules),)] == known
    silent = [one for one in found.rules if one.verdict == "not_triggered"]
    assert silent
    assert all(one.missing == ("nothing in the window called for it",) for one in silent)


def test_the_first_three_breaches_are_those_of_the_mart_in_their_order(built_company: Workspace) -> None:
    ((person_key, tool_id),) = anybody(built_company, "major")
    found = explained(built_company, person_key, tool_id)
    for rule in found.rules:
        sql = "select first_broken_event_ids from fct_rule_week where person_key = ? and rule_id = ? and week_start = ?"
        published = rows(built_company, sql, person_key, rule.terms["rule_id"], found.week_start)
        ids = json.loads(published[0][0]) if published and published[0][0] else []
        assert [one.event_id for one in rule.breaches] == ids
        days = [one.at.astimezone(DUBLIN).date() for one in rule.breaches]
        assert all(found.window_start <= day < found.window_end for day in days)


def test_a_violated_rule_shows_the_way_back_and_the_module(built_company: Workspace) -> None:
    ((person_key, tool_id),) = anybody(built_company, "major")
    found = document(explained(built_company, person_key, tool_id))
    (violated, *_) = [one for one in found["rules"] if one["verdict"] == "violated" and one["severity"] == "major"]
    way = violated["way_back"]
    assert violated["module"]
    assert way["until_satisfied"] is None or way["until_satisfied"] >= way["until_not_violated"] > 0


def test_a_blocker_names_the_week_in_which_the_breach_has_left(built_company: Workspace) -> None:
    for person_key, tool_id in anybody(built_company, "blocker"):
        output = takeup("rules", "explain", person_key, "--tool", tool_id, "-w", str(built_company.root))
        assert output.returncode == 0, output.stderr
        assert "is the first week without these" in output.stdout
        assert "none permitted" in output.stdout


def test_a_person_id_is_looked_up_in_the_vault_and_logged(built_company: Workspace) -> None:
    key, tool_id = anybody(built_company, "major")[0]
    person = Vault(built_company).reveal([key], "test")[key]
    assert person is not None
    log = built_company.vault / "access.log"
    for identifier in (person.person_id, *([person.email] if person.email else [])):
        before = len(log.read_bytes().splitlines())
        output = takeup("rules", "explain", identifier, "--tool", tool_id, "-w", str(built_company.root), "--json")
        assert output.returncode == 0, output.stderr
        assert json.loads(output.stdout)["person_key"] == key
        assert len(log.read_bytes().splitlines()) == before + 1


def test_a_person_key_needs_no_vault(built_company: Workspace) -> None:
    ((key, tool_id),) = anybody(built_company, "proven")
    log = built_company.vault / "access.log"
    before = log.read_bytes()
    output = takeup("rules", "explain", key, "--tool", tool_id, "-w", str(built_company.root))
    assert output.returncode == 0
    assert output.stdout.startswith("Correct user: ")
    assert log.read_bytes() == before


def test_no_name_or_address_is_said(built_company: Workspace) -> None:
    ((key, tool_id),) = anybody(built_company, "major")
    output = takeup("rules", "explain", key, "--tool", tool_id, "-w", str(built_company.root), "--json").stdout
    for path in (built_company.inbox / "people").glob("*.csv"):
        for row in csv.DictReader(path.open(encoding="utf-8-sig")):
            assert not row.get("email") or row["email"] not in output


def test_an_earlier_week_can_be_asked_for(built_company: Workspace) -> None:
    sql = "select person_key, tool_id, week_start from fct_person_tool_week order by week_start, 1, 2 limit 1"
    ((key, tool_id, monday),) = rows(built_company, sql)
    found = explained(built_company, key, tool_id, f"{monday:%G-W%V}")
    assert found.week_start == monday
    assert found.week == f"{monday:%G-W%V}"


def test_what_cannot_be_answered_is_an_error_that_says_why(built_company: Workspace, tmp_path: Path) -> None:
    ((key, tool_id),) = anybody(built_company, "proven")
    with pytest.raises(UsageError, match=r"no tool 'no-tool'.*published are"):
        explained(built_company, key, "no-tool")
    for week in ("2026-45", "2026-W60", "now"):
        with pytest.raises(UsageError, match="ISO week"):
            explained(built_company, key, tool_id, week)
    with pytest.raises(DataError, match=r"in 1999-W01.*known weeks lie in"):
        explained(built_company, key, tool_id, "1999-W01")
    with pytest.raises(DataError, match="never meant to use it"):
        explained(built_company, "0" * 32, tool_id)
    with pytest.raises(DataError, match="nothing was published"):
        Publication(Workspace(tmp_path))
    output = takeup("rules", "explain", "nobody-at-all", "--tool", tool_id, "-w", str(built_company.root))
    assert output.returncode == 1
    assert "nobody on any roster" in output.stderr
