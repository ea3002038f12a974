"""What training is known to have changed in the synthetic company, and what takeup finds of it."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publication import latest_publication
from orchestration.sample import write_company
from orchestration.workspace import Workspace
from tests.conftest import REPOSITORY, takeup

TOOLS = {"doc-extract", "coding-agent"}
HELPS, USELESS = "doc-extract-blind-acceptance", "coding-agent-edits-reviewed"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The two tools about which a lesson is held, of a company large enough to see it."""
    root = tmp_path_factory.mktemp("lessons")
    write_company(root, people=1_600, weeks=26, seed=7)
    for folder in (root / "inbox").iterdir():
        if (REPOSITORY / "config" / "rules" / f"{folder.name}.yml").exists() and folder.name not in TOOLS:
            shutil.rmtree(folder)
    shutil.copytree(REPOSITORY / "config", root / "config")
    _keep_tools(root / "config")
    return Workspace.at(root)


def _keep_tools(config: Path) -> None:
    for rules in (config / "rules").iterdir():
        if rules.stem not in TOOLS:
            rules.unlink()
    for name, entry in (("tools.yml", r"(?m)^(?=- id: )"), ("targets.yml", r"(?m)^(?=- )")):
        path = config / name
        head, *entries = re.split(entry, path.read_text())
        kept = [one for one in entries if any(re.search(rf"\b{tool}\b", one) for tool in TOOLS)]
        path.write_text(head + "".join(kept))


def truth(workspace: Workspace) -> Iterator[tuple[str, dict[str, Any]]]:
    with (workspace.build / "truth_training.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["rule_id"], {**row, "trained": int(row["trained"]), "change": float(row["change"])}


def test_one_lesson_helps_and_one_does_not(workspace: Workspace) -> None:
    lessons = dict(truth(workspace))
    assert lessons[HELPS]["change"] < -0.3
    assert lessons[USELESS]["change"] == 0
    assert all(lesson["trained"] >= 20 for lesson in lessons.values())


@pytest.mark.slow
def test_an_effect_is_found_where_there_is_one_and_none_where_there_is_none(workspace: Workspace) -> None:
    ended = takeup("run", "-w", str(workspace.root))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with duckdb.connect(str(latest_publication(workspace)), read_only=True) as connection:
        rows = connection.execute("select rule_id, measure, finding, low, high from fct_training_effect").fetchall()
    found = {(rule, measure): (finding, low, high) for rule, measure, finding, low, high in rows}
    finding, low, high = found[HELPS, "broken_share"]
    assert finding == "improved"
    assert low <= dict(truth(workspace))[HELPS]["change"] <= high
    assert found[HELPS, "satisfied_share"][0] == "improved"
    assert found[USELESS, "satisfied_share"][0] == "no_effect_found"
