"""The command line. Each command parses its options and calls orchestration.commands; heavy libraries load on use.

Exit codes: 0 when all that the command promises holds, 1 when the data or a check failed, 2 for a usage or
configuration error. Errors go to stderr, one line per finding, without a traceback.
"""

from __future__ import annotations

import os
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_access import access
from orchestration.cli_governance import register
from orchestration.cli_mapping import mapping
from orchestration.cli_options import HERE, JsonOption, WorkspaceOption, end
from orchestration.cli_people import people, people_erase
from orchestration.cli_report import report
from orchestration.cli_training import training
from orchestration.collecting import Leaving
from orchestration.errors import TakeupError
from orchestration.workspace import Workspace

app = typer.Typer(
    name="takeup",
    help="Who of the intended people uses each AI tool, who uses it correctly, and what to do about the rest.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: half the time, and it reads the same in a pipe
    pretty_exceptions_enable=False,
    add_completion=False,
)
quarantine = typer.Typer(help="Lines that could not be read.", no_args_is_help=True)
rules = typer.Typer(help="Try rules out.", no_args_is_help=True)
app.add_typer(access, name="access")
app.add_typer(mapping, name="mapping")
app.add_typer(people, name="people", rich_help_panel=None)
app.add_typer(quarantine, name="quarantine")
app.add_typer(rules, name="rules")
app.command(epilog="Example: takeup report -w demo --week 2026-W45")(report)
app.command("erase", epilog="Example: takeup erase p-1017 -w demo --why 'request of 3 March' --dry-run")(people_erase)
app.add_typer(training, name="training")
register(app)


@app.command(epilog="Example: takeup init acme")
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to set up.")]) -> None:
    """Set a folder up as a workspace: commented configuration, inbox, vault. Files that exist are left alone."""
    from orchestration.commands import workspaces

    workspaces.init(folder)


@app.command(epilog="Example: takeup demo /tmp/demo --people 500 --weeks 12")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder for the demo.")] = Path("demo"),
    head_count: Annotated[int, typer.Option("--people", min=100, max=200_000, help="Size of the company.")] = 2_000,
    weeks: Annotated[int, typer.Option(min=12, max=156, help="Weeks of logs.")] = 26,
    seed: Annotated[int, typer.Option(help="Another seed, another company of the same kind.")] = 7,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the logs (default: a Sunday just past).")
    ] = None,
) -> None:
    """Run everything over a synthetic company whose true labels are known, and show how many were recognised."""
    from orchestration.commands.demo import Size, run_demo

    end(run_demo(folder, Size(head_count, weeks, seed, until.date() if until else None)))


