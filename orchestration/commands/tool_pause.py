"""`takeup tool pause` and `takeup tool resume`: an owner takes a tool out of judgement and back, on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from orchestration.commands.output import records, say, say_json
from orchestration.errors import UsageError
from orchestration.registry.explain import suggest
from orchestration.registry.loading import Registry, load
from orchestration.registry.models import Tool
from orchestration.registry.pauses import OPEN_END, Wish, pause, resume
from orchestration.registry.production_rows import may
from orchestration.run_stamp import local_day
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for it and why; `first` is today when it is not said."""

    tool_id: str
    by: str
    why: str
    first: date | None = None
    until: date | None = None


def pause_tool(workspace: Workspace, request: Request, *, as_json: bool) -> int:
    """Write the pause down; the next run judges nobody by the tool in any week that touches it."""
    registry = load(workspace)
    tool = _allowed(registry, request)
    first = request.first or _today(registry)
    if request.until is not None and request.until < first:
        raise UsageError(f"--until {request.until}: before the pause begins ({first}) - correct one of the two")
    if any(one.tool_id == tool.id and one.covers(first) for one in registry.pauses):
        raise UsageError(f"{tool.id} is paused on {first} already - end it with: takeup tool resume {tool.id}")
    pause(workspace, Wish(tool.id, first, request.until, request.by, request.why))
    end = f"to {request.until}" if request.until else f"until takeup tool resume {tool.id}"
    _say(f"{tool.id} is paused from {first} {end}. The next takeup run shows it.", request, first, as_json=as_json)
    return 0


def resume_tool(workspace: Workspace, request: Request, *, as_json: bool) -> int:
    """Write the end of the pause down; weeks that it touched stay unjudged."""
    registry = load(workspace)
    tool = _allowed(registry, request)
    first = request.first or _today(registry)
    if not any(one.tool_id == tool.id and one.last_date >= first for one in registry.pauses):
        raise UsageError(f"{tool.id} is not paused on {first} or later - nothing is to be resumed")
    if tool.paused is not None and tool.paused.until is None:
        raise UsageError(f"{tool.id} is paused in config/tools.yml - write `until:` there, or take it out")
    resume(workspace, tool.id, first, request.by, request.why)
    _say(f"{tool.id} is judged again from {first} on.", request, first, as_json=as_json)
    return 0


def show_pauses(workspace: Workspace, *, as_json: bool) -> int:
    """Every pause, as it was decided."""
    rows = [
        {
            "tool": one.tool_id,
            "from": one.first_date,
            "until": None if one.last_date == OPEN_END else one.last_date,
            "by": one.decided_by,
            "why": one.reason,
        }
        for one in load(workspace).pauses
    ]
    if as_json:
        say_json({"pauses": rows})
    else:
        names = {name: name for name in ("tool", "from", "until", "by", "why")}
        say(records(rows, names) if rows else "No tool was ever paused.")
    return 0


def _allowed(registry: Registry, request: Request) -> Tool:
    """The tool, if who asks may pause it."""
    tool = registry.tool(request.tool_id)
    if tool is None:
        known = [one.id for one in registry.tools]
        near = suggest(request.tool_id, known)
        raise UsageError(f"there is no tool {request.tool_id!r}{near} - see config/tools.yml")
    allowed = may(tool, "pause")
    if request.by.casefold() not in {one.casefold() for one in allowed}:
        who = ", ".join(allowed)
        raise UsageError(f"{request.by} may not pause {tool.id} - ask {who} (config/tools.yml, authority)")
    return tool


def _today(registry: Registry) -> date:
    return local_day(datetime.now(UTC).replace(tzinfo=None), registry.calendar.timezone)


def _say(text: str, request: Request, first: date, *, as_json: bool) -> None:
    if as_json:
        said = {"tool_id": request.tool_id, "from": first, "until": request.until}
        say_json({**said, "by": request.by, "why": request.why})
    else:
        say(text)
