"""`takeup report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_options import HERE, JsonOption, WorkspaceOption, end
from orchestration.workspace import Workspace


def report(
    workspace: WorkspaceOption = HERE,
    week: Annotated[
        str | None,
        typer.Option("--week", metavar="WEEK", help="An ISO week (default: the newest final one of most tools)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to write it (default: reports/).")
    ] = None,
    pptx: Annotated[bool, typer.Option("--pptx", help="Write it as one PowerPoint slide, too.")] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Send it to the destinations under reports: of alerts.yml.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the leadership page of a week, one sheet of A4 as HTML and as tagged PDF, from what was published.

    The same publication gives the same bytes, also of the slide. The page names no person and no small group.
    """
    from orchestration.commands import report

    end(report.report(Workspace.at(workspace), week, out, with_slide=pptx, sends=send, as_json=as_json))
