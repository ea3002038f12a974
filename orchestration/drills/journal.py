"""Which drills were run and what came of them: `drills.jsonl` in the workspace, which only grows."""

from __future__ import annotations

from datetime import date, datetime

from orchestration import journal
from orchestration.workspace import Workspace


def write(workspace: Workspace, kind: str, tool_id: str, *, came: bool) -> None:
    """Write down that the fault behind a kind of alert was planted, and whether the alert came."""
    journal.append(workspace.drills, {"kind": kind, "tool_id": tool_id, "came": came})


def passed(workspace: Workspace) -> dict[str, date]:
    """The last day on which each kind's alert came; a later drill in which it did not takes it back."""
    found: dict[str, date] = {}
    for entry in journal.entries(workspace.drills):
        kind = str(entry["kind"])
        found.pop(kind, None)
        if entry["came"]:
            found[kind] = datetime.fromisoformat(entry["at"]).date()
    return found
