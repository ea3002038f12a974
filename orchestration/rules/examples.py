"""The little logs in which rules carry their own tests.

    D<day> HH:MM[:SS] [x<n>] [@user] event key=value ...   an event; D1 is a Monday; x3: three of them, concurrent
    D<day> [@user] measure=number ...                      counts of a day, for share and cadence over measures
    ! absent D1 D5 [@user]                                 away, both days included
    ! outage D1 09:00 D1 12:00                             the tool was down
    ! trained MODULE D1 [HH:MM] [@user]                    a completion
    ! item ID KIND D1 HH:MM [closed D2 HH:MM] [@user]      a work item of the user
    ! role ROLE [@user]                                    a person's role (default: the first that the rule is for)
    now: D9 09:30                                          how far the log reaches
    data_from: D1 00:00                                    where the log begins

Who is not named is ann. Empty lines and lines that begin with # are passed over. Lines with the same time are
concurrent. A text with spaces or commas is written in single quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from orchestration.registry.rule_models import Rule
from orchestration.rules.durations import UNITS
from orchestration.rules.example_log import (
    DEFAULT_USER,
    ExampleAbsence,
    ExampleDay,
    ExampleEvent,
    ExampleItem,
    ExampleLog,
    ExampleTraining,
)
from orchestration.rules.faults import LanguageError, did_you_mean
from orchestration.rules.vocabulary import Vocabulary

FIRST_DAY = date(2024, 1, 1)  # a Monday
LONG_AGO = datetime(2000, 1, 1)
MAX_COPIES = 10_000

_PART = re.compile(r"(?:[^\s'=]+=)?'(?:[^']|'')*'(?!\S)|\S+")
_DAY = re.compile(r"[Dd](-?[0-9]{1,4})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_COPIES = re.compile(r"[xX]([0-9]{1,6})")
_PAIR = re.compile(r"([^\s'=]+)=(.*)", re.DOTALL)
_SHAPE = "write D<day> HH:MM [x<n>] [@user] event key=value ..., as in: D1 09:00 decide decision=approve"
_TRUTH = {"true": True, "false": False}


def parse_example(text: str, rule: Rule, vocabulary: Vocabulary) -> ExampleLog:
    """The log that `text` describes. Raises LanguageError with the offset of the first mistake.

    Without `now:` the log reaches a day beyond the last deadline and to the end of the last week, so that nothing is
    pending. The judged period is made of whole weeks, from the first line's to the last one's.
    """
    reader = _LogReader(vocabulary)
    at = 0
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            reader.read(line, number)
        except LanguageError as error:
            raise error.moved(at) from None
        at += len(line) + 1
    return reader.log(rule)


@dataclass(frozen=True, slots=True)
class _Part:
    """One word of a line and where it begins; a quoted word says what stands between the quotes."""

    text: str
    offset: int

    @property
    def said(self) -> str:
        return _unquoted(self.text)


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text.startswith("'") and text.endswith("'")
    return text[1:-1].replace("''", "'") if is_quoted else text


class _Parts:
    """The words of a line, taken from the left."""

    def __init__(self, line: str) -> None:
        self.left = [_Part(match[0], match.start()) for match in _PART.finditer(line)]
        self.end = len(line)

    @property
    def offset(self) -> int:
        return self.left[0].offset if self.left else self.end

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The next word when it has this form, taken; None, and nothing taken, otherwise."""
        found = pattern.fullmatch(self.left[0].text) if self.left else None
        if found:
            self.left.pop(0)
        return found

    def word(self, what: str) -> str:
        if not self.left:
            raise LanguageError(f"{what} is missing", _SHAPE, self.end)
        return self.left.pop(0).said

    def day(self) -> date:
        at = self.offset
        found = self.match(_DAY)
        if found is None:
            raise LanguageError("a day is missing", "days are D1, D2 and so on; D1 is a Monday", at)
        return FIRST_DAY + timedelta(days=int(found[1]) - 1)

    def clock(self, default: time | None = None) -> time:
        at = self.offset
        found = self.match(_TIME)
        if found is None and default is not None:
            return default
        try:
            return time(int(found[1]), int(found[2]), int(found[3] or 0))  # type: ignore[index]
        except (TypeError, ValueError):
            raise LanguageError("a time of day is missing", "write it like 09:00 or 17:30:05", at) from None

    def moment(self, default: time | None = None) -> datetime:
        return datetime.combine(self.day(), self.clock(default))

    def user(self) -> str:
        found = self.match(re.compile(r"@(\S+)"))
        return _unquoted(found[1]) if found else DEFAULT_USER

    def finish(self) -> None:
        if self.left:
            raise LanguageError(f"{self.left[0].text!r} has no place here", "delete it", self.left[0].offset)


