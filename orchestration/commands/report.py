"""`takeup report`: the leadership page of a week, and where it was sent."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from orchestration.commands.output import say, say_json
from orchestration.errors import UsageError
from orchestration.leadership import deliver, write_page
from orchestration.registry import load_registry
from orchestration.workspace import Workspace


def report(
    workspace: Workspace, week: str | None, out: Path | None, *, with_slide: bool, sends: bool, as_json: bool
) -> int:
    """Write it, send it when asked to, and say so; the exit code."""
    if sends and not load_registry(workspace).alerts.reports:
        raise UsageError("config/alerts.yml: `reports:` names no destination - see docs/report.md")
    page = write_page(workspace, week, out, with_slide=with_slide)
    sent = deliver(workspace, page, again=True) if sends else []
    if as_json:
        say_json(asdict(page) | {"sent": sent})
        return 0
    say(page.headline)
    for file in page.files:
        say(f"  {file}")
    if sent:
        say(f"Sent to {', '.join(sent)}.")
    return 0
