"""`takeup rules simulate` on a published company: what it says is what a run would publish, and nothing is enacted."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.commands.rules_simulate import Question, show_simulation
from orchestration.errors import ConfigError, DataError, UsageError
from orchestration.registry.proposal import read_proposal
from orchestration.vault import Vault
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow
TOOL = "doc-extract"
AS_OF = "2026-11-19T06:00:00"  # as in the demo
KEY = re.compile(r"\b[0-9a-f]{32}\b")


@pytest.fixture(scope="module")
def company(built_company: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the company: simulating takes the writer's place, which tests in other processes may want too."""
    return copy_of(built_company, tmp_path_factory.mktemp("simulated"))


def copy_of(workspace: Workspace, place: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(workspace.root, place / "company", symlinks=True)))


@pytest.fixture
def stricter(company: Workspace, tmp_path: Path) -> Path:
    """The tool's rules, without any tolerance."""
    text = (company.rules / f"{TOOL}.yml").read_text()
    assert "tolerate: 10%" in text
    return written(tmp_path / "new.yml", text.replace("tolerate: 10%", "tolerate: none"))


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.fixture
def said(company: Workspace, capsys: pytest.CaptureFixture[str]) -> Any:
    """Asks in this process (dbt is ready after the first time) and returns the document."""

    def ask(rules_file: Path, **options: Any) -> dict[str, Any]:
        assert show_simulation(company, Question(rules_file, **options), as_json=True) == 0
        return dict(json.loads(capsys.readouterr().out))

    return ask


def digests(workspace: Workspace) -> dict[str, str]:
    files = [
        workspace.warehouse,
        workspace.marts,
        workspace.build / "rule_versions.json",
        workspace.vault / "access.log",
    ]
    files += [*workspace.published.iterdir(), *workspace.config.rglob("*.*")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files) if path.is_file()}


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def statuses(workspace: Workspace, week_start: str) -> dict[str, tuple[str, str]]:
    sql = f"""
        select person_key, status, reason from fct_person_tool_week
        where tool_id = '{TOOL}' and week_start = '{week_start}'
    """
    return {key: (status, reason) for key, status, reason in rows(workspace, sql)}


def test_the_rules_in_force_change_nothing(company: Workspace, said: Any) -> None:
    found = said(company.rules / f"{TOOL}.yml")
    assert (found["moved"], found["flips"], found["units"], found["notes"]) == (0, [], [], [])
    assert {one["change"] for one in found["rules"]} == {"unchanged"}
    (week_start,) = rows(company, f"select last_final_week_start from dim_tool where tool_id = '{TOOL}'")[0]
    assert found["week_start"] == str(week_start)
    assert found["eligible"] == len(statuses(company, found["week_start"]))


def test_what_is_simulated_is_what_a_run_would_publish(
    company: Workspace, stricter: Path, said: Any, tmp_path: Path
) -> None:
    found = said(stricter, with_people=True)
    assert found["moved"] > 0
    enacted = copy_of(company, tmp_path)
    shutil.copy(stricter, enacted.rules / f"{TOOL}.yml")
    (enacted.build / "rule_versions.json").unlink()  # else the new meaning would only judge from the day of the run
    output = takeup("run", "-w", str(enacted.root), "--as-of", AS_OF)
    assert output.returncode == 0, output.stderr
    before, after = (statuses(one, found["week_start"]) for one in (company, enacted))
    moved = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    assert moved == {
        one["person_key"]: ((one["from_status"], one["from_reason"]), (one["to_status"], one["to_reason"]))
        for one in found["people"]
    }
    counts = {one["status"]: (one["before"], one["after"]) for one in found["classes"]}
    for status, (was, will) in counts.items():
        assert was == sum(one == status for one, _ in before.values())
        assert will == sum(one == status for one, _ in after.values())


def test_an_earlier_week_can_be_simulated(company: Workspace, stricter: Path, said: Any) -> None:
    sql = f"select min(week_start) from fct_person_tool_week where tool_id = '{TOOL}'"
    ((first,),) = rows(company, sql)
    found = said(stricter, week=f"{first:%G-W%V}")
    assert (found["week_start"], found["eligible"]) == (str(first), len(statuses(company, str(first))))
    for week, error in (("2026-45", UsageError), ("1999-W01", DataError)):
        with pytest.raises(error, match=r"ISO week|nobody was judged .* known weeks lie in"):
            show_simulation(company, Question(stricter, week), as_json=True)


def test_a_new_rule_is_added_and_alone_drops_the_others(company: Workspace, tmp_path: Path, said: Any) -> None:
    fresh = written(tmp_path / "fresh.yml", NEW_RULE)
    changes = {one["rule_id"]: one["change"] for one in said(fresh)["rules"]}
    assert changes.pop("every-decision-is-human") == "added"
    assert set(changes.values()) == {"unchanged"}
    found = said(fresh, alone=True)
    assert {one["change"] for one in found["rules"]} == {"added", "dropped"}
    assert found["moved"] > 0


