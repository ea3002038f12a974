"""`takeup rules restate`, and what `takeup run` says of new versions."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import journal
from orchestration.commands.enactments import enactments_of
from orchestration.commands.rules_restate import Wish, restate
from orchestration.errors import ConfigError, UsageError
from orchestration.registry.loading import load
from orchestration.registry.restatements import decisions
from orchestration.registry.rule_timeline import Moment, book_of
from orchestration.registry.rule_versions import record
from orchestration.run_stamp import last_run, stamp_now
from orchestration.workspace import Workspace
from tests.conftest import takeup
from tests.orchestration.registry.workspaces import rules, tool, workspace

RULE = "doc-extract-rule"


def enact(made: Workspace, run_id: str, today: date) -> None:
    record(made, book_of(made, load(made), Moment(run_id, today)).versions)


@pytest.fixture
def two_versions(tmp_path: Path) -> Workspace:
    """Version 2 came into force on 10 April."""
    made = workspace(tmp_path, tool(), rules_a=rules())
    enact(made, "first", date(2026, 4, 1))
    (made.rules / "a.yml").write_text(rules(version=2, least="0.7"))
    enact(made, "second", date(2026, 4, 10))
    return made


def test_a_decision_is_written_down_once_with_who_when_and_why(two_versions: Workspace) -> None:
    for _ in range(2):
        assert restate(two_versions, Wish(RULE, "2026-02-01", "audit 12", is_later=True), as_json=False) == 0
    (entry,) = journal.entries(two_versions.restatements)
    assert (entry["rule_id"], entry["version"], entry["from"], entry["why"]) == (RULE, 2, "2026-02-01", "audit 12")
    assert entry["who"] and entry["at"]
    restate(two_versions, Wish(RULE, "beginning", "", is_later=True), as_json=False)
    assert decisions(two_versions) == {(RULE, 2): None}


def test_a_decision_is_news_to_the_next_run(two_versions: Workspace) -> None:
    before = stamp_now(two_versions, "2026-04-12")
    restate(two_versions, Wish(RULE, "2026-02-01", "", is_later=True), as_json=False)
    assert stamp_now(two_versions, "2026-04-12") != before


def test_what_cannot_be_restated_is_refused_and_leaves_no_trace(two_versions: Workspace) -> None:
    with pytest.raises(UsageError, match="there is no rule 'doc-extract-rul'; did you mean 'doc-extract-rule'"):
        restate(two_versions, Wish("doc-extract-rul", "2026-02-01", ""), as_json=False)
    with pytest.raises(UsageError, match="--from soon: not a date - write it like 2026-03-02, or beginning"):
        restate(two_versions, Wish(RULE, "soon", ""), as_json=False)
    (two_versions.rules / "a.yml").write_text(rules(version=2, least="0.9"))
    with pytest.raises(ConfigError, match="means something else than when version 2 was enacted"):
        restate(two_versions, Wish(RULE, "2026-02-01", ""), as_json=False)
    assert not two_versions.restatements.exists()


def test_a_run_tells_of_a_version_that_came_into_force_and_how_to_judge_the_past(two_versions: Workspace) -> None:
    assert enactments_of(two_versions, "first") == []
    (one,) = enactments_of(two_versions, "second")
    assert one.told(two_versions).startswith(f"Version 2 of {RULE} judges what is done from 2026-04-10 on;")
    assert one.told(two_versions).endswith(f"takeup rules restate {RULE} --from DATE -w {two_versions.root}")
    (two_versions.rules / "a.yml").write_text(rules())
    enact(two_versions, "third", date(2026, 4, 12))
    (gone,) = enactments_of(two_versions, "third")
    assert gone.told(two_versions).startswith(f"Version 2 of {RULE} was withdrawn")


@pytest.mark.slow
def test_a_rule_edited_in_place_judges_the_past_only_when_it_is_told_to(
    built_company: Workspace, tmp_path: Path
) -> None:
    """Through the command line: the run says what came into force, restating moves history, and the mart says so."""
    made = Workspace(Path(shutil.copytree(built_company.root, tmp_path / "company", symlinks=True)))
    rule_id = "claims-triage-blind-acceptance"
    file = made.rules / "claims-triage.yml"
    before, rule, after = file.read_text().partition(f"- id: {rule_id}\n")
    after = after.replace("version: 1", "version: 2", 1).replace("must: dwell_s >= words / 10", "must: dwell_s < 0", 1)
    file.write_text(before + rule + after)
    first = takeup("run", "-w", str(made.root), "--as-of", "2026-11-15")
    assert first.returncode == 0, first.stderr
    assert f"Version 2 of {rule_id} judges what is done from 2026-11-16 on" in first.stdout
    assert _rows(made, "select count(*) from fct_restatement") == [(0,)]
    said = takeup(
        "rules", "restate", rule_id, "--from", "beginning", "-w", str(made.root), "--as-of", "2026-11-15", "--json"
    )
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["success"]
    ((moved, behaviour, population, late),) = _rows(
        made,
        "select sum(abs(rule)), sum(abs(behaviour)), sum(abs(population)), sum(abs(late_data)) from fct_restatement",
    )
    assert moved > 0
    assert (behaviour, population, late) == (0, 0, 0)
    assert _rows(made, f"select version, effective_to from dim_rule where rule_id = '{rule_id}'") == [(2, None)]
    assert last_run(made) == stamp_now(made, "2026-11-15"), "the decision is in force: there is nothing new to run for"


def _rows(made: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(made.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()
