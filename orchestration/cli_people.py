"""`takeup people`: join published figures to people, and decide who is who."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from orchestration.cli_options import HERE, JsonOption, WorkspaceOption, end
from orchestration.workspace import Workspace

people = typer.Typer(help="Join published figures to people; decide who is who.", no_args_is_help=True)

AccessWhy = Annotated[str, typer.Option("--why", help="The reason, for the vault's access log.")]
DecisionWhy = Annotated[str, typer.Option("--why", help="The reason, kept with the decision.")]
FirstDay = Annotated[
    datetime | None,
    typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="From this day on (default: always)."),
]
LastDay = Annotated[
    datetime | None,
    typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="The last day (default: for ever)."),
]
Namespace = Annotated[str, typer.Argument(metavar="NAMESPACE", help="email, upn, github_login, entra_oid, ...")]
Value = Annotated[str, typer.Argument(metavar="VALUE", help="The account, as the logs name it.")]


@people.command("key", epilog="Example: takeup people key p-1017 you@example.com -w demo --why 'audit 12'")
def people_key(
    identifiers: Annotated[list[str], typer.Argument(metavar="PERSON_ID...", help="Person ids or other identifiers.")],
    workspace: WorkspaceOption = HERE,
    why: AccessWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Print the person_key of people, which joins to the published figures. Needs the vault; every use is logged."""
    from orchestration.commands.people import show_keys

    end(show_keys(Workspace.at(workspace), identifiers, why, as_json=as_json))


@people.command("merge", epilog="Example: takeup people merge p-2044 c-0117 -w demo --why 'contractor, now employed'")
def people_merge(
    person: Annotated[str, typer.Argument(metavar="PERSON_ID", help="The id that stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER_ID", help="The id of the same person.")],
    first: FirstDay = None,
    workspace: WorkspaceOption = HERE,
    why: DecisionWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Decide that two roster ids are one person, who keeps the key of the first. The next takeup run judges so.

    It holds for all history, or from DATE on. No record is changed: takeup people undo restores every figure.
    """
    from orchestration.commands.people_decisions import merge

    end(merge(Workspace.at(workspace), person, other, _day(first), why=why, as_json=as_json))


@people.command("split", epilog="Example: takeup people split p-0042 --from 2026-03-01 -w demo --why 'number reused'")
def people_split(
    person: Annotated[str, typer.Argument(metavar="PERSON_ID", help="The id that was given to somebody else.")],
    first: Annotated[
        datetime,
        typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="The first day of the other person."),
    ],
    workspace: WorkspaceOption = HERE,
    why: DecisionWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Decide that a roster id is another person from DATE on: PERSON_ID~DATE. The next takeup run judges so.

    The one before keeps the key; the rosters, absences and accounts of the id belong to the other from DATE on.
    """
    from orchestration.commands.people_decisions import split

    end(split(Workspace.at(workspace), person, first.date(), why=why, as_json=as_json))


@people.command("link", epilog="Example: takeup people link github_login octo-ann p-2044 --from 2026-03-01 -w demo")
def people_link(
    namespace: Namespace,
    value: Value,
    person: Annotated[str, typer.Argument(metavar="PERSON_ID", help="Whose it is.")],
    first: FirstDay = None,
    last: LastDay = None,
    workspace: WorkspaceOption = HERE,
    why: DecisionWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Decide whose an account is, whatever the rosters say of it. The next takeup run judges so."""
    from orchestration.commands.people_decisions import Account, link

    account = Account(namespace, value, _day(first), _day(last))
    end(link(Workspace.at(workspace), account, person, why=why, as_json=as_json))


@people.command("unlink", epilog="Example: takeup people unlink email desk-7@example.com -w demo --why 'shared desk'")
def people_unlink(
    namespace: Namespace,
    value: Value,
    first: FirstDay = None,
    last: LastDay = None,
    workspace: WorkspaceOption = HERE,
    why: DecisionWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Decide that an account is nobody's, whatever the rosters say of it. The next takeup run judges so."""
    from orchestration.commands.people_decisions import Account, unlink

    account = Account(namespace, value, _day(first), _day(last))
    end(unlink(Workspace.at(workspace), account, why=why, as_json=as_json))


@people.command("decisions", epilog="Example: takeup people decisions -w demo --why 'audit 12'")
def people_decisions(
    workspace: WorkspaceOption = HERE, why: AccessWhy = "not stated", as_json: JsonOption = False
) -> None:
    """List what was decided about who is who: by whom, when, why. In clear, so every use is logged."""
    from orchestration.commands.people_decisions import show_decisions

    end(show_decisions(Workspace.at(workspace), why, as_json=as_json))


@people.command("undo", epilog="Example: takeup people undo 3 -w demo --why 'they are two people after all'")
def people_undo(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Of takeup people decisions.")],
    workspace: WorkspaceOption = HERE,
    why: DecisionWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Take a decision back. The next takeup run judges as if it had never been taken; the journal keeps both."""
    from orchestration.commands.people_decisions import undo

    end(undo(Workspace.at(workspace), number, why, as_json=as_json))


@people.command("suggest", epilog="Example: takeup people suggest -w demo --tool code-assistant --why 'coverage'")
def people_suggest(
    workspace: WorkspaceOption = HERE,
    tool: Annotated[str | None, typer.Option("--tool", metavar="TOOL_ID", help="Of this tool alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many accounts.")] = 50,
    why: AccessWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Suggest whose the accounts are that no roster knows. In clear, so every use is logged; nothing is decided.

    Everybody who is nearly as alike as the best is shown. takeup people confirm CODE decides.
    """
    from orchestration.commands.people_suggest import show_suggestions

    end(show_suggestions(Workspace.at(workspace), tool, limit, why, as_json=as_json))


@people.command("confirm", epilog="Example: takeup people confirm 3f9a01c2 77b0d1e4 -w demo --why 'asked them'")
def people_confirm(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Of takeup people suggest.")],
    workspace: WorkspaceOption = HERE,
    why: DecisionWhy = "not stated",
    as_json: JsonOption = False,
) -> None:
    """Decide that suggestions are right: each becomes a takeup people link. All of them, or none."""
    from orchestration.commands.people_suggest import confirm

    end(confirm(Workspace.at(workspace), codes, why, as_json=as_json))


@people.command("erase", epilog="Example: takeup people erase p-1017 -w demo --why 'request of 3 March' --dry-run")
def people_erase(
    identifiers: Annotated[list[str], typer.Argument(metavar="PERSON_ID...", help="Person ids or other identifiers.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the vault's access log; without names.")],
    workspace: WorkspaceOption = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and change nothing.")] = False,
    is_sure: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Erase people for good: from warehouse, publications, quarantine, inbox and vault. They cannot come back.

    What of them is read later counts as blank lines. Exits with 1 when files are left that must be handled by hand.
    """
    from orchestration.commands.erase import erase_people

    chosen = Workspace.at(workspace)
    end(erase_people(chosen, identifiers, why, dry_run=dry_run, is_sure=is_sure, as_json=as_json))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