@app.command(epilog="Example: takeup run -w demo")
def run(
    workspace: WorkspaceOption = HERE,
    full: Annotated[bool, typer.Option("--full", help="Run even when nothing has changed.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Judge as if this date were over, or as at this instant."),
    ] = None,
    no_pull: Annotated[
        bool, typer.Option("--no-pull", help="Fetch nothing from vendors; judge what is there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch what is due, read new logs, judge, check and publish. Nothing half is published.

    Exits with 1 when a step or check failed, and when a vendor could not be reached: then what is there is judged.
    """
    from orchestration.commands.run import run_workspace

    end(run_workspace(Workspace.at(workspace), full=full, as_of=as_of, as_json=as_json, with_pull=not no_pull))


@app.command(epilog="Example: takeup pull -w demo --tool code-assistant --from 2026-11-01 --to 2026-11-07")
def pull(
    workspace: WorkspaceOption = HERE,
    tool: Annotated[str | None, typer.Option("--tool", metavar="TOOL_ID", help="This tool alone.")] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="Fetch from this UTC day on, due or not."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="Fetch up to this UTC day, due or not."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch from vendors' APIs what is due, into landing/. takeup run does so first by itself.

    Due are days not fetched yet and the latest ones, which vendors correct. Exits with 1 when a source failed; the
    others are fetched all the same, and what was half fetched is continued the next time.
    """
    from orchestration.commands.pull import Wish, pull_workspace

    wish = Wish(tool, first.date() if first else None, last.date() if last else None)
    end(pull_workspace(Workspace.at(workspace), wish, as_json=as_json))


@app.command(epilog="Example: takeup check -w demo")
def check(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Check the configuration: every error and warning as file:line:column. Exits with 2 when there is an error."""
    from orchestration.commands import workspaces

    end(workspaces.check(Workspace.at(workspace), as_json=as_json))


@app.command(epilog="Example: takeup status -w demo --json")
def status(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Show what was published last: people per tool and class, and where every line read has gone."""
    from orchestration.commands.status import show_status

    end(show_status(Workspace.at(workspace), as_json=as_json))


@app.command(epilog="Example: takeup inspect users.ndjson")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log, a roster, ...; also with .gz.")],
    as_json: JsonOption = False,
) -> None:
    """Say what a file is, by its content: format, period, people, what it proves, what is rejected. Loads nothing.

    Exits with 1 when no format recognises the file, when nothing in it can be loaded, or when a line is rejected.
    """
    from orchestration.commands.inspect import inspect_file

    end(inspect_file(file, as_json=as_json))


@app.command(epilog="Example: takeup dashboard -w demo --port 8501")
def dashboard(
    workspace: WorkspaceOption = HERE,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port on 127.0.0.1.")] = 8501,
) -> None:
    """Open the dashboard over what was published, on 127.0.0.1. Ends with Ctrl-C."""
    from orchestration.commands import servers

    servers.dashboard(Workspace.at(workspace), port)


@app.command(epilog="Example: takeup dagster -w demo --port 3000")
def dagster(
    workspace: WorkspaceOption = HERE,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port on 127.0.0.1.")] = 3000,
) -> None:
    """Open Dagster over the workspace, on 127.0.0.1: assets, runs, the inbox sensor, the daily schedule."""
    from orchestration.commands import servers

    servers.dagster(Workspace.at(workspace), port)


@app.command(epilog="Example: takeup receive -w demo --tool coding-agent --token-file token.txt")
def receive(
    tool: Annotated[str, typer.Option("--tool", metavar="TOOL_ID", help="A tool with a source of format otlp.")],
    workspace: WorkspaceOption = HERE,
    host: Annotated[str, typer.Option(help="The address to listen on; any but loopback needs a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes any that is free.")] = 4318,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="The bearer token (default: TAKEUP_RECEIVE_TOKEN)."),
    ] = None,
) -> None:
    """Receive OpenTelemetry over HTTP (logs, traces, metrics) into a tool's inbox. Ends with Ctrl-C.

    Every request is on the disk before it is answered; the inbox shows files when they are a minute old or 32 MB large.
    """
    from orchestration.commands import receive

    end(receive.receive(Workspace.at(workspace), tool, receive.Place(host, port), token_file))


@app.command(epilog="Example: takeup doctor -w demo")
def doctor(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Look for what would make a run fail: Python, packages, disk, permissions, locks, the publication."""
    from orchestration.commands.doctor import examine

    end(examine(workspace, as_json=as_json))


@app.command(epilog="Example: takeup schemas --out schemas")
def schemas(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them.")] = Path("schemas"),
) -> None:
    """Write the JSON Schema of every configuration file, for editors that complete and check while you type."""
    from orchestration.commands import workspaces

    workspaces.schemas(out)


@quarantine.command("list", epilog="Example: takeup quarantine list -w demo --limit 20")
def quarantine_list(
    workspace: WorkspaceOption = HERE,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many lines.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the lines that could not be read: file, line, reason. Their bytes stay sealed."""
    from orchestration.commands.quarantine import show_quarantine

    end(show_quarantine(Workspace.at(workspace), limit, as_json=as_json))


@quarantine.command("replay", epilog="Example: takeup quarantine replay -w demo")
def quarantine_replay(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Read the quarantined lines again, after their format has been mended. Then: takeup run --full."""
    from orchestration.commands.quarantine import replay

    end(replay(Workspace.at(workspace), as_json=as_json))


@rules.command("test", epilog="Example: takeup rules test -w demo --rule doc-extract-blind-acceptance")
def rules_test(
    workspace: WorkspaceOption = HERE,
    rule: Annotated[str | None, typer.Option("--rule", metavar="ID", help="Test this rule alone.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the examples of every rule, and mutants of the rule that they should notice.

    Exits with 1 when an example comes to something else than it expects, a rule lacks a kept or a broken example, or a
    mutant (a condition dropped, the order flipped, another deadline, ...) fails none of them.
    """
    from orchestration.commands import rules_test

    end(rules_test.test_rules(Workspace.at(workspace), rule, as_json=as_json))


@rules.command("explain", epilog="Example: takeup rules explain p-1017 --tool doc-extract --week 2026-W45 -w demo")
def rules_explain(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A person id, another identifier or a person_key.")],
    tool: Annotated[str, typer.Option("--tool", metavar="ID", help="The tool.")],
    week: Annotated[
        str | None, typer.Option("--week", metavar="WEEK", help="An ISO week (default: the latest final one).")
    ] = None,
    workspace: WorkspaceOption = HERE,
    why: Annotated[str, typer.Option(help="The reason, for the vault's access log.")] = "explain a verdict",
    as_json: JsonOption = False,
) -> None:
    """Say why a person has their status: each rule, what broke it, what is missing, and the way back.

    Reads the latest publication. A person id or alias is looked up in the vault, which is logged; a person_key is not.
    """
    from orchestration.commands.rules_explain import Question, show_explanation

    end(show_explanation(Workspace.at(workspace), Question(person, tool, week, why), as_json=as_json))


@rules.command("restate", epilog="Example: takeup rules restate doc-extract-blind-acceptance --from 2026-10-01 -w demo")
def rules_restate(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id.")],
    from_day: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The first day it judges, or `beginning` for all of history.")
    ],
    workspace: WorkspaceOption = HERE,
    why: Annotated[str, typer.Option(help="The reason, for the journal of decisions.")] = "not stated",
    later: Annotated[bool, typer.Option("--later", help="Only decide; the next takeup run judges by it.")] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="For the run: as takeup run --as-of.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Let the current version of a rule judge what was done from DATE on, and run. DATE may lie in the past.

    Without it a new version judges only what is done after it came into force. The decision is kept in
    restatements.jsonl of the workspace with who, when and why; of several the last one holds. What moves is published
    beside the figures, in fct_restatement.
    """
    from orchestration.commands.rules_restate import Wish, restate

    end(restate(Workspace.at(workspace), Wish(rule, from_day, why, later, as_of), as_json=as_json))


@rules.command("simulate", epilog="Example: takeup rules simulate stricter.yml -w demo --week 2026-W45")
def rules_simulate(
    rules_file: Annotated[Path, typer.Argument(metavar="NEW.yml", help="Rules of one tool, as in config/rules/.")],
    workspace: WorkspaceOption = HERE,
    week: Annotated[
        str | None, typer.Option("--week", metavar="WEEK", help="An ISO week (default: the latest final one).")
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Drop the tool's rules that NEW.yml does not have.")] = False,
    people: Annotated[bool, typer.Option("--people", help="List who moves, by person_key; logged.")] = False,
    why: Annotated[str, typer.Option(help="The reason, for the vault's access log.")] = "simulate rules",
    as_json: JsonOption = False,
) -> None:
    """Say who would change class, compared with the latest publication, if these rules had been in force all along.

    The rules of NEW.yml take the place of every version of the same ids; new ids are added. Units of which fewer people
    move than privacy.yml permits are shown together. Nothing is enacted: warehouse and publication stay as they are.
    """
    from orchestration.commands.rules_simulate import Question, show_simulation

    question = Question(rules_file, week, alone=alone, with_people=people, why=why)
    end(show_simulation(Workspace.at(workspace), question, as_json=as_json))


@rules.command("evaluate", epilog="Example: takeup rules evaluate rules.yml events.csv.gz --out verdicts")
def rules_evaluate(
    rules_file: Annotated[Path, typer.Argument(metavar="RULES.yml", help="The rules of one tool.")],
    events_file: Annotated[Path, typer.Argument(metavar="EVENTS.csv[.gz]", help="Events; see the rule reference.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the two files go.")],
) -> None:
    """Judge rules on an event file as a run would, and write obligations.csv and verdicts.csv."""
    from orchestration.evaluate import evaluate

    evaluate(rules_file, events_file, out)


@rules.command("reference", epilog="Example: takeup rules reference --out docs/rules.md")
def rules_reference(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it there, its pictures into pictures/rules beside it."),
    ] = None,
) -> None:
    """Print the page of the rule language: every key, kind, condition and verdict, with examples."""
    from orchestration.commands.rules_reference import write_reference

    write_reference(out)


def program() -> None:
    """The command line as a process of its own, which ends with it."""
    leaving = Leaving()
    try:
        main()
    except SystemExit as end_of_command:
        leaving.code = end_of_command.code if isinstance(end_of_command.code, int) else int(bool(end_of_command.code))
        raise
    except BaseException:
        leaving.code = 1
        raise


def main() -> None:
    """Run the command line; every error becomes a message on stderr and an exit code."""
    if not os.environ.get("TAKEUP_DEBUG"):
        warnings.simplefilter("ignore")  # what libraries tell their programmers is nothing that a user can mend
    try:
        app()
    except TakeupError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing left to say
        raise SystemExit(1) from None
    except OSError as error:
        _fail(f"{error.filename or 'input or output'}: {error.strerror or error} - mend it and run again", 1)
    except Exception as error:
        if os.environ.get("TAKEUP_DEBUG"):
            raise
        _fail(f"unexpected {type(error).__name__}: {error} - run again with TAKEUP_DEBUG=1 for the details", 1)


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    program()
