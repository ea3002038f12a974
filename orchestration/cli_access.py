"""`takeup access`: the logs of who read rows about single people."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli_options import HERE, JsonOption, WorkspaceOption, end
from orchestration.workspace import Workspace

access = typer.Typer(help="Who read rows about single people.", no_args_is_help=True)


@access.command("verify", epilog="Example: takeup access verify -w demo --seal 4f1c0a...")
def verify(
    workspace: WorkspaceOption = HERE,
    seals: Annotated[
        list[str] | None,
        typer.Option("--seal", metavar="SEAL", help="A seal printed earlier: its line has to be there still."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check that the logs of reads about single people are whole: the dashboard's, and that of commands.

    Exits with 1 and names file and line where a line was changed, dropped, moved or put in. Lines cut off at the end
    leave no gap: keep the seal of each log somewhere else, and hand it in the next time.
    """
    from orchestration.commands.access import verify_logs

    end(verify_logs(Workspace.at(workspace), seals or [], as_json=as_json))
