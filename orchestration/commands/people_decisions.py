"""Deciding who is who: `takeup people merge`, `split`, `link`, `unlink`, `undo`, `decisions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.commands.output import records, say, say_json
from orchestration.commands.people import vault_of
from orchestration.errors import UsageError
from orchestration.identity_decisions import BEGINNING, Decision, Taken
from orchestration.sources.records import OPEN_END, Identity
from orchestration.vault import Vault
from orchestration.workspace import Workspace

COLUMNS = {"number": "no", "decided": "decided", "who": "by", "at": "at (UTC)", "why": "why", "standing": "standing"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the logs, in the days that a decision is about; None is open."""

    namespace: str
    value: str
    first: date | None
    last: date | None

    @property
    def identity(self) -> Identity:
        return Identity(self.namespace, self.value)


def merge(workspace: Workspace, person: str, other: str, first: date | None, *, why: str, as_json: bool) -> int:
    """Decide that two ids are one person. UsageError: one of them is unknown, or it contradicts what stands."""
    vault = vault_of(workspace)
    _refuse_strangers(vault, person, other)
    decision = Decision("merge", person, other, first=first or BEGINNING)
    return decide(vault, [decision], why, as_json=as_json)


def split(workspace: Workspace, person: str, first: date, *, why: str, as_json: bool) -> int:
    """Decide that an id is somebody else from `first` on."""
    vault = vault_of(workspace)
    _refuse_strangers(vault, person)
    return decide(vault, [Decision("split", person, first=first)], why, as_json=as_json)


def link(workspace: Workspace, account: Account, person: str, *, why: str, as_json: bool) -> int:
    """Decide whose an account is."""
    vault = vault_of(workspace)
    _refuse_strangers(vault, person)
    return decide(vault, [_about(account, person)], why, as_json=as_json)


def unlink(workspace: Workspace, account: Account, *, why: str, as_json: bool) -> int:
    """Decide that an account is nobody's."""
    return decide(vault_of(workspace), [_about(account, "")], why, as_json=as_json)


def undo(workspace: Workspace, number: int, why: str, *, as_json: bool) -> int:
    """Take a decision back."""
    taken = vault_of(workspace).decisions.undo(number, why)
    if as_json:
        say_json({"number": number, "undone": taken.decision.sentence})
    else:
        say(f"Decision {number} is taken back: {taken.decision.sentence}. The next takeup run judges without it.")
    return 0


def show_decisions(workspace: Workspace, why: str, *, as_json: bool) -> int:
    """List every decision, those taken back too."""
    vault = vault_of(workspace)
    taken = vault.decisions.taken()
    vault.note("decisions", len(taken), why)
    rows = [_row(one) for one in taken]
    if as_json:
        say_json({"decisions": rows})
    elif rows:
        say(records(rows, COLUMNS))
    else:
        say("Nothing was decided about who is who.")
    return 0


def decide(vault: Vault, decisions: Sequence[Decision], why: str, *, as_json: bool) -> int:
    """Take decisions, all or none, and say so."""
    taken = vault.decisions.take(list(decisions), why)
    if as_json:
        say_json({"decisions": [_row(one) for one in taken]})
        return 0
    for one in taken:
        say(f"Decision {one.number}: {one.decision.sentence}.")
    say("The next takeup run judges so.")
    return 0


def _about(account: Account, person: str) -> Decision:
    first, last = account.first or BEGINNING, account.last or OPEN_END
    return Decision("link" if person else "unlink", person, "", account.identity, first, last)


def _row(taken: Taken) -> dict[str, Any]:
    return {
        "number": taken.number,
        "action": taken.decision.action,
        "decided": taken.decision.sentence,
        "who": taken.who,
        "at": taken.at,
        "why": taken.why,
        "standing": not taken.is_undone,
    }


def _refuse_strangers(vault: Vault, *people: str) -> None:
    for person in people:
        if not vault.knows(person):
            raise UsageError(f"{person}: nobody on any roster has this person_id - write it exactly as the roster does")
