"""Lines that could not be read: listed without their bytes, and read again once their format is mended."""

from __future__ import annotations

from dataclasses import asdict

from orchestration.commands.output import records, say, say_json
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

COLUMNS = {"tool_id": "tool", "path": "file", "line_no": "line", "reason_code": "code", "reason": "reason"}


def show_quarantine(workspace: Workspace, limit: int, *, as_json: bool) -> int:
    """Print at most `limit` entries, by file and line."""
    with open_warehouse(workspace) as warehouse:
        entries = [asdict(entry) for entry in warehouse.quarantine()]
    if as_json:
        say_json({"lines": sum(entry["lines"] for entry in entries), "entries": entries[:limit]})
        return 0
    if entries:
        say(records(entries[:limit], COLUMNS))
        say()
    hidden = f", {len(entries) - limit:,} not shown (--limit)" if len(entries) > limit else ""
    say(f"{len(entries):,} entries in quarantine{hidden}")
    return 0


def replay(workspace: Workspace, *, as_json: bool) -> int:
    """Read all quarantined lines again; print how many could be read now."""
    with open_warehouse(workspace) as warehouse:
        report = warehouse.replay()
    if as_json:
        say_json(asdict(report))
    else:
        say(f"{report.mended:,} lines could be read now, {report.remaining:,} stay in quarantine")
    return 0
