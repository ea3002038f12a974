"""Options that several commands share, and how a command ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace", "-w", envvar="TAKEUP_WORKSPACE", metavar="DIR", help="The workspace.", show_envvar=True
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
HERE = Path()


def end(code: int) -> NoReturn:
    """End the command with this exit code."""
    raise typer.Exit(code)
