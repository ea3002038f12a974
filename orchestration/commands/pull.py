"""`takeup pull`: fetch from vendors' APIs into landing/."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from orchestration.commands.output import progress_of, say, say_json, table, warn
from orchestration.errors import UsageError
from orchestration.registry import load_registry
from orchestration.registry.loading import mentions_pull, unknown_tool
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.pull.pulling import Pulled, PulledSource, Span


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; without days, what is due."""

    tool: str | None = None
    first: date | None = None
    last: date | None = None


def pull_workspace(workspace: Workspace, wish: Wish, *, as_json: bool) -> int:
    """Fetch and print; 1 when a source failed."""
    from orchestration.pull.pulling import Span

    if wish.first and wish.last and wish.first > wish.last:
        raise UsageError(f"--from {wish.first} lies after --to {wish.last} - exchange the two")
    found = _fetched(_sources(workspace, wish), Span(wish.first, wish.last))
    if as_json:
        say_json({"success": not _errors(found), "sources": [one.document() for one in found]})
    else:
        _say(found)
    return 1 if _errors(found) else 0


def pull_due(workspace: Workspace) -> list[str]:
    """Fetch what is due before a run; what went wrong, told already. Without sources that pull nothing is loaded."""
    if not mentions_pull(workspace):
        return []
    from orchestration.pull.pulling import Span, sources_of

    return _errors(_fetched(sources_of(workspace, load_registry(workspace)), Span()))


def _fetched(sources: Sequence[PulledSource], span: Span) -> list[Pulled]:
    from orchestration.pull.pulling import pull

    with progress_of("Fetching") as tell:
        found = pull(sources, span, tell=lambda done, total, source, day: tell(done, total, f"{source} {day}", ""))
    for error in _errors(found):
        warn(f"failed: {error}")
    return found


def _sources(workspace: Workspace, wish: Wish) -> list[PulledSource]:
    """The sources that are meant; UsageError when there are none."""
    from orchestration.pull.pulling import sources_of

    registry = load_registry(workspace)
    if wish.tool is not None and registry.tool(wish.tool) is None:
        what, mend = unknown_tool(wish.tool, [one.id for one in registry.tools])
        raise UsageError(f"--tool: {what} - {mend}")
    found = sources_of(workspace, registry, wish.tool)
    if not found:
        of = f"of {wish.tool!r} " if wish.tool else ""
        raise UsageError(f"no source {of}pulls - give one a `pull:` in config/tools.yml (docs/pull.md)")
    return found


def _errors(found: Sequence[Pulled]) -> list[str]:
    return [one.error for one in found if one.error]


def _say(found: Sequence[Pulled]) -> None:
    columns = ("tool", "report", "windows", "files", "bytes", "not there yet", "failed")
    rows = [(o.tool_id, o.title, _days(o.windows), o.files, o.bytes, _days(o.absent), bool(o.error)) for o in found]
    say(table(columns, rows))
    if not any(o.windows or o.absent or o.error for o in found):
        say("\nNothing is due (--from and --to fetch all the same).")


def _days(windows: Sequence[str]) -> str:
    """`2026-11-16 to 2026-11-22 (7)`."""
    if len(windows) < 2:
        return "".join(windows)
    return f"{windows[0]} to {windows[-1]} ({len(windows)})"
