"""An XES file cut into pieces that are read one by one, so that a broken event costs only itself.

An XML reader gives up at the first broken byte, and everything behind it is lost. Here the file is cut at the tags of
`log`, `trace` and `event`, which no attribute may contain unescaped, and each piece is read by itself. Comments and
CDATA are passed over. No document type is read and no entity expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from xml.parsers import expat

from orchestration.sources.byte_source import CHUNK
from orchestration.sources.fields import FieldError

_TAG = re.compile(
    rb"<!--|<!\[CDATA\[|<(?:[\w.-]{1,40}:)?(log|trace|event)(?=[\s/>])|</(?:[\w.-]{1,40}:)?(log|trace|event)\s{0,20}>"
)
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
_LONGEST_TAG = 100
_DEEPEST = 100
_PROBE = b"<probe/>"
"""Stands behind the beginning of an element, to see that a reader would take what comes there for a part of it."""

_TEXTS = ("string", "date", "id")
_NESTING = ("list", "container")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}

Kind = Literal["header", "head", "event", "rest", "trace_end", "log_end", "too_long"]
_BEGINS: dict[bytes, Kind] = {b"log": "header", b"trace": "head", b"event": "event"}


@dataclass(frozen=True, slots=True)
class Piece:
    """header: all up to the first trace or event; head: a trace up to its first event; event; rest: what else stands
    between; trace_end and log_end carry no bytes; too_long: the beginning of something over the limit."""

    kind: Kind
    offset: int
    raw: bytes


class Cutter:
    """Cuts one file; holds one piece at a time and the chunk it stands in, at most about `cap` bytes."""

    def __init__(self, head: bytes, chunks: Iterator[bytes], offset: int, cap: int) -> None:
        self._data = head
        self._chunks = chunks
        self._at = 0
        self._place = 0
        """Where the search for the next tag goes on."""
        self._offset = offset
        """Byte offset of `_data[_at]` in the file."""
        self._cap = cap
        self._is_done = False
        self._kind: Kind = "header"
        """What the bytes from `_at` on belong to."""
        self._unended: dict[bytes, int] = {}
        """How far the end of a comment or CDATA has been looked for in vain."""

    def pieces(self) -> Iterator[Piece]:
        """Every piece in order; those of white space alone are left out."""
        while True:
            tag = self._tag()
            if tag is not None:
                yield from self._at_tag(tag)
                self._compact()
            elif self._is_done:
                yield from self._before(len(self._data))
                return
            else:
                yield self._taken("too_long", len(self._data) - _LONGEST_TAG)

    def _at_tag(self, tag: re.Match[bytes]) -> Iterator[Piece]:
        begun, ended = tag[1], tag[2]
        if ended == b"event":
            if self._kind == "event":
                yield from self._before(tag.end())
                self._kind = "rest"
        elif ended:
            yield from self._before(tag.start())
            self._taken("rest", tag.end())
            yield Piece("trace_end" if ended == b"trace" else "log_end", self._offset, b"")
            self._kind = "rest"
        elif _BEGINS[begun] != "header" or self._kind != "header":
            yield from self._before(tag.start())
            self._kind = _BEGINS[begun]

    def _before(self, end: int) -> Iterator[Piece]:
        piece = self._taken(self._kind, end)
        if piece.raw.strip():
            yield piece

    def _taken(self, kind: Kind, end: int) -> Piece:
        piece = Piece(kind, self._offset, self._data[self._at : end])
        self._offset += end - self._at
        self._at = end
        self._place = max(self._place, end)
        return piece

    def _tag(self) -> re.Match[bytes] | None:
        """The next tag; None: the file or the window ends before it."""
        while True:
            tag = _TAG.search(self._data, self._place)
            if tag is None:
                self._place = max(self._place, len(self._data) - _LONGEST_TAG)
                if not self._grow():
                    return None
            elif tag[0] in _ENDS:
                self._place = self._behind(tag)
            else:
                self._place = tag.end()
                return tag

    def _behind(self, opening: re.Match[bytes]) -> int:
        """The index behind a comment or CDATA; one without an end is none."""
        while self._unended.get(opening[0]) != self._offset - self._at + len(self._data):
            found = self._data.find(_ENDS[opening[0]], opening.end())
            if found >= 0:
                return found + 3
            if not self._grow():
                self._unended[opening[0]] = self._offset - self._at + len(self._data)
        return opening.end()

    def _grow(self) -> bool:
        if self._is_done or len(self._data) - self._at >= self._cap:
            return False
        chunk = next(self._chunks, b"")
        self._is_done = not chunk
        self._data += chunk
        return True

    def _compact(self) -> None:
        if self._at > CHUNK:
            self._data = self._data[self._at :]
            self._place -= self._at
            self._at = 0


def attributes_in(raw: bytes, encoding: str, *, is_whole: bool = True) -> dict[str, Any]:
    """The attributes of one element, by key; those nested in another under `outer:inner`, several of a key as a list.

    `is_whole`: whether the element ends where the text ends; otherwise its end tag is missing. FieldError when it is
    not well-formed, holds text, declares anything, or an attribute lacks key or value.
    """
    collector = _Collector()
    _read(raw, encoding, collector, is_whole=is_whole)
    return collector.found


def check_well_formed(raw: bytes, encoding: str) -> None:
    """FieldError unless the text is the beginning of one element, all inside it closed, with no text or declaration."""
    _read(raw, encoding, _Depth(), is_whole=False)


def _read(raw: bytes, encoding: str, reader: _Depth | _Collector, *, is_whole: bool) -> None:
    parser = expat.ParserCreate(encoding)
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = _refuse_text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_declaration
    try:
        parser.Parse(raw, is_whole)
        if not is_whole:
            parser.StartElementHandler = reader.probe
            parser.Parse(_PROBE, False)
    except expat.ExpatError as error:
        raise FieldError("not_xml", "the element is not well-formed XML") from error
    if not (is_whole or reader.is_sound):
        raise FieldError("not_xml", "the element is not well-formed XML")


def _refuse_text(found: str) -> None:
    if found.strip():
        raise FieldError("not_xml", "text stands where XES has elements alone")


def _refuse_declaration(*_: Any) -> None:
    raise FieldError("not_xml", "a document type or entity is declared; XES has none, and none is read")


class _Depth:
    """Follows how deep the reader is in an element that does not end; `probe` is what comes behind the text."""

    def __init__(self) -> None:
        self.is_sound = False
        """Whether the probe stood directly in the outermost element: everything before it is closed."""
        self._depth = 0

    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        self._depth += 1

    def end(self, _tag: str) -> None:
        self._depth -= 1

    def probe(self, tag: str, _attributes: dict[str, str]) -> None:
        self.is_sound = self._depth == 1 and tag == "probe"
        self._depth += 1


class _Collector:
    """Gathers the attributes of one element while it is read."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.is_sound = False
        self._outer: list[str] = []
        """For each element that is open, the key under which those inside it stand."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        prefix = self._outer[-1] if self._outer else ""
        if len(self._outer) >= _DEEPEST:
            raise FieldError("too_deep", f"attributes are nested deeper than {_DEEPEST} levels")
        key = attributes.get("key")
        if not self._outer or kind == "values":
            self._outer.append(prefix)
            return
        if not key:
            raise FieldError("missing_field", "an attribute has no key")
        if kind not in _NESTING:
            self._add(prefix + key, _value(kind, attributes.get("value")))
        self._outer.append(f"{prefix}{key}:")

    def end(self, _tag: str) -> None:
        self._outer.pop()

    def probe(self, tag: str, _attributes: dict[str, str]) -> None:
        self.is_sound = len(self._outer) == 1 and tag == "probe"
        self._outer.append("")

    def _add(self, name: str, value: Any) -> None:
        if name not in self.found:
            self.found[name] = value
        elif isinstance(self.found[name], list):
            self.found[name].append(value)
        else:
            self.found[name] = [self.found[name], value]


def _value(kind: str, value: str | None) -> Any:
    if value is None:
        raise FieldError("missing_field", "an attribute has no value")
    if kind in _TEXTS:
        return value
    if kind == "boolean" and value.lower() in _TRUTH:
        return _TRUTH[value.lower()]
    try:
        if kind in ("int", "float"):
            return _number(kind, value)
    except ValueError as error:
        raise FieldError("wrong_type", f"an attribute of type {kind} holds something else") from error
    raise FieldError("wrong_type", "an attribute holds something else than its type says, or its type is unknown")


def _number(kind: str, value: str) -> int | float | None:
    """A number of JSON: whole ones of 64 bits; one that is not finite is unknown."""
    number = float(value)
    if kind == "int":
        return int(value) if abs(number) < 2**63 else None
    return number if abs(number) < float("inf") else None
