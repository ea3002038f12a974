"""`takeup drill`: practise faults, and show that the alert of each comes."""

from __future__ import annotations

from dataclasses import asdict

from orchestration.commands.output import records, say, say_json, warn
from orchestration.drills import journal
from orchestration.drills.faults import FAULTS
from orchestration.drills.running import drill
from orchestration.errors import UsageError
from orchestration.explain import Publication, published_tool
from orchestration.registry.explain import suggest
from orchestration.registry.loading import load_alerts
from orchestration.workspace import Workspace

COLUMNS = {"kind": "fault", "tool_id": "tool", "came": "alert came", "first_guess": "first guess", "title": "planted"}


def run_drill(workspace: Workspace, kinds: tuple[str, ...], tool_id: str | None, *, as_json: bool) -> int:
    """Plant, look, write down; 1 when an alert did not come."""
    for kind in kinds:
        if kind not in FAULTS:
            raise UsageError(f"there is no fault {kind!r}{suggest(kind, FAULTS)} - faults are {', '.join(FAULTS)}")
    if tool_id is not None:
        with Publication(workspace) as publication:
            published_tool(publication, tool_id)
    results = []
    for one in drill(workspace, kinds or tuple(FAULTS), tool_id, warn):
        results.append(one)
        if one.tool_id is not None:
            journal.write(workspace, one.kind, one.tool_id, came=one.came)
    missed = [one.kind for one in results if one.tool_id is not None and not one.came]
    if as_json:
        say_json({"success": not missed, "results": [asdict(one) for one in results]})
        return 1 if missed else 0
    say(records([asdict(one) | {"came": one.came if one.tool_id else None} for one in results], COLUMNS))
    runbooks = load_alerts(workspace).runbooks
    for one in results:
        if one.came:
            say(f"\n{one.kind}: {one.summary}\n  what to do: {runbooks}/{one.kind}.md")
    unshown = [one.kind for one in results if one.tool_id is None]
    if unshown:
        say(f"\nNo tool could show {', '.join(unshown)}: too few people or decisions, or nothing of it is promised.")
    if missed:
        warn(f"The alert did not come: {', '.join(missed)}")
    return 1 if missed else 0
