"""What the rules of one file may name, and the complaint about everything else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from orchestration.registry.rule_models import Catalogue
from orchestration.rules.columns import MEASURES, NUMBERS, STANDARD, EventNames, is_name
from orchestration.rules.faults import LanguageError, did_you_mean, listed


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that rules may use. `is_open`: any event may be named, because the log itself is the catalogue."""

    events: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)
    own_measures: frozenset[str] = frozenset()
    is_open: bool = False

    @classmethod
    def of(cls, catalogue: Catalogue | None) -> Vocabulary:
        """What a rule file declares; nothing when it has no catalogue."""
        if catalogue is None:
            return cls()
        return cls(frozenset(catalogue.events), dict(catalogue.attributes), frozenset(catalogue.measures))

    @property
    def names(self) -> EventNames:
        """Where conditions look up columns."""
        return EventNames(self.attributes)

    def check_event(self, name: str) -> None:
        """Raises LanguageError, with a suggestion, unless events of that name may be named."""
        if self.is_open or name in self.events:
            return
        if name in (*MEASURES, *self.own_measures):
            what = f"{name!r} is a measure of daily counts, which only share and cadence read"
            raise LanguageError(what, "name an event of catalogue.events, or use kind: share or cadence")
        hint = did_you_mean(name, self.events)
        known = f"known events: {listed(self.events)}" if self.events else "list it in catalogue.events"
        raise LanguageError(f"unknown event {name!r}{hint}", known)

    def measure(self, text: str) -> str | None:
        """The measure that `text` names, unless an event of the catalogue has that name or any event may be named."""
        name = text.strip()
        is_measure = name in (*MEASURES, *self.own_measures) and name not in self.events
        return name if is_measure and not self.is_open else None


def open_vocabulary(
    attribute_types: Mapping[str, str], events: Collection[str] = (), declared: Vocabulary | None = None
) -> Vocabulary:
    """The vocabulary of a log that brings its own names; what a file declares itself goes before what was inferred.

    Names that cannot be written in a condition are left out. Standard columns keep their own types.
    """
    inferred = {name: kind for name, kind in attribute_types.items() if is_name(name)}
    inferred = {name: kind for name, kind in inferred.items() if EventNames.is_free(name)}
    given = declared or Vocabulary()
    return Vocabulary(
        events=given.events.union(events),
        attributes={**inferred, **given.attributes},
        own_measures=given.own_measures,
        is_open=True,
    )


def doubtful_names(attributes: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(name, what, mend) for every declared attribute (name -> type) that no condition could use without doubt."""
    seen: dict[str, str] = {}
    for name, kind in attributes.items():
        if not is_name(name):
            mend = "use letters, digits and underscores, not a word of the language"
            yield name, f"{name!r} cannot be written in a condition", mend
        elif seen.setdefault(name.lower(), name) != name:
            # DuckDB compares column names without regard to case.
            yield name, f"{name!r} and {seen[name.lower()]!r} differ only in case", "rename one of them"
        elif STANDARD.get(name) in NUMBERS and kind not in NUMBERS:
            yield name, f"{name!r} is a number in every log", f"declare it as {STANDARD[name]}, or leave it out"
