"""The accounts that records name: which numbers stand for them, and whether they may be a person's.

An account is worked out once in a process: the files of a run name the same people again and again, and three digests
of each, tool by tool, would cost more than the rest of loading a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from orchestration.identity import Pseudonymiser
from orchestration.sources.fields import candidates
from orchestration.sources.identifiers import can_join, is_bot
from orchestration.sources.records import Identity

_MOST_KEPT = 200_000
_MOST_KEYS = 2


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody as a source names them: `users`, of whose names `said` are kept under `numbers`, preferred first."""

    users: tuple[Identity, ...]
    said: tuple[Identity, ...]
    numbers: tuple[int, ...]
    namespaces: tuple[str, ...]
    """Of the names that are kept."""
    is_person: bool
    """Whether it may be a person's."""

    @property
    def alias_no(self) -> int | None:
        return self.numbers[0] if self.numbers else None

    @property
    def identifiers(self) -> tuple[str, ...]:
        """All that it is called, once each."""
        return tuple(sorted({user.value for user in self.users}))


NOBODY = Account((), (), (), (), is_person=False)


class Accounts:
    """The accounts met lately, within a bound."""

    def __init__(self, names: Pseudonymiser) -> None:
        self._names = names
        self._met: dict[tuple[Identity, ...] | str, Account] = {(): NOBODY}

    def of(self, users: tuple[Identity, ...]) -> Account:
        """The account that goes by all of these names."""
        return self._met.get(users) or self._keep(users, users)

    def of_name(self, name: str) -> Account:
        """The account of a name without a namespace."""
        return self._met.get(name) or self._keep(name, candidates(name))

    def _keep(self, key: tuple[Identity, ...] | str, users: tuple[Identity, ...]) -> Account:
        if len(self._met) >= _MOST_KEPT:
            self._met = {(): NOBODY}
        account = self._met[key] = self._meet(users)
        return account

    def _meet(self, users: tuple[Identity, ...]) -> Account:
        may_join = () if any(map(is_bot, users)) else tuple(user for user in users if can_join(user))
        said = may_join or users[:1]  # what can never be a person must not link those who are
        numbers = tuple(self._names.alias_no(user.namespace, user.value) for user in said)
        return Account(users, said, numbers, tuple(user.namespace for user in said), bool(may_join))


@lru_cache(maxsize=_MOST_KEYS)
def accounts_of(names: Pseudonymiser) -> Accounts:
    """The accounts met under a key in this process."""
    return Accounts(names)
