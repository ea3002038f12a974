"""`takeup watch`: an external watchdog, for whatever starts commands on a clock and acts on exit codes."""

from __future__ import annotations

from orchestration.commands.output import say, say_json
from orchestration.health import published_at, troubles
from orchestration.workspace import Workspace


def watch(workspace: Workspace, hours: float | None, *, as_json: bool) -> int:
    """Say what is wrong with runs, data and publication; 1 when anything is. Opens no database."""
    found = list(troubles(workspace, _hours(workspace) if hours is None else hours))
    if as_json:
        say_json({"ok": not found, "published_at": published_at(workspace), "troubles": found})
    elif found:
        for one in found:
            say(one)
    else:
        say(f"All is well: published at {published_at(workspace)}, every source within its deadline.")
    return 1 if found else 0


def _hours(workspace: Workspace) -> float:
    from orchestration.registry.loading import load_alerts

    return load_alerts(workspace).watch_hours
