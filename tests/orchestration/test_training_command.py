"""`takeup training` on a real, small company."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.commands.training import harmless
from orchestration.publication import latest_publication
from orchestration.run_stamp import last_run
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(built_company: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the company that may be written to."""
    shutil.copytree(built_company.root, tmp_path / "company", symlinks=True, ignore=shutil.ignore_patterns("target"))
    return Workspace.at(tmp_path / "company")


def training(workspace: Workspace, *arguments: str) -> Any:
    output = takeup("training", *arguments, "--json", "-w", str(workspace.root))
    assert output.returncode == 0, output.stdout + output.stderr
    return json.loads(output.stdout)


def needs(workspace: Workspace) -> set[tuple[str, str]]:
    path = latest_publication(workspace)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute("select person_key, module_code from fct_training_need where module is not null")
        return {(str(person), str(module)) for person, module in rows.fetchall()}


def entries(workspace: Workspace) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        return connection.execute("select * from raw.training_plan_entry order by all").fetchall()


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_plan_lists_the_needs_with_reason_module_and_day(workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "plan.csv"
    made = training(workspace, "plan", "--due", "2099-01-31", "--out", str(out))
    listed = lines(out)
    assert {(row["person_key"], row["module"]) for row in listed} <= needs(workspace)
    assert len(listed) == sum(one["train"] for one in made["modules"])
    assert {row["due_date"] for row in listed} == {"2099-01-31"}
    assert all(row["title"].startswith(row["module"]) for row in listed)
    assert all("cases" in row["reason"] or "broken" in row["reason"] for row in listed)
    assert out.stat().st_mode & 0o777 == 0o600
    left_out = sum(made["left_out"].values())
    assert len(entries(workspace)) + left_out == count_needs(workspace)


def count_needs(workspace: Workspace) -> int:
    with duckdb.connect(str(latest_publication(workspace)), read_only=True) as connection:
        (found,) = connection.execute("select count(*) from fct_training_need").fetchall()
    return int(found[0])


def test_names_come_through_the_vault_alone_and_are_logged(workspace: Workspace, tmp_path: Path) -> None:
    log = workspace.vault / "access.log"
    before = log.read_text().count("\n")
    made = training(workspace, "plan", "--tool", "claims-triage")
    assert log.read_text().count("\n") == before
    out = tmp_path / "named.csv"
    ended = takeup(
        "training", "export", made["plan_id"], "--out", str(out), "--names", "--why", "ticket 12", "-w",
        str(workspace.root),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    named = lines(out)
    assert all("@" in row["email"] and row["person_id"] for row in named)
    assert "person_key" not in named[0]
    last = json.loads(log.read_text().splitlines()[-1])
    assert (last["action"], last["why"]) == ("reveal", "ticket 12")
    assert last["count"] == len({row["person_id"] for row in named})


def test_a_plan_stays_as_it_was_made_and_is_not_made_twice(workspace: Workspace) -> None:
    assert last_run(workspace) is not None
    first = training(workspace, "plan", "--tool", "claims-triage")
    assert last_run(workspace) is None  # the next run has it to publish
    before = entries(workspace)
    again = takeup("training", "plan", "--tool", "claims-triage", "-w", str(workspace.root))
    assert again.returncode == 1
    assert "earlier plan that is not due yet" in again.stdout
    training(workspace, "plan")
    assert [row for row in entries(workspace) if row[0] == first["plan_id"]] == before
    listed = training(workspace, "plans")
    assert [one["plan_id"] for one in listed] == [first["plan_id"], first["plan_id"][:-1] + "2"]
    assert listed[0]["due_date"] == str(date.fromisoformat(listed[0]["made"]) + timedelta(days=28))


def test_no_plan_is_kept_whose_list_cannot_be_written(workspace: Workspace) -> None:
    ended = takeup("training", "plan", "--out", "/dev/null/plan.csv", "-w", str(workspace.root))
    assert (ended.returncode, "cannot be written" in ended.stderr) == (1, True)
    assert entries(workspace) == []


def test_a_plan_that_was_changed_is_not_taken_for_one(workspace: Workspace) -> None:
    made = training(workspace, "plan", "--tool", "claims-triage")
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("update raw.training_plan_entry set arm = 'hold_out' where rowid = 0")
    ended = takeup("training", "plans", "-w", str(workspace.root))
    assert ended.returncode == 1
    assert f"plan {made['plan_id']} was changed after it was made" in ended.stderr


def test_a_lot_is_recorded_with_its_seed(workspace: Workspace) -> None:
    made = training(workspace, "plan", "--hold-out", "50%")
    assert made["hold_out"] == 0.5
    assert isinstance(made["seed"], int)
    assert all(one["held_out"] == 0 or one["held_out"] >= 10 for one in made["modules"])
    assert training(workspace, "plans")[0]["seed"] == made["seed"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("plan", "--hold-out", "70%"), "no share up to one half"),
        (("plan", "--hold-out", "a fifth"), "no share up to one half"),
        (("plan", "--due", "2020-01-01"), "has passed"),
        (("plan", "--tool", "claims-triag"), "did you mean 'claims-triage'?"),
        (("plan", "--rule", "doc-extract-blind"), "there is no rule 'doc-extract-blind' of any tool"),
        (("plan", "--tool", "doc-extract", "--module", "CT-303"), "there is no module 'CT-303' of doc-extract"),
        (("export", "2020-01-01-1", "--out", "x.csv"), "there is no plan"),
    ],
)
def test_what_cannot_be_planned_is_said(workspace: Workspace, arguments: tuple[str, ...], says: str) -> None:
    ended = takeup("training", *arguments, "-w", str(workspace.root))
    assert ended.returncode == 2
    assert says in ended.stderr


def test_a_cell_is_never_a_formula() -> None:
    assert [harmless(text) for text in ("=1+1", "+a", "-a", "@a", "\ta", "a=b")] == [
        "'=1+1", "'+a", "'-a", "'@a", "'\ta", "a=b",
    ]  # fmt: skip
