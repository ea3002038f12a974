"""A small company that is published again and again: two departments, one tool, one rule, every date chosen by hand.

One decision with its confidence makes a person correct (0.9) or incorrect (0.1) in the week of its day; none makes a
non-user. Runs go through the real steps and models, without Dagster, in the order of the assets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration import steps
from orchestration.registry.scaffold import init_workspace
from orchestration.transform import build, run_models
from orchestration.workspace import Workspace

TOOL = "triage"
RULE = "sure-enough"
PARTS = ("behaviour", "rule", "population", "late_data")
CLASSES = ("non_user", "incorrect_user", "correct_user", "not_judged")
Cell = tuple[str, str, str, str]
"""(week_start, org_level, org_unit, status)"""
_TOOLS = """\
tools:
- id: triage
  title: Claims triage
  owner: {{name: Name Surname, email: name@example.com}}
  live_from: 2026-01-05
  window_weeks: {window_weeks}
  min_available_days: 1
  grace_days: 0
  min_uses: {min_uses}
  sources:
  - {{format: human-decision, path: inbox/triage, late_days: 0}}
"""
_RULES = """\
tool: triage
catalogue: {{events: [decide]}}
rules:
- id: sure-enough
  version: {version}
  kind: check
  title: Only sure advice is decided on
  each: decide
  must: confidence >= {least}
  tolerate: {tolerate}
  evidence: {{incorrect: 1, correct: 1}}
  owner: claims
  why: Unsure advice is often wrong.
  train: "none: the screen says it"
"""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of fct_restatement."""

    before: int
    after: int
    behaviour: int = 0
    rule: int = 0
    population: int = 0
    late_data: int = 0

    @property
    def adds_up(self) -> bool:
        return self.before + self.behaviour + self.rule + self.population + self.late_data == self.after


@dataclass
class Firm:
    """The workspace and how many publications and files it has had."""

    workspace: Workspace
    runs: int = 0
    files: int = 0
    told: list[str] = field(default_factory=list)

    @classmethod
    def found(cls, root: Path, units: Mapping[str, int], roster_day: date = date(2026, 1, 1)) -> Firm:
        firm = cls(init_workspace(root).workspace)
        firm.terms()
        firm.rule(1, 0.5)
        firm.roster(roster_day, [(f"{unit}{n}", unit) for unit, count in units.items() for n in range(count)])
        return firm

    def terms(self, min_uses: int = 1, window_weeks: int = 1) -> None:
        self.workspace.tools_file.write_text(_TOOLS.format(min_uses=min_uses, window_weeks=window_weeks))

    def rule(self, version: int, least: float, tolerate: str = "none") -> None:
        text = _RULES.format(version=version, least=least, tolerate=tolerate)
        (self.workspace.rules / "triage.yml").write_text(text)

    def roster(self, day: date, people: Iterable[tuple[str, str]]) -> None:
        """A roster file that holds from `day`: (person, department) of everybody."""
        lines = [f"{person},{person}@example.com,{unit}" for person, unit in people]
        text = "\n".join(["person_id,email,department", *lines]) + "\n"
        (self.workspace.inbox / "people" / f"people_{day}.csv").write_text(text)

    def absence(self, person: str, first: date, last: date) -> None:
        self.files += 1
        path = self.workspace.inbox / "absences" / f"absences-{self.files}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"person_id,from,to,kind\n{person},{first},{last},leave\n")

    def decisions(self, *deeds: tuple[str, date, float]) -> None:
        """A file of decisions: (person, day, confidence)."""
        self.files += 1
        path = self.workspace.inbox / TOOL / f"decisions-{self.files}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{json.dumps(_event(self.files, n, deed))}\n" for n, deed in enumerate(deeds)))

    def run(self, as_of: date, *, full: bool = False, is_tested: bool = False) -> str:
        """Run as if `as_of` were over; the publication's id. `is_tested` also runs the models' own data tests."""
        self.runs += 1
        run_id = f"run-{self.runs:03}"
        steps.load_rule_book(self.workspace, run_id, as_of.isoformat(), full=full)
        steps.load_people(self.workspace)
        steps.load_logs(self.workspace, TOOL)
        steps.judge_as_before(self.workspace, self.told.append)
        (build if is_tested else run_models)(self.workspace).raise_if_failed()
        steps.publish(self.workspace, run_id)
        return run_id

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A query over the latest publication."""
        with duckdb.connect(str(self.workspace.latest.resolve()), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def classes(self, week: date) -> dict[str, int]:
        """The people of each class in that week."""
        counts = ", ".join(CLASSES)
        found = self.rows(f"select {counts} from fct_adoption_week where org_level = 'total' and week_start = '{week}'")
        return dict(zip(CLASSES, found[0], strict=True))

    def statuses(self, week: date) -> dict[str, int]:
        """As `classes`, without those that nobody is in."""
        return {status: count for status, count in self.classes(week).items() if count}

    def moves(self, publication_id: str) -> dict[Cell, Move]:
        """What fct_restatement says of one publication."""
        found = self.rows(
            "select week_start::varchar, org_level, org_unit, status, before, after, behaviour, rule, population,"
            f" late_data from fct_restatement where publication_id = '{publication_id}'"
        )
        return {row[:4]: Move(*row[4:]) for row in found}

    def total(self, publication_id: str, week: date) -> dict[str, Move]:
        """The moves of the whole company in one week, by class; empty when nothing moved."""
        return {
            status: move
            for (monday, level, _, status), move in self.moves(publication_id).items()
            if level == "total" and monday == str(week)
        }


def _event(file: int, number: int, deed: tuple[str, date, float]) -> dict[str, Any]:
    person, day, confidence = deed
    return {
        "specversion": "1.0",
        "id": f"e{file}-{number}",
        "source": "/triage",
        "type": "triage.decide",
        "subject": f"case-{file}-{number}",
        "time": f"{day}T09:00:00Z",
        "data": {"user": f"{person}@example.com", "confidence": confidence},
    }
