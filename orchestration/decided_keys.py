"""What was decided about who is who, by keys and numbers instead of names: what may leave the vault."""

from __future__ import annotations

from orchestration.identity import Pseudonymiser
from orchestration.identity_decisions import WhoIsWho
from orchestration.sources.records import OPEN_END, Identity


class DecidedKeys:
    """The keys of people as they are at the end of time."""

    def __init__(self, names: Pseudonymiser, who: WhoIsWho) -> None:
        self._names, self._who = names, who
        split = [one for one in who.ids if who.is_split(one)]
        self.split_keys = frozenset(map(names.person_key, split))
        """Of ids that stand for several people: the first of them."""
        self.listed_under = {names.person_key(who.last_holder(one)): names.person_key(one) for one in split}
        """The last person with such an id -> the id under which rosters list them."""
        everybody = {*who.people, *who.ids, *map(who.last_holder, who.ids)}
        self.names = {names.person_key(name): name for name in everybody}
        """The people whom a decision names or makes."""
        self._account_numbers = {self._number(account) for account, *_ in who.accounts()}

    def current(self, key: str) -> str:
        """The key of the person who stays of those who are one."""
        name = self.names.get(key)
        return self._names.person_key(self._who.person_of(name, OPEN_END)) if name is not None else key

    def has_account(self, account: Identity) -> bool:
        """Whether somebody decided whose this account is, or that it is nobody's."""
        return self._number(account) in self._account_numbers

    def holders(self, identifier: str) -> set[str | None]:
        """Whose an account of this name is at the end of time, in any namespace; None: decided to be nobody's."""
        return {
            self._names.person_key(person) if person else None
            for account, _, last, person in self._who.accounts()
            if last == OPEN_END and self._number(account) == self._number(Identity(account.namespace, identifier))
        }

    def _number(self, account: Identity) -> int:
        return self._names.alias_no(account.namespace, account.value)
