"""`takeup demo`: a synthetic company through the real pipeline, and the judgement held against the known truth."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb

from orchestration.commands.output import say, table, warn
from orchestration.commands.run import execute, say_end
from orchestration.errors import UsageError
from orchestration.registry.scaffold import init_workspace
from orchestration.sample.company import CompanyReport, write_company
from orchestration.sample.dates import dated, sized
from orchestration.sample.truth import Confusion, confusion, read_truth
from orchestration.vault import Vault
from orchestration.workspace import Workspace

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "config"
# Judged as on the Thursday after the last logs: the example's sources may be three days late, and not yet overdue.
JUDGED = timedelta(days=4, hours=6)
LEAST_ACCURACY = 0.99


@dataclass(frozen=True, slots=True)
class Size:
    """How large a company, which of that size, and its last day (None: the newest Sunday that is due by now)."""

    people: int
    weeks: int
    seed: int
    until: date | None = None


def newest_sunday() -> date:
    """The newest Sunday whose figures are due by now, so that a demo looks like this week's."""
    due = datetime.now(UTC).replace(tzinfo=None) - JUDGED
    return due.date() - timedelta(days=(due.weekday() + 1) % 7)


def run_demo(folder: Path, size: Size) -> int:
    """Make the company, run, compare; 1 when the run failed or too few people were recognised."""
    workspace = _fresh_workspace(folder)
    warn(f"Writing {size.weeks} weeks of logs of a company of {size.people:,} people into {folder}/inbox")
    company = write_company(workspace.root, size.people, size.weeks, size.seed, size.until or newest_sunday())
    _move_configuration(workspace, company)
    as_of = (datetime.combine(company.until, time.min) + JUDGED).isoformat()
    ended = execute(workspace, full=True, as_of=as_of)
    say_end(workspace, ended)
    if ended.code:
        return ended.code
    found = compare(workspace, company)
    _say_comparison(found, company)
    say(f"\nRun report  {workspace.reports / 'last_run.txt'}")
    say(f"Dashboard   takeup dashboard -w {folder}")
    say(f"Pipeline    takeup dagster -w {folder}")
    return 0 if _is_good(found) else 1


def _move_configuration(workspace: Workspace, company: CompanyReport) -> None:
    """The example's dates and volumes belong to its own 26 weeks and 2,000 people: they move with the company."""
    for path in sorted(workspace.config.rglob("*.yml")):
        path.write_text(sized(dated(path.read_text(), company.start, company.until), company.people))


def compare(workspace: Workspace, company: CompanyReport) -> Confusion:
    """The published statuses of the company's last week against the truth."""
    truth = read_truth(company.truth)
    people = sorted({person_id for person_id, _ in truth})
    keys = Vault(workspace).lookup(people, why="demo: comparison with the truth of a synthetic company")
    person_ids = {key: person_id for person_id, key in keys.items() if key is not None}
    return confusion(company.truth, _statuses(workspace, company), person_ids.get)


def _statuses(workspace: Workspace, company: CompanyReport) -> list[dict[str, str]]:
    week = company.until - timedelta(days=6)
    query = "select person_key, tool_id, status, reason from fct_person_tool_week where week_start = ?"
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        rows = connection.execute(query, [week]).fetchall()
    return [dict(zip(("person_key", "tool_id", "status", "reason"), row, strict=True)) for row in rows]


def _say_comparison(found: Confusion, company: CompanyReport) -> None:
    header, *rows = found.table()
    week = f"{company.until - timedelta(days=6):%G-W%V}"
    say(f"\nJudged in week {week} against what these people were made to do:\n")
    say(table(header, [[name, *map(int, counts)] for name, *counts in rows]))
    say(f"\n{found.accuracy:.2%} of {found.judged:,} with enough evidence are in the right class;")
    say(f"{found.too_little_called_incorrect} with too little evidence are called incorrect.")
    for miss in found.misses[:5]:
        warn(f"missed: {miss}")


def _is_good(found: Confusion) -> bool:
    return found.accuracy >= LEAST_ACCURACY and found.too_little_called_incorrect == 0 and not found.missing


def _fresh_workspace(folder: Path) -> Workspace:
    """An empty workspace with the example's configuration. Only what an earlier demo made is ever deleted."""
    workspace = Workspace(folder.expanduser().resolve())
    marker = workspace.root / ".demo"
    if marker.is_file():
        shutil.rmtree(workspace.root)
    elif workspace.root.exists() and (not workspace.root.is_dir() or any(workspace.root.iterdir())):
        raise UsageError(f"{folder}: not empty and not a demo - name another folder: takeup demo DIR")
    shutil.copytree(EXAMPLE, workspace.config)
    init_workspace(workspace.root)
    marker.write_text("Made by takeup demo, which deletes this folder when it is run again.\n")
    return workspace
