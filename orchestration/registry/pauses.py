"""Decisions to take a tool out of judgement and back: `pauses.jsonl` in the workspace, beside `paused:` in tools.yml.

The file only grows (orchestration/journal.py). A week that touches a pause is not judged, then or later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from orchestration import journal
from orchestration.registry.models import Tool
from orchestration.workspace import Workspace

OPEN_END = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which nobody is judged by a tool, both days included; `decided_at` (UTC) is unknown of tools.yml's."""

    tool_id: str
    first_date: date
    last_date: date
    decided_by: str
    reason: str
    decided_at: datetime | None = None

    def covers(self, day: date) -> bool:
        return self.first_date <= day <= self.last_date


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants: `until` None means until it is taken out again."""

    tool_id: str
    first_date: date
    until: date | None
    by: str
    reason: str


def pause(workspace: Workspace, wish: Wish) -> None:
    """Write down that the tool is paused."""
    until = wish.until.isoformat() if wish.until else None
    entry = {"act": "pause", "tool_id": wish.tool_id, "from": wish.first_date.isoformat(), "until": until}
    journal.append(workspace.pauses, {**entry, "by": wish.by, "why": wish.reason})


def resume(workspace: Workspace, tool_id: str, first_day: date, by: str, why: str) -> None:
    """Write down that the tool is judged again from `first_day` on."""
    entry = {"act": "resume", "tool_id": tool_id, "from": first_day.isoformat(), "by": by, "why": why}
    journal.append(workspace.pauses, entry)


def pauses_of(workspace: Workspace, tools: Iterable[Tool]) -> tuple[Pause, ...]:
    """Every pause of these tools, by tool and first day: of the journal and of tools.yml.

    Raises DataError for a journal that cannot be read: judging without it would call people non-users.
    """
    found = {tool.id: _configured(tool) for tool in tools}

    def take(entry: Mapping[str, Any]) -> None:
        found[str(entry["tool_id"])] = _after(found.get(str(entry["tool_id"]), []), entry)

    for _ in journal.read(workspace.pauses, take):
        pass
    known = [one for tool in tools for one in found[tool.id]]
    return tuple(sorted(known, key=lambda one: (one.tool_id, one.first_date)))


def _configured(tool: Tool) -> list[Pause]:
    if tool.paused is None:
        return []
    return [Pause(tool.id, tool.paused.since, tool.paused.until or OPEN_END, tool.paused.by, tool.paused.reason)]


def _after(pauses: list[Pause], entry: Mapping[str, Any]) -> list[Pause]:
    """The pauses of a tool after one more decision."""
    first_day = date.fromisoformat(entry["from"])
    if entry["act"] == "pause":
        until = date.fromisoformat(entry["until"]) if entry["until"] else OPEN_END
        at = datetime.fromisoformat(entry["at"]).replace(tzinfo=None)
        return [*pauses, Pause(entry["tool_id"], first_day, until, entry["by"], entry["why"], at)]
    before = first_day - timedelta(days=1)
    ended = [replace(one, last_date=min(one.last_date, before)) for one in pauses]
    return [one for one in ended if one.first_date <= one.last_date]