class _LogReader:
    """Collects what the lines say."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.events: list[ExampleEvent] = []
        self.days: list[ExampleDay] = []
        self.absences: list[ExampleAbsence] = []
        self.outages: list[tuple[datetime, datetime]] = []
        self.trainings: list[ExampleTraining] = []
        self.items: list[ExampleItem] = []
        self.roles: dict[str, str | None] = {}
        self.now: datetime | None = None
        self.data_from: datetime | None = None

    def read(self, line: str, number: int) -> None:
        parts = _Parts(line)
        if not parts.left or line.lstrip().startswith("#"):
            return
        head = parts.left[0].text
        if head in ("now:", "data_from:"):
            parts.left.pop(0)
            setattr(self, head[:-1], parts.moment(time()))
            parts.finish()
        elif head.startswith("!"):
            self._fact(parts)
        else:
            self._usage(parts, number)

    def _usage(self, parts: _Parts, number: int) -> None:
        if not _DAY.fullmatch(parts.left[0].text):
            raise LanguageError(f"{parts.left[0].text!r} does not begin a line", _SHAPE, parts.offset)
        day = parts.day()
        if parts.left and _TIME.fullmatch(parts.left[0].text):
            self._event(datetime.combine(day, parts.clock()), parts, number)
        else:
            self._day(day, parts)

    def _event(self, occurred_at: datetime, parts: _Parts, number: int) -> None:
        at, copies = parts.offset, parts.match(_COPIES)
        count = int(copies[1]) if copies else 1
        if not 1 <= count <= MAX_COPIES:
            raise LanguageError(f"{count} copies are out of range", f"write x1 to x{MAX_COPIES}", at)
        user = parts.user()
        name = self._event_name(parts)
        fields = self._fields(parts)
        actor = str(fields.pop("actor_type", None) or "human")
        for copy in range(1, count + 1):
            event_id = f"L{number}" if count == 1 else f"L{number}.{copy}"
            self.events.append(ExampleEvent(event_id, name, occurred_at, user, actor, fields))

    def _event_name(self, parts: _Parts) -> str:
        at, words = parts.offset, []
        while parts.left and not _PAIR.fullmatch(parts.left[0].text):
            words.append(parts.left.pop(0).said)
        if not words:
            raise LanguageError("the name of the event is missing", _SHAPE, at)
        name = " ".join(words)
        try:
            self.vocabulary.check_event(name)
        except LanguageError as error:
            raise error.moved(at) from None
        return name

    def _fields(self, parts: _Parts) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while parts.left:
            part = parts.left.pop(0)
            pair = _PAIR.fullmatch(part.text)
            if pair is None:
                raise LanguageError(f"{part.text!r} is not key=value", "put texts with spaces in quotes", part.offset)
            fields.update(self._field(pair[1], _unquoted(pair[2]), part.offset))
        return fields

    def _field(self, key: str, value: str, offset: int) -> dict[str, Any]:
        try:
            column = self.vocabulary.names.column(key)
        except LanguageError as error:
            raise error.moved(offset) from None
        if key == "event_name":
            raise LanguageError("the event has its name already", "delete event_name=", offset)
        typed = _typed(value, column.kind, offset + len(key) + 1)
        if column.shape == "dwell":
            return {"dwell_ms": None if typed is None else typed * 1000}
        return {key: typed}

    def _day(self, day: date, parts: _Parts) -> None:
        user, measures = parts.user(), {}
        while parts.left:
            part = parts.left.pop(0)
            pair = _PAIR.fullmatch(part.text)
            if pair is None or self.vocabulary.measure(pair[1]) is None:
                what = f"{part.text!r} is neither a time of day nor a measure of daily counts"
                raise LanguageError(what, _SHAPE, part.offset)
            measures[pair[1]] = _typed(pair[2], "double", part.offset + len(pair[1]) + 1)
        if not measures:
            raise LanguageError("a time of day is missing", _SHAPE, parts.end)
        self.days.append(ExampleDay(user, day, measures))

    def _fact(self, parts: _Parts) -> None:
        at = parts.offset
        head = parts.left.pop(0)
        word = head.text[1:] or parts.word("what is said")
        facts: Mapping[str, Callable[[_Parts], None]] = {
            "absent": self._absent,
            "outage": self._outage,
            "trained": self._trained,
            "item": self._item,
            "role": self._role,
        }
        if word not in facts:
            mend = f"known are {', '.join(f'! {name}' for name in facts)}"
            raise LanguageError(f"'! {word}' says nothing{did_you_mean(word, facts)}", mend, at)
        facts[word](parts)
        parts.finish()

    def _absent(self, parts: _Parts) -> None:
        first = parts.day()
        last = parts.day() if parts.left and _DAY.fullmatch(parts.left[0].text) else first
        if last < first:
            raise LanguageError("the absence ends before it begins", "exchange the days", parts.offset)
        self.absences.append(ExampleAbsence(parts.user(), first, last))

    def _outage(self, parts: _Parts) -> None:
        start, end = parts.moment(), parts.moment()
        if end <= start:
            raise LanguageError("the outage ends before it begins", "exchange the times", parts.offset)
        self.outages.append((start, end))

    def _trained(self, parts: _Parts) -> None:
        module = parts.word("the module")
        self.trainings.append(ExampleTraining(completed_at=parts.moment(time()), module=module, user_id=parts.user()))

    def _item(self, parts: _Parts) -> None:
        item_id, kind, opened_at = parts.word("the item"), parts.word("its kind"), parts.moment()
        is_closed = parts.match(re.compile("closed")) is not None
        closed_at = parts.moment() if is_closed else None
        self.items.append(ExampleItem(parts.user(), item_id, kind, opened_at, closed_at))

    def _role(self, parts: _Parts) -> None:
        role = parts.word("the role")
        self.roles[parts.user()] = role

    def log(self, rule: Rule) -> ExampleLog:
        moments = self._moments()
        first, last = min(moments), max(moments)
        ends_at = _end_of_weeks(last, self.now)
        patience = rule.within or rule.settle or (UNITS["h"] if rule.kind == "count" else 0)
        settled = last + timedelta(microseconds=patience) + timedelta(days=1)
        log = ExampleLog(
            events=tuple(self.events),
            days=tuple(self.days),
            absences=tuple(self.absences),
            outages=tuple(self.outages),
            trainings=tuple(self.trainings),
            items=tuple(self.items),
            roles={},
            starts_at=_monday_of(first),
            ends_at=ends_at,
            watermark_at=self.now or max(settled, ends_at),
            data_from_at=self.data_from or LONG_AGO,
        )
        default = rule.roles[0] if rule.roles else None
        return replace(log, roles={**dict.fromkeys(log.users, default), **self.roles})

    def _moments(self) -> Sequence[datetime]:
        """The times that make up the period: of what happened, not of absences or trainings long before."""
        found = [one.occurred_at for one in self.events]
        found += [datetime.combine(one.day, time()) for one in self.days]
        found += [moment for one in self.items for moment in (one.opened_at, one.closed_at) if moment]
        return found or [self.now or datetime.combine(FIRST_DAY, time())]


def _typed(value: str, kind: str, offset: int) -> Any:
    """The value in the type of its column; nothing written is unknown."""
    if value == "":
        return None
    try:
        if kind in ("double", "integer"):
            return float(value) if kind == "double" else int(value)
        if kind == "boolean":
            return _TRUTH[value.lower()]
        if kind in ("date", "timestamp"):
            return (date if kind == "date" else datetime).fromisoformat(value).isoformat()
    except (ValueError, KeyError):
        raise LanguageError(
            f"{value!r} is not of type {kind}", "correct the value or the declared type", offset
        ) from None
    return value


def _monday_of(moment: datetime) -> datetime:
    return datetime.combine(moment.date() - timedelta(days=moment.weekday()), time())


def _end_of_weeks(last: datetime, now: datetime | None) -> datetime:
    """The Monday after the week of the last moment, and not before the week that `now` ends or lies in."""
    ends_at = _monday_of(last) + timedelta(days=7)
    return max(ends_at, _monday_of(now - timedelta(microseconds=1)) + timedelta(days=7)) if now else ends_at
