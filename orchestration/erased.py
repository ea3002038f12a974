"""Who was erased, by keyed digests: enough to know them when they come again, and to tell nobody who they were."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping

from orchestration.sources.records import (
    AbsenceRecord,
    AggregateRecord,
    EligibleRecord,
    EventRecord,
    Identity,
    PersonRecord,
    Record,
    TrainingRecord,
    WorkItemRecord,
)

ERASED = b"erased-person"
"""Stands in texts about others in place of a name of somebody who was erased."""
_SHORTEST = 5
_LONGEST = 200
_WORD = re.compile(r"\w+")
_ESCAPED = re.compile(r"\\u(?!d[89a-f])([0-9a-f]{4})", re.IGNORECASE)
"""Of JSON; halves of characters beyond 16 bits stay as they are."""
_BEFORE, _AFTER = r"(?<!\w)(?<!\w[.+%@-])", r"(?!\w|@|[.+-]\w)"
_BEFORE_BYTES = rb"(?<![\w\x80-\xff])(?<![\w\x80-\xff][.+%@-])"
_AFTER_BYTES = rb"(?![\w\x80-\xff]|@|[.+-][\w\x80-\xff])"
_IS_FREE_BEFORE, _IS_FREE_AFTER = re.compile(_BEFORE), re.compile(_AFTER)


def is_recognisable(value: str) -> bool:
    """Whether a name can be told from ordinary words and numbers in a text: from five characters on, not all digits."""
    return _SHORTEST <= len(value.strip()) <= _LONGEST and bool(re.search(r"[^\W\d_]", value))


def pattern_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """Finds the names in bytes of UTF-8 as whole tokens, without regard to case; also as JSON escapes them."""
    forms = {form for name in names for form in (name.encode(), _as_json_escapes(name))}
    if not forms:
        return re.compile(rb"(?!)")
    found = b"|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    return re.compile(_BEFORE_BYTES + b"(?:" + found + b")" + _AFTER_BYTES, re.IGNORECASE)


def _as_json_escapes(name: str) -> bytes:
    return name.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")


def identities_of(record: Record) -> tuple[Identity, ...]:
    """Everybody whose record it is, under all names that it gives; nobody of an outage."""
    if isinstance(record, PersonRecord):
        return (Identity("person_id", record.person_id), *record.aliases)
    if isinstance(record, AbsenceRecord):
        return (Identity("person_id", record.person_id),)
    if isinstance(record, EventRecord | AggregateRecord | TrainingRecord | WorkItemRecord | EligibleRecord):
        return record.users
    return ()


class Marks:
    """The digests that stand for what is erased. `key` is of this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_number(self, number: int) -> bytes:
        """Of a pseudonym of a person or alias."""
        return hmac.digest(self._key, b"number\0" + number.to_bytes(8, "big", signed=True), hashlib.sha256)

    def of_text(self, name: str) -> bytes:
        """Of a name as it stands in a text."""
        return hmac.digest(self._key, b"text\0" + name.casefold().encode("utf-8", "surrogatepass"), hashlib.sha256)

    def rows(self, numbers: Iterable[int], texts: Iterable[str]) -> list[tuple[bytes, int]]:
        """(digest, number of words; 0 of a number) of all that is to be known again."""
        known = [(self.of_number(number), 0) for number in numbers]
        bare = (bare_name(text) for text in texts)
        return known + [(self.of_text(text), len(_WORD.findall(text))) for text in bare if text]


def _text_of(raw: bytes) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw.decode("utf-8", "surrogateescape"))


def bare_name(name: str) -> str:
    """From the first letter or digit to the last: as the words of a text are put together again."""
    words = list(_WORD.finditer(name))
    return name[words[0].start() : words[-1].end()] if words else ""


class Erased:
    """Knows again who was erased. False when nobody was: then nothing is ever asked."""

    def __init__(self, marks: Marks, known: Mapping[bytes, int]) -> None:
        self._marks = marks
        self._known = known
        self._lengths = sorted({words for words in known.values() if words})
        self._numbers: dict[int, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def has_number(self, number: int) -> bool:
        """Whether the person or alias of this number was erased."""
        if number not in self._numbers:
            if len(self._numbers) > 1_000_000:
                self._numbers.clear()
            self._numbers[number] = self._marks.of_number(number) in self._known
        return self._numbers[number]

    def is_named_in(self, raw: bytes) -> bool:
        """Whether a text holds a name of somebody who was erased as a whole token."""
        return next(self._spans(_text_of(raw)), None) is not None

    def hide(self, raw: bytes) -> bytes:
        """The text with ERASED in place of their names; the very same bytes when it has none."""
        text = _text_of(raw)
        spans = sorted(self._spans(text))
        if not spans:
            return raw
        parts, done = [], 0
        for start, end in spans:
            if start >= done:
                parts += [text[done:start], ERASED.decode()]
            done = max(done, end)
        return "".join([*parts, text[done:]]).encode("utf-8", "surrogateescape")

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        words = [word.span() for word in _WORD.finditer(text)]
        for length in self._lengths:
            for place in range(len(words) - length + 1):
                start, end = words[place][0], words[place + length - 1][1]
                if self._is_name(text, start, end):
                    yield start, end

    def _is_name(self, text: str, start: int, end: int) -> bool:
        return (
            end - start <= _LONGEST
            and self._marks.of_text(text[start:end]) in self._known
            and _IS_FREE_BEFORE.match(text, start) is not None
            and _IS_FREE_AFTER.match(text, end) is not None
        )
