"""A rule as its parts mean it: selectors, conditions and columns parsed and checked, before anything is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from orchestration.registry.rule_models import SEQUENCES, Rule
from orchestration.rules.columns import Column
from orchestration.rules.conditions import parse_condition, parse_number
from orchestration.rules.expressions import Node
from orchestration.rules.faults import LanguageError
from orchestration.rules.selectors import Alternative, ItemError, Selector, event_names, parse_selector, split_where
from orchestration.rules.vocabulary import Vocabulary

Loc = tuple[str | int, ...]
T = TypeVar("T")

SELECTOR_KEYS = ("each", "then", "before", "first", "since", "never", "of", "among", "by")
PER = {"session": "session_id", "item": "item_id", "conversation": "conversation_id"}
TARGETS = {"followed_by": "then", "preceded_by": "first", "not_followed_by": "never"}


class RuleError(Exception):
    """Every mistake of one rule: (location within the rule, what is wrong there)."""

    def __init__(self, found: list[tuple[Loc, LanguageError]]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, loc))}: {error}" for loc, error in found))
        self.found = found


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A rule whose every name is known. `measures`: key -> measure, for rules that read daily counts."""

    rule: Rule
    selectors: Mapping[str, Selector]
    measures: Mapping[str, str]
    same: tuple[Column, ...] = ()
    must: Node | None = None
    confidence: Node | None = None
    per: Column | None = None

    @property
    def is_strict(self) -> bool:
        """Whether the target lies strictly later (or earlier): concurrency counts only between unlike events."""
        if self.rule.kind not in SEQUENCES:
            return False
        target = self.selectors[TARGETS[self.rule.kind]]
        is_alike = bool(set(self.selectors["each"].events) & set(target.events))
        return self.rule.kind == "not_followed_by" or bool(self.rule.immediately) or is_alike

    @property
    def attributes(self) -> list[tuple[str, str]]:
        """(name, type) of every catalogue attribute that the rule reads, in alphabetical order."""
        found = {column.attribute for column in (*self.same, self.per) if column and column.attribute}
        for node in self._conditions():
            found |= node.attributes()
        return sorted(found)

    def _conditions(self) -> Iterator[Node]:
        yield from (node for node in (self.must, self.confidence) if node)
        for selector in self.selectors.values():
            yield from selector.conditions


def parse_rule(rule: Rule, vocabulary: Vocabulary) -> ParsedRule:
    """The rule with every selector, condition and column parsed. Raises RuleError with all its mistakes."""
    reader = _RuleReader(rule, vocabulary, [])
    parsed = reader.read()
    if parsed is None or reader.found:
        raise RuleError(reader.found)
    return parsed


@dataclass(frozen=True, slots=True)
class _RuleReader:
    rule: Rule
    vocabulary: Vocabulary
    found: list[tuple[Loc, LanguageError]]

    def read(self) -> ParsedRule | None:
        measures = self._measures()
        selectors = {key: self._selector(key) for key in SELECTOR_KEYS if key not in measures}
        parsed = ParsedRule(
            rule=self.rule,
            selectors={key: one for key, one in selectors.items() if one is not None},
            measures=measures,
            same=self._same(),
            must=self._at("must", self._must),
            confidence=self._confidence(),
            per=self._at("per", self._per),
        )
        if self.found:
            return None
        self._check_share(parsed)
        return self._with_accepted(parsed)

    def _at(self, key: str, parse: Callable[[], T], *item: int) -> T | None:
        try:
            return parse()
        except ItemError as error:
            self.found.append(((key, error.item), error))
        except LanguageError as error:
            self.found.append(((key, *item), error))
        return None

    def _selector(self, key: str) -> Selector | None:
        written = getattr(self.rule, key)
        return None if written is None else self._at(key, lambda: parse_selector(written, self.vocabulary))

    def _measures(self) -> dict[str, str]:
        keys = {"share": ("of", "among"), "cadence": ("of",)}.get(self.rule.kind, ())
        written = {key: getattr(self.rule, key) for key in keys}
        found = {key: self.vocabulary.measure(one) for key, one in written.items() if isinstance(one, str)}
        measures = {key: one for key, one in found.items() if one is not None}
        if len(measures) == 1 and len(keys) == 2:
            key, name = next(iter(measures.items()))
            mend = "name two measures (accepted among offered), or events of catalogue.events in both"
            error = LanguageError(f"{name!r} is a measure of daily counts, but the other side names events", mend)
            self.found.append(((key,), error))
        return measures

    def _must(self) -> Node | None:
        return parse_condition(self.rule.must, self.vocabulary.names) if self.rule.must else None

    def _same(self) -> tuple[Column, ...]:
        columns = [self._at("same", self._key(name), index) for index, name in enumerate(self.rule.same or ())]
        return tuple(column for column in columns if column is not None)

    def _key(self, name: str) -> Callable[[], Column]:
        def parse() -> Column:
            column = self.vocabulary.names.column(name)
            if column.shape == "dwell":
                raise LanguageError(f"{name!r} is calculated and cannot tell events apart", "name another attribute")
            return column

        return parse

    def _per(self) -> Column | None:
        per = self.rule.per
        return None if per in (None, "day", "week") else self._key(PER.get(str(per), str(per)))()

    def _confidence(self) -> Node | None:
        if self.rule.kind != "calibrated":
            return None
        written = self.rule.confidence or "confidence"
        return self._at("confidence", lambda: parse_number(written, self.vocabulary.names))

    def _with_accepted(self, parsed: ParsedRule) -> ParsedRule | None:
        if self.rule.accepted is None:
            return parsed
        each = parsed.selectors["each"]
        accepted = self._at("accepted", lambda: self._accepted(each))
        if accepted is None:
            return None
        if not set(accepted.events) & set(each.events):
            what = "no event of `accepted` is among the events of `each`, so nothing is ever accepted"
            self.found.append((("accepted",), LanguageError(what, "name an event of `each`, or write a condition")))
        return replace(parsed, selectors={**parsed.selectors, "accepted": accepted})

    def _accepted(self, each: Selector) -> Selector:
        """A selector when it begins with event names, else a condition on the events of `each`."""
        written = self.rule.accepted
        assert written is not None
        if isinstance(written, str) and not self._begins_with_events(written):
            return Selector((Alternative(each.events, parse_condition(written, self.vocabulary.names)),))
        return parse_selector(written, self.vocabulary)

    def _begins_with_events(self, written: str) -> bool:
        before, condition_at = split_where(written)
        if condition_at is not None or written.strip() in self.vocabulary.events:
            return True
        try:
            named = [name for name, _ in event_names(before)]
        except LanguageError:
            return False
        each = set(parse_selector(self.rule.each or "", self.vocabulary).events)
        return set(named) <= self.vocabulary.events | each

    def _check_share(self, parsed: ParsedRule) -> None:
        if self.rule.kind != "share" or parsed.measures:
            return
        if not set(parsed.selectors["of"].events) & set(parsed.selectors["among"].events):
            what = "no event of `of` is among the events of `among`, so the share is always 0"
            error = LanguageError(what, "name in `among` all events that are counted, those of `of` included")
            self.found.append((("of",), error))