NEW_RULE = f"""
tool: {TOOL}
catalogue:
  events: [decide]
rules:
- id: every-decision-is-human
  version: 1
  kind: check
  title: A person decides
  each: decide
  must: decision_source = 'human'
  severity: minor
  owner: finance-controls
  why: A robot answers for nothing.
  train: 'none: nothing to learn'
"""


def test_nothing_is_enacted(company: Workspace, stricter: Path) -> None:
    before = digests(company)
    output = takeup("rules", "simulate", str(stricter), "-w", str(company.root))
    assert output.returncode == 0, output.stderr
    assert digests(company) == before
    assert list(company.build.glob("counterfactual-*")) == []
    assert "nothing is enacted" in output.stdout
    assert "people change their class" in output.stdout
    assert not KEY.search(output.stdout)
    assert "newly violate it" in output.stdout
    assert "new.yml:" in output.stderr
    assert "means something else than when version 1 was enacted - write `version: 2`" in output.stderr


def test_nobody_is_listed_unless_asked_for_and_then_it_is_logged(
    company: Workspace, stricter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = company.vault / "access.log"
    before = log.read_bytes() if log.is_file() else b""
    show_simulation(company, Question(stricter), as_json=True)
    assert not KEY.search(capsys.readouterr().out)
    assert (log.read_bytes() if log.is_file() else b"") == before
    show_simulation(company, Question(stricter, with_people=True, why="a look ahead"), as_json=False)
    listed = set(KEY.findall(capsys.readouterr().out))
    assert listed <= set(statuses(company, "2026-11-02"))
    entry = json.loads(log.read_bytes().splitlines()[-1])
    assert (entry["action"], entry["count"], entry["why"]) == ("simulate", len(listed), "a look ahead")
    assert listed
    assert Vault(company).is_log_intact()


def test_people_are_not_listed_where_it_cannot_be_logged(company: Workspace, stricter: Path, tmp_path: Path) -> None:
    bare = Workspace(tmp_path / "bare")
    shutil.copytree(company.config, bare.config)
    with pytest.raises(UsageError, match=r"no vault.*leave out --people"):
        show_simulation(bare, Question(stricter, with_people=True), as_json=False)


def test_mistakes_in_the_file_are_those_of_check_with_their_place(company: Workspace, tmp_path: Path) -> None:
    for old, new, where, what in (
        ("decision_source = 'human'", "confidance > 0.5", r":11:9", "did you mean 'confidence'"),
        (f"tool: {TOOL}", "tool: doc-extrakt", r":2:7", "there is no tool 'doc-extrakt'"),
        ("severity: minor", "sevrity: minor", r":12:3", "did you mean 'severity'"),
        ("kind: check", "kind: chekc", r":8:9", "chekc"),
    ):
        bad = written(tmp_path / "bad.yml", NEW_RULE.replace(old, new))
        with pytest.raises(ConfigError, match=rf"bad\.yml{where}: .*{what}"):
            show_simulation(company, Question(bad), as_json=False)
    output = takeup("rules", "simulate", str(tmp_path / "bad.yml"), "-w", str(company.root))
    assert output.returncode == 2
    assert "Traceback" not in output.stderr
    missing = takeup("rules", "simulate", str(tmp_path / "none.yml"), "-w", str(company.root))
    assert missing.returncode == 2


def test_a_rule_of_another_tool_cannot_be_taken(company: Workspace, tmp_path: Path) -> None:
    (taken, *_) = (rule for rule, tool in rows(company, "select rule_id, tool_id from dim_rule") if tool != TOOL)
    bad = written(tmp_path / "bad.yml", NEW_RULE.replace("every-decision-is-human", taken))
    with pytest.raises(ConfigError, match=r"bad\.yml:\d+:\d+: the rule .* rule ids are company-wide"):
        read_proposal(company, bad)


def test_what_has_changed_since_the_run_is_said(company: Workspace, tmp_path: Path, stricter: Path) -> None:
    moved_on = copy_of(company, tmp_path)
    (moved_on.inbox / TOOL / "later.jsonl").write_text("{}\n")
    output = takeup("rules", "simulate", str(stricter), "-w", str(moved_on.root), "--json")
    assert output.returncode == 0, output.stderr
    assert any("have changed since the last run" in note for note in json.loads(output.stdout)["notes"])


def test_without_a_publication_there_is_nothing_to_compare_with(
    company: Workspace, tmp_path: Path, stricter: Path
) -> None:
    shutil.copytree(company.config, tmp_path / "bare" / "config")
    output = takeup("rules", "simulate", str(stricter), "-w", str(tmp_path / "bare"))
    assert output.returncode == 1
    assert "nothing was published yet" in output.stderr
