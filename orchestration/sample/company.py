"""Writes the synthetic company into a workspace: people, leave, work, training, usage of AI tools, and the truth."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.sample.faults import Tally
from orchestration.sample.people import Person, build_people
from orchestration.sample.plans import Plan, build_plans
from orchestration.sample.rosters import write_absences, write_outages, write_people
from orchestration.sample.span import DEFAULT_PEOPLE, DEFAULT_UNTIL, DEFAULT_WEEKS, Span
from orchestration.sample.tools import TOOLS, SampleTool
from orchestration.sample.trainings import learners, write_lessons, write_trainings
from orchestration.sample.truth import write_truth
from orchestration.sample.usage import WRITERS, user_of, write_decisions

DEFAULT_SEED = 7
MIN_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class ToolReport:
    """What was written for one tool. lines = unique + repeated + restated + broken + blank.

    A loader must show: lines read = `lines`; quarantined = `broken`; blank = `blank`; loaded = `unique`;
    duplicate + superseded = `repeated` + `restated`. In files that are one document, records are the lines.
    """

    tool_id: str
    vendor_format: str
    files: int
    lines: int
    unique: int
    repeated: int
    restated: int
    broken: int
    blank: int
    late: int
    service: int


@dataclass(frozen=True, slots=True)
class CompanyReport:
    """The company as written: its time, its people, the lines of each tool, the true labels of the last week."""

    root: Path
    start: date
    until: date
    people: int
    roster_lines: int
    tools: tuple[ToolReport, ...]
    labels: Mapping[tuple[str, str], int]
    truth: Path


def write_company(
    root: Path,
    people: int = DEFAULT_PEOPLE,
    weeks: int = DEFAULT_WEEKS,
    seed: int = DEFAULT_SEED,
    until: date = DEFAULT_UNTIL,
) -> CompanyReport:
    """Write vendor files for `weeks` weeks up to the Sunday `until` into `root`/inbox and the truth beside them.

    The same arguments give the same bytes. Raises UsageError for a company too small or a time too short to show
    every behaviour. Configuration is not written: it is the example workspace's.
    """
    if people < MIN_PEOPLE:
        raise UsageError(
            f"--people {people} is too few for seven tools in nine departments - use at least {MIN_PEOPLE}"
        )
    span = Span.ending(until, weeks)
    everyone = build_people(people, span, _dice(seed, "people"))
    roster_lines = _write_organisation(root / "inbox", everyone, span)
    plans: list[Plan] = []
    reports = []
    for tool in TOOLS:
        mine = build_plans(everyone, tool, span, _dice(seed, tool.tool_id))
        reports.append(_write_tool(root / "inbox" / tool.tool_id, tool, mine, span, seed))
        plans += mine
    taught = learners(plans, span, _dice(seed, "lessons"))
    write_trainings(root / "inbox" / "training", plans, taught, span, _dice(seed, "training"))
    write_lessons(root / ".takeup" / "truth_training.csv", taught)
    truth = root / ".takeup" / "truth.csv"
    labels = write_truth(truth, plans, span)
    return CompanyReport(root, span.start, span.until, people, roster_lines, tuple(reports), labels, truth)


def _dice(seed: int, part: str) -> random.Random:
    """Chance of its own for each part, so that a change of one tool leaves the others as they were."""
    return random.Random(f"{seed}/{part}")  # noqa: S311 - a sample, not a secret


def _write_organisation(inbox: Path, people: Sequence[Person], span: Span) -> int:
    for name in ("people", "absences", "outages"):
        (inbox / name).mkdir(parents=True, exist_ok=True)
    write_absences(inbox / "absences", people, span)
    write_outages(inbox / "outages", span)
    return write_people(inbox / "people", people, span)


def _write_tool(folder: Path, tool: SampleTool, plans: Sequence[Plan], span: Span, seed: int) -> ToolReport:
    folder.mkdir(parents=True, exist_ok=True)
    for plan in plans:
        plan.user = user_of(tool, plan)
    dice = _dice(seed, f"{tool.tool_id}/usage")
    writer = WRITERS.get(tool.vendor_format)
    tally = writer(folder, plans, span, dice) if writer else write_decisions(folder, tool, plans, span, dice)
    return _report(tool, tally)


def _report(tool: SampleTool, tally: Tally) -> ToolReport:
    return ToolReport(
        tool_id=tool.tool_id,
        vendor_format=tool.vendor_format,
        files=tally.files,
        lines=tally.lines,
        unique=tally.unique,
        repeated=tally.repeated,
        restated=tally.restated,
        broken=tally.broken,
        blank=tally.blank,
        late=tally.late,
        service=tally.service,
    )
