"""Suggesting whose the accounts are that no roster knows, and confirming it: `takeup people suggest`, `confirm`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.commands.output import records, say, say_json
from orchestration.commands.people import vault_of
from orchestration.commands.people_decisions import decide
from orchestration.errors import UsageError
from orchestration.identity_decisions import Decision, standing
from orchestration.likeness import Candidate, Known, Likeness
from orchestration.sources.records import OPEN_END, Identity
from orchestration.vault import UnknownAccount, Vault
from orchestration.workspace import Workspace

COLUMNS = {
    "code": "code",
    "tool_id": "tool",
    "namespace": "kind",
    "value": "account",
    "person_id": "person",
    "name": "name",
    "score": "score",
    "reason": "because of",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One account and one person whose it may be. The code names this pair for ever."""

    code: str
    account: UnknownAccount
    candidate: Candidate
    name: str | None
    alternatives: int

    @property
    def identity(self) -> Identity:
        """The name by which records know the account."""
        return self.account.names[0]

    @property
    def row(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "tool_id": self.account.tool_id,
            "namespace": self.identity.namespace,
            "value": self.identity.value,
            "person_id": self.candidate.person_id,
            "name": self.name,
            "score": self.candidate.score,
            "reason": self.candidate.reason,
            "alternatives": self.alternatives,
        }


def show_suggestions(workspace: Workspace, tool_id: str | None, limit: int, why: str, *, as_json: bool) -> int:
    """Print the candidates of at most `limit` accounts, the likeliest accounts first."""
    vault = vault_of(workspace)
    accounts = vault.unknown_accounts(why, tool_id)
    found = list(suggestions(vault, accounts, why))
    shown = _of_first_accounts(found, limit)
    rows = [one.row for one in shown]
    if as_json:
        say_json({"unknown_accounts": len(accounts), "suggestions": rows})
        return 0
    if rows:
        say(records(rows, COLUMNS))
        say()
    say(_summary(accounts, found, shown))
    return 0


def confirm(workspace: Workspace, codes: Sequence[str], why: str, *, as_json: bool) -> int:
    """Link the accounts of these suggestions to their people. UsageError for a code that suggests nothing."""
    vault = vault_of(workspace)
    by_code = {one.code: one for one in suggestions(vault, vault.unknown_accounts(why), why)}
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        raise UsageError(f"{', '.join(unknown)}: suggests nothing - takeup people suggest lists the codes there are")
    chosen = [by_code[code] for code in dict.fromkeys(codes)]
    decisions = [Decision("link", one.candidate.person_id, account=one.identity) for one in chosen]
    reasons = "; ".join(f"{one.code}: {one.candidate.reason}, {one.candidate.score}" for one in chosen)
    return decide(vault, decisions, f"{why} ({reasons})", as_json=as_json)


def suggestions(vault: Vault, accounts: Sequence[UnknownAccount], why: str) -> Iterator[Suggestion]:
    """Every account's candidates, the likeliest accounts and people first."""
    if not accounts:
        return
    who = standing(vault.decisions.taken())
    people = [
        Known(
            who.person_of(who.last_holder(one.person_id), OPEN_END),
            one.name,
            tuple(Identity(*alias) for alias in one.aliases),
        )
        for one in vault.everybody(why)
    ]
    names = {one.person_id: one.name for one in people}
    alike = Likeness(people)
    found = [(account, alike.candidates(account.names)) for account in accounts]
    found.sort(key=lambda pair: -pair[1][0].score if pair[1] else 0)
    for account, candidates in found:
        for candidate in candidates:
            code = _code(vault, account.names[0], candidate)
            yield Suggestion(code, account, candidate, names[candidate.person_id], len(candidates) - 1)


def _code(vault: Vault, account: Identity, candidate: Candidate) -> str:
    return vault.pseudonymiser.code(account.namespace, account.value, candidate.person_id)


def _of_first_accounts(found: Sequence[Suggestion], limit: int) -> list[Suggestion]:
    accounts = list(dict.fromkeys((one.account.tool_id, one.identity) for one in found))[:limit]
    return [one for one in found if (one.account.tool_id, one.identity) in accounts]


def _summary(accounts: Sequence[UnknownAccount], found: Sequence[Suggestion], shown: Sequence[Suggestion]) -> str:
    like_somebody = len({(one.account.tool_id, one.identity) for one in found})
    are_shown = len({(one.account.tool_id, one.identity) for one in shown})
    text = f"{len(accounts):,} accounts that no roster knows; {like_somebody:,} are like somebody's"
    hidden = f", {like_somebody - are_shown:,} not shown (--limit)" if like_somebody > are_shown else ""
    return f"{text}{hidden}. Nothing is decided: takeup people confirm CODE does."
