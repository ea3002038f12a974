"""`takeup alerts`, `watch`, `drill`, `tool` and `audit`: what is wrong, who answers for it, how ready a tool is."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_options import HERE, JsonOption, WorkspaceOption, end
from orchestration.workspace import Workspace

alerts = typer.Typer(invoke_without_command=True)
tool = typer.Typer(help="Take a tool out of judgement and back.", no_args_is_help=True)

ToolArgument = Annotated[str, typer.Argument(metavar="TOOL", help="The id of the tool.")]
ByOption = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who decides it: who may stands in tools.yml.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; it is published.")]
FromOption = Annotated[
    datetime | None,
    typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="The first day (default: today)."),
]


@alerts.callback(epilog="Example: takeup alerts -w demo")
def show(
    context: typer.Context,
    workspace: WorkspaceOption = HERE,
    tool_id: Annotated[str | None, typer.Option("--tool", metavar="TOOL", help="Of this tool alone.")] = None,
    with_resolved: Annotated[bool, typer.Option("--all", help="Those that are resolved too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what is wrong: whose it is, where to look first and why, what to do.

    As of the latest publication; takeup alerts ack takes something on, takeup alerts send sends what waits.
    """
    if context.invoked_subcommand is not None:
        return
    from orchestration.commands.alerts import show_alerts

    end(show_alerts(Workspace.at(workspace), tool_id, with_resolved=with_resolved, as_json=as_json))


@alerts.command("ack", epilog="Example: takeup alerts ack 261119-3f9a01 --note 'asked the vendor' -w demo")
def acknowledge(
    incidents: Annotated[list[str], typer.Argument(metavar="INCIDENT...", help="Of takeup alerts.")],
    workspace: WorkspaceOption = HERE,
    note: Annotated[str | None, typer.Option("--note", help="What you do about it; it is published.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Take alerts on: nobody is reminded of them any more. They stay open until a run no longer finds them."""
    from orchestration.commands.alerts import take_on

    end(take_on(Workspace.at(workspace), incidents, note, as_json=as_json))


@alerts.command("send", epilog="Example: takeup alerts send -w demo")
def send(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Send what waits in the outbox, as every run does at its end. Exits with 1 when something could not be sent."""
    from orchestration.commands.alerts import send_alerts

    end(send_alerts(Workspace.at(workspace), as_json=as_json))


def watch(
    workspace: WorkspaceOption = HERE,
    hours: Annotated[
        float | None,
        typer.Option("--hours", min=0.0, help="The publication may be this old (default: alerts.yml, watch_hours)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether runs, data and publication are as they should be; for cron or a monitor outside.

    Exits with 1 when a run failed or never ended, when the publication is too old, or when the newest record of a
    source is past its deadline. Opens no database, so it answers while a run is writing.
    """
    from orchestration.commands.watch import watch as look

    end(look(Workspace.at(workspace), hours, as_json=as_json))


def drill(
    workspace: WorkspaceOption = HERE,
    faults: Annotated[
        list[str] | None, typer.Option("--fault", metavar="KIND", help="Plant this one alone; may be repeated.")
    ] = None,
    tool_id: Annotated[str | None, typer.Option("--tool", metavar="TOOL", help="In this tool.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Plant faults in a copy of the workspace, one after another, and see that the alert of each comes.

    Nothing is sent and the workspace stays as it is; what came of it is kept for the readiness audit. Exits with 1 when
    an alert did not come.
    """
    from orchestration.commands.drill import run_drill

    end(run_drill(Workspace.at(workspace), tuple(faults or ()), tool_id, as_json=as_json))


def audit(
    tool_id: ToolArgument,
    workspace: WorkspaceOption = HERE,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.md", help="Write the page there.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how ready a tool is, as the last run found it: sixteen questions, their evidence, the gaps and the plan."""
    from orchestration.commands.audit import show_audit

    end(show_audit(Workspace.at(workspace), tool_id, out, as_json=as_json))


@tool.command("pause", epilog="Example: takeup tool pause doc-extract --by you@example.com --why retraining -w demo")
def pause(
    tool_id: ToolArgument,
    by: ByOption,
    why: WhyOption,
    first: FromOption = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", metavar="DATE", formats=["%Y-%m-%d"], help="The last day (default: until resumed)."),
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Take a tool out of judgement: in weeks that touch the pause nobody is judged by it. Kept in pauses.jsonl."""
    from orchestration.commands.tool_pause import Request, pause_tool

    request = Request(tool_id, by, why, _day(first), _day(until))
    end(pause_tool(Workspace.at(workspace), request, as_json=as_json))


@tool.command(
    "resume", epilog="Example: takeup tool resume doc-extract --by you@example.com --why 'it is back' -w demo"
)
def resume(
    tool_id: ToolArgument,
    by: ByOption,
    why: WhyOption,
    first: FromOption = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Judge by a tool again, from today or DATE on. Weeks that the pause touched stay unjudged."""
    from orchestration.commands.tool_pause import Request, resume_tool

    end(resume_tool(Workspace.at(workspace), Request(tool_id, by, why, _day(first)), as_json=as_json))


@tool.command("pauses", epilog="Example: takeup tool pauses -w demo")
def pauses(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """List every pause of every tool: from when to when, by whom and why."""
    from orchestration.commands.tool_pause import show_pauses

    end(show_pauses(Workspace.at(workspace), as_json=as_json))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def register(app: typer.Typer) -> None:
    """Put these commands into the command line."""
    app.add_typer(alerts, name="alerts")
    app.add_typer(tool, name="tool")
    app.command("audit", epilog="Example: takeup audit doc-extract -w demo --out readiness.md")(audit)
    app.command("drill", epilog="Example: takeup drill -w demo --fault zero-day")(drill)
    app.command("watch", epilog="Example: takeup watch -w demo --hours 30 || echo 'takeup needs a look'")(watch)
