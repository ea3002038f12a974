"""`takeup rules test` as people call it: tables, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.registry.loading import load
from orchestration.registry.rule_models import KEYS
from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace
from tests.conftest import REPOSITORY, takeup
from tests.orchestration.tried_rules import WANTING

TOOLS = """\
tools:
- id: triage
  title: Triage
  owner: {name: Name Surname, email: you@example.com}
  live_from: 2026-03-02
  sources: [{format: human-decision}]
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = init_workspace(tmp_path_factory.mktemp("rules") / "acme").workspace
    made.tools_file.write_text(TOOLS)
    (made.rules / "triage.yml").write_text(WANTING)
    return made


@pytest.mark.slow
def test_the_rules_of_the_repository_stand() -> None:
    outcome = takeup("rules", "test", "-w", str(REPOSITORY), "--json")
    found = json.loads(outcome.stdout)
    wanting = [one["rule_id"] for one in found["rules"] if not one["success"]]
    assert wanting == []
    assert outcome.returncode == 0
    assert len(found["rules"]) >= 18
    assert sum(mutant["killed_by"] is not None for one in found["rules"] for mutant in one["mutants"]) >= 90


def test_the_rules_of_the_repository_show_every_kind_and_say_who_answers_and_what_to_learn() -> None:
    rules = [rule for file in load(Workspace(REPOSITORY)).rule_files for rule in file.rules]
    assert {rule.kind for rule in rules} == set(KEYS)
    assert {rule.severity for rule in rules} == {"blocker", "major", "minor"}
    for rule in rules:
        assert rule.title, rule.id
        assert rule.why, rule.id
        assert rule.owner, rule.id
        assert rule.train, rule.id


@pytest.mark.slow
def test_findings_are_told_with_their_place_and_end_in_one(workspace: Workspace) -> None:
    outcome = takeup("rules", "test", "-w", str(workspace.root))
    assert outcome.returncode == 1
    assert "0 of 4 rules stand; 1 examples fail, 6 mutants survive" in outcome.stdout
    line = next(n for n, text in enumerate(WANTING.splitlines(), start=1) if "on the bound" in text)
    assert f"config/rules/triage.yml:{line}: on the bound" in outcome.stdout
    assert "expected kept 1, verdict unproven; got kept 0, broken 1, verdict unproven" in outcome.stdout
    assert "no example expects it broken" in outcome.stdout
    assert "survives  same dropped" in outcome.stdout
    assert "equal     since dropped: every such `since` is a `first` itself" in outcome.stdout
    assert "Judging examples and mutants" in outcome.stderr


@pytest.mark.slow
def test_one_rule_is_tested_alone_and_reported_as_json(workspace: Workspace) -> None:
    outcome = takeup("rules", "test", "-w", str(workspace.root), "--rule", "wrong-expectation", "--json")
    found = json.loads(outcome.stdout)
    (rule,) = found["rules"]
    assert (outcome.returncode, found["success"], rule["success"]) == (1, False, False)
    assert [one["passed"] for one in rule["examples"]] == [True, False, True]
    assert rule["examples"][1]["expected"] == {"kept": 1, "verdict": "unproven"}
    assert rule["examples"][1]["got"]["broken"] == 1


def test_a_rule_that_is_not_there_is_a_usage_error_with_a_guess(workspace: Workspace) -> None:
    outcome = takeup("rules", "test", "-w", str(workspace.root), "--rule", "mutants-survived")
    assert outcome.returncode == 2
    assert "did you mean 'mutants-survive'?" in outcome.stderr


def test_a_workspace_without_rules_has_nothing_to_test(tmp_path: Path) -> None:
    init_workspace(tmp_path / "new")
    outcome = takeup("rules", "test", "-w", str(tmp_path / "new"))
    assert outcome.returncode == 2
    assert "no rules to test" in outcome.stderr


def test_rules_that_do_not_compile_are_told_before_any_is_judged(tmp_path: Path) -> None:
    made = init_workspace(tmp_path / "broken").workspace
    made.tools_file.write_text(TOOLS)
    (made.rules / "triage.yml").write_text(WANTING.replace("must: confidence", "must: confidance"))
    outcome = takeup("rules", "test", "-w", str(made.root))
    assert outcome.returncode == 2
    assert "did you mean 'confidence'?" in outcome.stderr
