"""Who has taken on which alert: `acknowledgements.jsonl` in the workspace, which only grows; the last one holds."""

from __future__ import annotations

from datetime import datetime

from orchestration import journal
from orchestration.alerts.incidents import Acknowledgement
from orchestration.errors import DataError
from orchestration.workspace import Workspace


def acknowledge(workspace: Workspace, incident_id: str, note: str | None) -> None:
    """Write down that whoever calls has taken the incident on: it is not reminded of any more."""
    journal.append(workspace.acknowledgements, {"incident_id": incident_id, "note": note})


def acknowledgements(workspace: Workspace) -> dict[str, Acknowledgement]:
    """By incident. Raises DataError for a journal that cannot be read."""
    try:
        return {
            str(entry["incident_id"]): Acknowledgement(
                str(entry["incident_id"]),
                datetime.fromisoformat(entry["at"]).replace(tzinfo=None),
                str(entry["who"]),
                entry["note"],
            )
            for entry in journal.entries(workspace.acknowledgements)
        }
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{workspace.acknowledgements}: a line cannot be read ({error!r}) - put the file back as it was"
        ) from None
