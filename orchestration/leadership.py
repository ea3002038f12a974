"""The leadership page: written by the dashboard's code, which knows nothing of the pipeline, and sent from here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration import journal
from orchestration.errors import DataError, UsageError
from orchestration.notify import Note, send
from orchestration.registry import load_registry
from orchestration.workspace import Workspace

PROJECT = Path(__file__).resolve().parent.parent
_JOURNAL = "delivered.jsonl"


@dataclass(frozen=True, slots=True)
class LeadershipPage:
    """What was written, and from which publication."""

    publication_id: str
    week: str
    headline: str
    files: tuple[Path, ...]


def write_page(
    workspace: Workspace, week: str | None = None, out: Path | None = None, *, with_slide: bool = False
) -> LeadershipPage:
    """Write the page of an ISO week (default: the newest final one) as HTML and PDF into `out` (default: reports/).

    `with_slide` adds it as a PowerPoint slide. Raises UsageError for a week that is none or has no figures, DataError
    when nothing was published.
    """
    command = [sys.executable, "-m", "dashboards.report", "--workspace", str(workspace.root)]
    command += [*(["--week", week] if week else []), "--out", str((out or workspace.reports).resolve())]
    command += ["--pptx"] if with_slide else []
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip().rpartition("\n")[2]  # of what was not foreseen, the error without its traceback
        raise (UsageError if done.returncode == 2 else DataError)(told)
    told = json.loads(done.stdout)
    files = tuple(Path(file) for file in told["files"])
    return LeadershipPage(told["publication_id"], told["week"], told["headline"], files)


def deliver(workspace: Workspace, page: LeadershipPage, *, again: bool) -> list[str]:
    """Send the page to every destination under `reports:` of alerts.yml; the names of those that got it.

    A destination gets a week once, unless it is sent `again`. Every destination is tried before a DataError names those
    that failed.
    """
    done = set() if again else delivered(workspace, page.week)
    note = Note(f"AI tool adoption, {_week_words(page.week)}", page.headline, files=page.files)
    sent, failed = [], []
    for destination in load_registry(workspace).alerts.reports:
        if destination.name in done:
            continue
        why_not = send(destination, note)
        if why_not:
            failed.append(why_not)
            continue
        journal.append(workspace.reports / _JOURNAL, _entry(page, destination.name))
        sent.append(destination.name)
    if failed:
        raise DataError("\n".join(failed))
    return sent


def delivered(workspace: Workspace, week: str) -> Collection[str]:
    """The destinations that have got the page of this week."""
    return {str(entry["destination"]) for entry in _entries(workspace) if entry["week"] == week}


def _entries(workspace: Workspace) -> Iterator[dict[str, object]]:
    return journal.entries(workspace.reports / _JOURNAL)


def _entry(page: LeadershipPage, destination: str) -> dict[str, str]:
    return {"destination": destination, "week": page.week, "publication_id": page.publication_id}


def _week_words(week: str) -> str:
    monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    return f"week of {monday.day} {monday:%B %Y}"
