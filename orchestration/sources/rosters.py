"""What the roster formats share: people out of JSON records, and managers found by whichever name a source gives them.

A source may name a manager by id, by employee number, by login or by e-mail address. A roster wants the manager's
person_id, so the file is read once to see which managers are named, once to find who they are, and once to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import FieldError, day, text
from orchestration.sources.identifiers import canonical
from orchestration.sources.records import Blank, Identity, Parsed, PersonRecord, Reject

NOBODY = PersonRecord(
    line_no=0,
    lines=0,
    person_id="",
    name=None,
    aliases=(),
    department=None,
    team=None,
    location=None,
    role=None,
    manager_id=None,
    eligible_from=None,
    eligible_to=None,
    fte=None,
    working_days=None,
    is_active=True,
    attributes={},
)
"""A person of whom nothing is known; formats replace what they know."""

_UNSET_YEARS = ("0000", "0001", "9999")
"""Years that directories write for a date that nobody has set."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A person, and the names that the source gives their manager, the surest first."""

    person: PersonRecord
    managers: tuple[Identity, ...] = ()


Drafts: TypeAlias = Iterator[Draft | Reject | Blank]


def read_users(path: Path, shape: Shape, build: Callable[[Mapping[str, Any]], Draft | list[Draft]]) -> Drafts:
    """What `build` makes of every record of a JSON file; a FieldError of `build` costs its record."""
    for item in read_documents(path, shape):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            if not isinstance(item.value, dict):
                raise FieldError("unknown_shape", "the record is not a JSON object")
            built = build(item.value)
        except FieldError as error:
            yield item.rejected(error)
        else:
            for place, draft in enumerate(built if isinstance(built, list) else [built]):
                lines = 0 if place else item.lines
                yield Draft(replace(draft.person, line_no=item.number, lines=lines), draft.managers)


def with_managers(read: Callable[[], Drafts]) -> Iterator[Parsed]:
    """The people that `read` drafts, each with the person_id of the first of its managers who is in the file.

    A manager whom nobody in the file is, or whom two are, is unknown: naming the wrong person is worse than none.
    """
    wanted = {_canonical(one) for draft in read() if isinstance(draft, Draft) for one in draft.managers}
    holders: dict[Identity, str | None] = {}
    for person in _people(read()) if wanted else ():
        for name in wanted.intersection(_names(person)):
            held = holders.setdefault(name, person.person_id)
            holders[name] = held if held == person.person_id else None
    for draft in read():
        yield _led(draft, holders) if isinstance(draft, Draft) else draft


def _people(drafts: Drafts) -> Iterator[PersonRecord]:
    return (draft.person for draft in drafts if isinstance(draft, Draft))


def _led(draft: Draft, holders: Mapping[Identity, str | None]) -> PersonRecord:
    found = (holders.get(_canonical(one)) for one in draft.managers)
    manager_id = next(filter(None, found), draft.person.manager_id)
    return replace(draft.person, manager_id=manager_id)


def _names(person: PersonRecord) -> Iterator[Identity]:
    for name in (Identity("person_id", person.person_id), *person.aliases):
        yield _canonical(name)


def _canonical(name: Identity) -> Identity:
    return Identity(name.namespace, canonical(name.namespace, name.value))


def identities(pairs: Iterable[tuple[str, str | None]]) -> tuple[Identity, ...]:
    """Those of the (namespace, value) pairs that have a value, each once."""
    return tuple(dict.fromkeys(Identity(namespace, value) for namespace, value in pairs if value))


def plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that have a value."""
    return {name: value for name, value in found.items() if value is not None and value != ""}


def set_day(value: Any, name: str) -> date | None:
    """A date or a time as its date; None when it is empty or stands for "not set", such as 0000-00-00."""
    found = text(value, name)
    if found is None or found.startswith(_UNSET_YEARS):
        return None
    return day(found, name)
