"""`takeup training`: who is to be trained in what, and what has come of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_options import HERE, JsonOption, WorkspaceOption, end
from orchestration.workspace import Workspace

training = typer.Typer(help="Plan training from the needs; see what came of it.", no_args_is_help=True)

OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the list as CSV.")]
NamesOption = Annotated[
    bool, typer.Option("--names", help="Name people in the list by id and e-mail, through the vault, which logs it.")
]
WhyOption = Annotated[str, typer.Option("--why", help="The reason for naming people, for the vault's access log.")]


def share(text: str) -> float:
    """20% or 0.2 as a share from 0 up to and including a half."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 0.5:
        raise typer.BadParameter(f"{text!r} is no share up to one half - write it like 20%")
    return value


@training.command(
    "plan", epilog="Example: takeup training plan --tool doc-extract --hold-out 20% --out plan.csv -w demo"
)
def training_plan(
    tool: Annotated[str | None, typer.Option(metavar="TOOL", help="Only needs of this tool.")] = None,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only needs of this rule.")] = None,
    module: Annotated[str | None, typer.Option(metavar="MODULE", help="Only this module, by code or name.")] = None,
    due: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="When it is due (default: in four weeks)."),
    ] = None,
    hold_out: Annotated[
        str, typer.Option("--hold-out", metavar="SHARE", help="Leave this share of people out by lot, to compare with.")
    ] = "0%",
    seed: Annotated[
        int | None, typer.Option(help="Draw the lot of an earlier plan again (default: by chance).")
    ] = None,
    out: OutOption = None,
    names: NamesOption = False,
    why: WhyOption = "training plan",
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make a dated list of who is to be trained in what, from the published needs. It is kept and never changes.

    Whoever stands on a plan that is not due yet, or was just trained, is left out. Who breaks a rule that permits no
    breach is never held out. The next takeup run follows who completes it.
    """
    from orchestration.commands.training import Output, Wish, make_plan

    wish = Wish(tool, rule, module, due.date() if due else None, share(hold_out), seed)
    end(make_plan(Workspace.at(workspace), wish, Output(out, names, why), as_json=as_json))


@training.command("plans", epilog="Example: takeup training plans -w demo")
def training_plans(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """List all plans, with what has come of them by the latest publication."""
    from orchestration.commands.training import list_plans

    end(list_plans(Workspace.at(workspace), as_json=as_json))


@training.command("export", epilog="Example: takeup training export 2026-11-20-1 --out plan.csv --names -w demo")
def training_export(
    plan_id: Annotated[str, typer.Argument(metavar="PLAN", help="The plan, as takeup training plans names it.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write the list as CSV.")],
    names: NamesOption = False,
    why: WhyOption = "training plan",
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the list of a plan again, for a learning system: person, module, due date, reason."""
    from orchestration.commands.training import Output, export_plan

    end(export_plan(Workspace.at(workspace), plan_id, Output(out, names, why)))
