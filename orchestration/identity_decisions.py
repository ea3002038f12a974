"""What people have decided about who is who: two ids of one person, one id of two people, whose an account is.

A decision changes no record. It says how the ids and aliases of the records are read, over all history, until it is
undone. Decisions do not depend on the order in which they were taken: two that contradict each other cannot both stand.

A person is named by a roster id. Where an id was given to somebody else from a day on, the second person is named
`ID~DATE` (`later_person`), and ID alone is the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, TypeAlias

from orchestration.errors import UsageError
from orchestration.sources.identifiers import can_join, canonical
from orchestration.sources.records import OPEN_END, Identity

BEGINNING = date.min
Action: TypeAlias = Literal["merge", "split", "link", "unlink"]
_LATER = re.compile(r"(?s)(.+)~(\d{4}-\d\d-\d\d)")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; days are inclusive.

    merge: `other` is `person` from `first` on. split: from `first` on the id `person` is somebody else's.
    link: the account is `person`'s from `first` to `last`. unlink: then it is nobody's.
    """

    action: Action
    person: str = ""
    other: str = ""
    account: Identity | None = None
    first: date = BEGINNING
    last: date = OPEN_END

    @property
    def sentence(self) -> str:
        """What it says, in clear."""
        when = span_text(self.first, self.last)
        account = f"{self.account.namespace} {self.account.value}" if self.account else ""
        return {
            "merge": f"{self.other} is {self.person}{when}",
            "split": f"{self.person} is another person{when}: {later_person(self.person, self.first)}",
            "link": f"{account} is {self.person}{when}",
            "unlink": f"{account} is nobody{when}",
        }[self.action]


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision as it stands in the vault. `number` counts from 1 and is never given twice."""

    number: int
    decision: Decision
    who: str
    at: str
    why: str
    is_undone: bool = False


Piece: TypeAlias = tuple[date, date, str]
"""(first day, last day, the person's name): whom an id stands for."""


def span_text(first: date, last: date) -> str:
    """` from DATE to DATE`, without what is open."""
    begin = "" if first == BEGINNING else f" from {first}"
    return begin if last == OPEN_END else f"{begin} to {last}"


def later_person(person_id: str, first: date) -> str:
    """The name of the person to whom the id was given on that day."""
    return f"{person_id}~{first.isoformat()}"


class WhoIsWho:
    """What the decisions that stand amount to."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._decisions = tuple(decisions)
        self._splits: dict[str, list[date]] = {}
        self._merges: dict[str, tuple[date, str]] = {}
        for one in self._decisions:
            if one.action == "split":
                self._splits.setdefault(one.person, []).append(one.first)
            if one.action == "merge":
                self._merges[one.other] = (one.first, one.person)

    @property
    def ids(self) -> list[str]:
        """Roster ids that do not always stand for the person of their name, sorted."""
        return sorted(set(self._splits) | {_base(name) for name in self._merges})

    def pieces(self, person_id: str) -> list[Piece]:
        """Whom a roster id stands for, over all time, without a gap."""
        return _joined(
            (first, last, self._person_on(person_id, first))
            for first, last in _between(self._days_that_matter(person_id))
        )

    def person_of(self, name: str, day: date) -> str:
        """The person that a person is, on a day, after all merges."""
        while name in self._merges and self._merges[name][0] <= day:
            name = self._merges[name][1]
        return name

    @property
    def people(self) -> set[str]:
        """Everybody whom an id of `ids` stands for at some time."""
        return {name for person_id in self.ids for _, _, name in self.pieces(person_id)}

    def is_split(self, person_id: str) -> bool:
        """Whether an id stands for several people."""
        return person_id in self._splits

    def last_holder(self, person_id: str) -> str:
        """The person to whom the id belongs at the end of time, before merges."""
        return self._holder_on(person_id, OPEN_END)

    def accounts(self) -> Iterator[tuple[Identity, date, date, str | None]]:
        """(account, first day, last day, person or None for nobody) of every account that was decided on."""
        for one in self._decisions:
            if one.account is None:
                continue
            if one.action == "unlink":
                yield one.account, one.first, one.last, None
                continue
            days = {one.first, *(day for day in self._days_that_matter(one.person) if one.first < day <= one.last)}
            pieces = ((first, last, self.person_of(one.person, first)) for first, last in _between(days, one.last))
            yield from ((one.account, *piece) for piece in _joined(pieces))

    def objection(self, new: Decision) -> str | None:
        """Why this decision cannot stand beside the others: a sentence, None when it can."""
        if new.action == "merge":
            return self._against_merge(new)
        if new.action == "split":
            return self._against_split(new)
        return self._against_account(new)

    def _against_merge(self, new: Decision) -> str | None:
        if self.person_of(new.person, OPEN_END) == new.other or new.person == new.other:
            return f"{new.person} is {new.other} already"
        if new.other in self._merges:
            return f"{new.other} is {self._merges[new.other][1]} already"
        return None

    def _against_split(self, new: Decision) -> str | None:
        if _LATER.fullmatch(new.person):
            return f"{new.person} is no id of a roster; the id is {_base(new.person)}"
        return f"{new.person} is split on that day already" if new.first in self._splits.get(new.person, ()) else None

    def _against_account(self, new: Decision) -> str | None:
        account = new.account or Identity("", "")
        if new.action == "link" and not can_join(account):
            return f"what {account.namespace} names is never a person, or not this"
        if new.first > new.last:
            return "it ends before it begins"
        overlapping = (
            one
            for one in self._decisions
            if one.account and _same(one.account, account) and one.first <= new.last and new.first <= one.last
        )
        return next((f"already decided: {one.sentence}" for one in overlapping), None)

    def _person_on(self, person_id: str, day: date) -> str:
        return self.person_of(self._holder_on(person_id, day), day)

    def _holder_on(self, person_id: str, day: date) -> str:
        begun = [first for first in self._splits.get(person_id, ()) if first <= day]
        return later_person(person_id, max(begun)) if begun else person_id

    def _days_that_matter(self, person_id: str) -> set[date]:
        """The days on which an id may begin to stand for somebody else, and the beginning."""
        days = {BEGINNING, *self._splits.get(person_id, ())}
        names = {person_id, *(later_person(person_id, day) for day in days)}
        for name in names:
            while name in self._merges:
                day, name = self._merges[name]  # noqa: PLW2901 - along the chain
                days.add(day)
        return days


def _base(name: str) -> str:
    later = _LATER.fullmatch(name)
    return later[1] if later else name


def _same(one: Identity, other: Identity) -> bool:
    return one.namespace == other.namespace and canonical(one.namespace, one.value) == canonical(
        other.namespace, other.value
    )


def _between(starts: Iterable[date], last: date = OPEN_END) -> Iterator[tuple[date, date]]:
    """The spans that begin on these days, each until the next one begins."""
    days = sorted(starts)
    yield from ((first, after - _DAY) for first, after in pairwise(days))
    yield days[-1], last


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for first, last, name in pieces:
        if found and found[-1][2] == name:
            found[-1] = (found[-1][0], last, name)
        else:
            found.append((first, last, name))
    return found


def standing(taken: Sequence[Taken]) -> WhoIsWho:
    """What holds: every decision that was not undone."""
    return WhoIsWho(one.decision for one in taken if not one.is_undone)


def refuse_contradiction(taken: Sequence[Taken], new: Decision) -> None:
    """UsageError when `new` cannot stand beside what was decided."""
    objection = standing(taken).objection(new)
    if objection:
        mend = "takeup people decisions lists what was decided, takeup people undo takes one back"
        raise UsageError(f"{objection} - {mend}")


def to_content(decision: Decision) -> Mapping[str, str]:
    """As it is sealed."""
    account = decision.account or Identity("", "")
    return {
        "person": decision.person,
        "other": decision.other,
        "namespace": account.namespace,
        "value": account.value,
        "first": decision.first.isoformat(),
        "last": decision.last.isoformat(),
    }


def from_content(action: Action, content: Mapping[str, str]) -> Decision:
    """What `to_content` has made. Raises KeyError or ValueError for anything else."""
    account = Identity(content["namespace"], content["value"]) if content["namespace"] else None
    first, last = date.fromisoformat(content["first"]), date.fromisoformat(content["last"])
    return Decision(action, content["person"], content["other"], account, first, last)
