"""What `takeup check` says of targets that cannot be meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from workspaces import rules, told, tool, workspace

from orchestration.registry.check import check
from orchestration.workspace import Workspace

TODAY = date(2026, 6, 1)


def targets(root: Path, *entries: str) -> Workspace:
    """A workspace whose tool is live from 2026-03-02, with these targets."""
    lines = [f"- {{tool: doc-extract, measure: correct, owner: ada@b.test, {entry}}}" for entry in entries]
    return workspace(root, tool(), targets="\n".join(["targets:", *lines, ""]), rules_a=rules())


def findings(made: Workspace, *, warnings: bool = False) -> list[str]:
    found = told(made, check(made, TODAY), warnings=True) if warnings else told(made, check(made, TODAY))
    return [line for line in found if line.startswith("config/targets.yml")]


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        ("value: 0%, date: 2026-12-31", "a target of 0% is reached before anybody begins - write a share"),
        (
            "value: 40%, date: 2026-12-31, org_unit: Small groups",
            "'Small groups' is what the figures call people of several units"
            " - leave org_unit out for the whole company",
        ),
        (
            "value: 40%, date: 2026-12-31, baseline_week: 2026-W53",
            "the baseline week 2026-W53 does not end before the target is due (2026-12-31)"
            " - measure from an earlier week",
        ),
    ],
)
def test_a_target_that_contradicts_itself_is_refused(tmp_path: Path, entry: str, finding: str) -> None:
    [line] = findings(targets(tmp_path, entry))
    assert line.split(" ", 1)[1] == finding


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (
            "value: 40%, date: 2026-02-28",
            "the target is due on 2026-02-28, before 'doc-extract' is live (2026-03-02) - set a later date",
        ),
        (
            "value: 40%, date: 2026-12-31, baseline_week: 2026-W09",
            "the baseline week 2026-W09 lies before 'doc-extract' is live (2026-03-02), so there is none"
            " - measure from a week in which the tool is live",
        ),
    ],
)
def test_a_date_from_before_the_tool_is_told(tmp_path: Path, entry: str, finding: str) -> None:
    [line] = findings(targets(tmp_path, entry), warnings=True)
    assert line.split(" ", 1)[1] == finding


def test_several_dates_may_rise_and_are_told_when_they_fall(tmp_path: Path) -> None:
    rising = ("value: 40%, date: 2026-06-30", "value: 60%, date: 2026-12-31")
    assert findings(targets(tmp_path / "a", *rising), warnings=True) == []
    falling = ("value: 60%, date: 2026-06-30", "value: 40%, date: 2026-12-31")
    [line] = findings(targets(tmp_path / "b", *falling), warnings=True)
    assert line == (
        "config/targets.yml:3:67 40% is less than the 60% of line 2, due before it"
        " - ask for more later, or take one out"
    )


def test_a_unit_that_nobody_is_in_is_told_with_the_nearest(tmp_path: Path) -> None:
    made = targets(tmp_path, "value: 40%, date: 2026-12-31, org_unit: Finanze")
    assert findings(made, warnings=True) == []
    made.published.mkdir()
    with duckdb.connect(str(made.published / "takeup-1.duckdb")) as connection:
        connection.execute("create table dim_person as select unnest(['Finance', 'Sales', null]) as org_unit")
    made.latest.symlink_to("takeup-1.duckdb")
    [line] = findings(made, warnings=True)
    assert line.endswith(
        "nobody is in 'Finanze' (department); did you mean 'Finance'? - correct it, or take the target out"
    )
