"""Selectors: `event[, event] [where <condition>]`, or a list of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.rules.columns import Dialect
from orchestration.rules.conditions import parse_condition
from orchestration.rules.expressions import Node, plain, render, text
from orchestration.rules.faults import LanguageError
from orchestration.rules.vocabulary import Vocabulary

# A quoted text is stepped over, so that an event called 'what and where' keeps its name.
_WHERE = re.compile(r"'(?:[^']|'')*'|(?<![^\s,'])(where)(?![^\s('])", re.IGNORECASE)
_PART = re.compile(r"\s*('(?:[^']|'')*'|[^,']*?)\s*(?:,|$)")
MAX_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Alternative:
    """Events of these names for which the condition is true."""

    events: tuple[str, ...]
    where: Node | None = None

    def sql(self, dialect: Dialect) -> str:
        """A boolean that is never null."""
        named = f"event_name in ({', '.join(text(name, dialect) for name in self.events)})"
        condition = f"{named} and {render(self.where, dialect)}" if self.where else named
        return f"coalesce(({condition}), false)"

    def plain(self) -> str:
        """As the language writes it, events in alphabetical order."""
        names = ", ".join(sorted(self.events))
        return f"{names} where {plain(self.where)}" if self.where else names


@dataclass(frozen=True, slots=True)
class Selector:
    """The events for which any of the alternatives holds."""

    alternatives: tuple[Alternative, ...]

    @property
    def events(self) -> tuple[str, ...]:
        """Every event name, once, in the order of writing."""
        return tuple(dict.fromkeys(name for one in self.alternatives for name in one.events))

    @property
    def conditions(self) -> Iterator[Node]:
        """The conditions of the alternatives that have one."""
        return (one.where for one in self.alternatives if one.where is not None)

    def sql(self, dialect: Dialect = "duckdb") -> str:
        """A boolean over columns of usage events that is never null."""
        parts = [one.sql(dialect) for one in self.alternatives]
        return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"

    def plain(self) -> list[str]:
        """The alternatives as the language writes them, in alphabetical order: what the selector means."""
        return sorted(one.plain() for one in self.alternatives)


class ItemError(LanguageError):
    """A mistake in one item of a list of selectors: `item` is its index, `offset` counts within the item."""

    def __init__(self, item: int, error: LanguageError) -> None:
        super().__init__(error.what, error.mend, error.offset)
        self.item = item


def parse_selector(written: str | list[str] | tuple[str, ...], vocabulary: Vocabulary) -> Selector:
    """The selector that `written` says. Raises LanguageError; ItemError when it is a list."""
    if isinstance(written, str):
        return Selector((_alternative(written, vocabulary),))
    alternatives = []
    for index, item in enumerate(written):
        try:
            alternatives.append(_alternative(item, vocabulary))
        except LanguageError as error:
            raise ItemError(index, error) from None
    if not alternatives:
        raise LanguageError("the list of selectors is empty", "name an event")
    return Selector(tuple(alternatives))


def split_where(written: str) -> tuple[str, int | None]:
    """The part before `where`, and the offset at which the condition begins (None without one)."""
    for match in _WHERE.finditer(written):
        if match[1]:
            return written[: match.start()], match.end()
    return written, None


def event_names(written: str) -> list[tuple[str, int]]:
    """The names in `a, 'b, c'` and the offset of each. Raises LanguageError for an empty name or an open quote."""
    names = []
    at = 0
    while at <= len(written):
        match = _PART.match(written, at)
        if match is None:
            mend = "write a name with commas or quotes as 'a, b'; a quote within is doubled"
            raise LanguageError("these event names cannot be read", mend, at)
        if not match[1]:
            raise LanguageError("an event name is missing", "write event[, event] [where <condition>]", at)
        names.append((_unquoted(match[1]), match.start(1)))
        if match.end() == len(written) and not match[0].endswith(","):
            break
        at = match.end()
    return names


def _unquoted(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _alternative(written: str, vocabulary: Vocabulary) -> Alternative:
    if written.strip() in vocabulary.events:
        return Alternative((written.strip(),))
    before, condition_at = split_where(written)
    events = _checked_events(before, vocabulary)
    if condition_at is None:
        return Alternative(events)
    try:
        return Alternative(events, parse_condition(written[condition_at:], vocabulary.names))
    except LanguageError as error:
        raise error.moved(condition_at) from None


def _checked_events(written: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    named = event_names(written)
    if len(named) > MAX_EVENTS:
        raise LanguageError(f"more than {MAX_EVENTS} events are named", "split the rule")
    for name, offset in named:
        _check_event(name, offset, vocabulary)
    return tuple(dict.fromkeys(name for name, _ in named))


def _check_event(name: str, offset: int, vocabulary: Vocabulary) -> None:
    if not name.isprintable() or len(name) > 200:
        raise LanguageError(
            "this is not the name of an event", "write a name of at most 200 visible characters", offset
        )
    try:
        vocabulary.check_event(name)
    except LanguageError as error:
        raise error.moved(offset) from None
