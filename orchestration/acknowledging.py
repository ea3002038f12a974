"""Who has taken on which alert: `acknowledgements.jsonl` in the workspace, which only grows; the last one holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orchestration import journal
from orchestration.alerts.incidents import Acknowledgement
from orchestration.workspace import Workspace


def acknowledge(workspace: Workspace, incident_id: str, note: str | None) -> None:
    """Write down that whoever calls has taken the incident on: it is not reminded of any more."""
    journal.append(workspace.acknowledgements, {"incident_id": incident_id, "note": note})


def acknowledgements(workspace: Workspace) -> dict[str, Acknowledgement]:
    """By incident. Raises DataError for a journal that cannot be read."""
    return {one.incident_id: one for one in journal.read(workspace.acknowledgements, _said)}


def _said(entry: Mapping[str, Any]) -> Acknowledgement:
    at = datetime.fromisoformat(entry["at"]).replace(tzinfo=None)
    return Acknowledgement(str(entry["incident_id"]), at, str(entry["who"]), entry["note"])
