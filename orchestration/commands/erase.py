"""`takeup erase`: what would go of a person, the question, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer

from orchestration.commands.output import say, say_json, table, warn
from orchestration.commands.people import vault_of
from orchestration.erasing.work import Findings, Outcome, erase
from orchestration.errors import UsageError
from orchestration.workspace import Workspace


def erase_people(
    workspace: Workspace, identifiers: Sequence[str], why: str, *, dry_run: bool, is_sure: bool, as_json: bool
) -> int:
    """Erase people; 0 when nothing of them is left, 1 when something must be handled by hand or was not agreed to."""
    vault_of(workspace)
    if not workspace.warehouse.is_file():
        raise UsageError(f"{workspace.warehouse}: nothing was loaded yet - takeup run -w {workspace.root}")
    if not (dry_run or is_sure or sys.stdin.isatty()):
        raise UsageError("takeup erase: nobody can be asked here - look with --dry-run, then say --yes")

    def may_go_on(findings: list[Findings]) -> bool:
        if not as_json:
            for each in findings:
                say(_told(each))
        if dry_run:
            return False
        return is_sure or typer.confirm("Erase all of this for good?", err=True)

    outcome = erase(workspace, identifiers, why, may_go_on)
    if as_json:
        say_json(_document(outcome))
    for path, what in outcome.left:
        warn(f"{workspace.root / path}: {what}")
    if outcome.left:
        warn(f"{len(outcome.left)} file(s) must be handled by hand; then run the same command again.")
    elif outcome.is_done and not as_json:
        say("Nothing of them is left. takeup run makes the figures anew.")
    return 1 if outcome.left or not (outcome.is_done or dry_run) else 0


def _told(findings: Findings) -> str:
    by_hand = [(f"{one.file.relative} (by hand)", None) for one in findings.files if one.by_hand]
    files = [(one.file.relative, len(one.own) + one.mentions) for one in findings.files if not one.by_hand]
    rows = [
        *((f"warehouse {name.replace(chr(34), '')}", count) for name, count in findings.rows.items()),
        ("warehouse quarantine", findings.broken),
        *((name, count) for name, count in findings.published.items()),
        *files,
        *by_hand,
    ]
    title = f"{findings.subject.person_id}, {len(findings.subject.names)} names"
    return table(("where", "rows or lines"), rows, title=title) + "\n"


def _document(outcome: Outcome) -> dict[str, Any]:
    people = [
        {
            "person_id": each.subject.person_id,
            "rows": {name.replace('"', ""): count for name, count in each.rows.items()},
            "quarantined": each.broken,
            "published": each.published,
            "files": {one.file.relative: len(one.own) + one.mentions for one in each.files},
        }
        for each in outcome.findings
    ]
    return {"is_done": outcome.is_done, "people": people, "left": dict(outcome.left)}
