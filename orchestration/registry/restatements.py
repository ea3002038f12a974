"""Decisions to let a version of a rule judge from another day on: `restatements.jsonl` in the workspace.

The file only grows (orchestration/journal.py). Of several decisions about one version the last one holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from orchestration import journal
from orchestration.registry.rule_versions import VersionKey
from orchestration.workspace import Workspace

BEGINNING = "beginning"


def decide(workspace: Workspace, rule: VersionKey, first_day: date | None, why: str) -> None:
    """Write down that this version judges from `first_day` on (None: from the beginning), by whom, when and why."""
    rule_id, version = rule
    entry = {"rule_id": rule_id, "version": version, "from": first_day.isoformat() if first_day else BEGINNING}
    journal.append(workspace.restatements, {**entry, "why": why})


def decisions(workspace: Workspace) -> dict[VersionKey, date | None]:
    """The first day that was decided for each (rule id, version), None for the beginning.

    Raises DataError for a journal that cannot be read: judging without it would restate history unasked.
    """
    return dict(journal.read(workspace.restatements, _decision))


def _decision(entry: Mapping[str, Any]) -> tuple[VersionKey, date | None]:
    first_day = None if entry["from"] == BEGINNING else date.fromisoformat(entry["from"])
    return (str(entry["rule_id"]), int(entry["version"])), first_day
