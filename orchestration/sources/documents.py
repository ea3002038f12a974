"""JSON records out of whatever a vendor wraps them in: NDJSON, an array, an object around a list, glued objects,
pretty-printed or not, plain or gzip. One reader; a broken object costs only itself.

How a reader finds its way after a broken object: it looks for the next `{` from which a whole object can be read that
carries the marks of a record. Objects nested inside a record do not carry them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.byte_source import BOM, CAPS, ByteSource, Caps, Damage, is_wide, peeked, refuse_wide
from orchestration.sources.fields import FieldError, strict_json
from orchestration.sources.json_window import JsonWindow
from orchestration.sources.lines import read_lines
from orchestration.sources.records import Blank, Reject

_SNIFFED_LINES = 20
_TRIES = 2000
"""Objects that are tried after a broken one before the search is cut into two rejects: bounds the work per byte."""
_ENDINGS = (b"}", b"]", b"]}", b"}]", b"}]}")
_CLOSING = re.compile(r"[}\]]")
_SCALAR = re.compile(r'"(\w+)"\s*:\s*("(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|true|false)')
_ANY_OPENING = re.compile(r'"([^"\n]*)"\s*:\s*\[\s*\Z')
"""A list that begins where a record was found."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How to tell the records of a format from what surrounds them."""

    lists: tuple[str, ...]
    """Keys of a wrapping object whose value is the list of records."""
    marks: frozenset[str]
    """Keys that records have and objects nested in records do not."""
    enough: int = 1
    """How many of the marks make a record."""

    def is_record(self, value: Any) -> bool:
        return isinstance(value, dict) and len(self.marks & value.keys()) >= self.enough

    def list_keys(self, value: Any) -> list[str]:
        """The keys of `value` under which it holds lists of records; empty: it is no wrapper.

        A list under another name counts when records are in it: a vendor renames, a byte flips.
        """
        if not isinstance(value, dict):
            return []
        found = [key for key in self.lists if isinstance(value.get(key), list)]
        if found or self.is_record(value):
            return found
        lists = ((key, field) for key, field in value.items() if isinstance(field, list))
        return [key for key, field in lists if any(map(self.is_record, field))]


def _opening(names: Iterable[str]) -> re.Pattern[str]:
    """Matches where the list under one of `names` begins in the text of a wrapper."""
    return re.compile(rf'"({"|".join(map(re.escape, names))})"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Item:
    """One record's JSON value. `envelope` has the plain fields and flat objects of what wraps its list."""

    number: int
    offset: int
    lines: int
    value: Any
    envelope: dict[str, Any]
    raw: bytes

    def rejected(self, error: FieldError) -> Reject:
        return Reject(self.number, self.offset, self.lines, error.code, error.reason, self.raw)


def read_documents(path: Path, shape: Shape, caps: Caps = CAPS) -> Iterator[Item | Reject | Blank]:
    """Every record of a file.

    When the records are lines (NDJSON) they are counted by physical lines, blank ones included; otherwise by records.
    """
    source = ByteSource(path, caps)
    chunks = source.chunks()
    head = peeked(chunks)
    if is_wide(head):
        yield refuse_wide(head, chunks, caps)
    elif form_of(head, shape) == "lines":
        yield from _read_by_line(path, shape, caps)
    else:
        offset = len(BOM) if head.startswith(BOM) else 0
        window = JsonWindow(head[offset:], chunks, offset, caps.line)
        scan = Scan(window, shape, caps)
        yield from scan.items()
        yield from scan.ending(source.damage)


def form_of(head: bytes, shape: Shape) -> str | None:
    """How the records stand in a file, seen from its beginning: `lines`, `document`, or None when it does not show.

    Lines, when at least as many lines are records by themselves as are no JSON: a broken line must not turn the lines
    around it into a document, nor the last row of an array with a row per line turn the array into lines.
    """
    lines = [line for line in head.removeprefix(BOM).split(b"\n", _SNIFFED_LINES)[:_SNIFFED_LINES] if line.strip()]
    values = [value for value in map(_loaded, lines) if value is not None]
    whole = sum(shape.is_record(value) and not shape.list_keys(value) for value in values)
    if whole and whole >= len(lines) - len(values):
        return "lines"
    if any(isinstance(value, list) or shape.list_keys(value) for value in values):
        return "document"
    if lines and _opens_document(lines[0]):
        return "document"
    broken = [line for line in lines if line.startswith(b'{"') and not line.rstrip().endswith(b",")]
    return "lines" if len(broken) > 1 else None


def _loaded(line: bytes) -> Any:
    """The JSON value of a line; None when there is none."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _opens_document(line: bytes) -> bool:
    """Whether a line begins a value that continues on the next line, as pretty-printers write it."""
    begun = line.rstrip()
    return begun.endswith((b"{", b"[")) and any(_is_json(begun + ending) for ending in _ENDINGS)


def _read_by_line(path: Path, shape: Shape, caps: Caps) -> Iterator[Item | Reject | Blank]:
    shift = 0
    for line in read_lines(path, caps):
        if isinstance(line, Reject):
            yield line
            continue
        number, offset, raw = line
        try:
            value = strict_json(raw, caps.depth)
        except FieldError as error:
            yield from mend_line((number + shift, offset, raw), error, shape, caps)
            continue
        if shape.list_keys(value) or isinstance(value, list):
            pieces = list(_scan_line((number + shift, offset, raw), shape, caps))
            shift += max(0, len(pieces) - 1)
            yield from pieces
            if not pieces:
                yield Blank(1)
        else:
            yield Item(number + shift, offset, 1, value, {}, raw)


def mend_line(
    line: tuple[int, int, bytes], error: FieldError, shape: Shape, caps: Caps = CAPS
) -> Iterator[Item | Reject | Blank]:
    """What can be had from a line that is not one JSON value: glued records, else a Reject. Counts as one line."""
    number, offset, raw = line
    if not raw.strip():
        yield Blank(1)
        return
    pieces = list(_scan_line(line, shape, caps)) if b"{" in raw else []
    if not any(isinstance(piece, Item) for piece in pieces):
        yield Reject(number, offset, 1, error.code, error.reason, raw)
        return
    for index, piece in enumerate(pieces):
        lines = 0 if index else 1
        if isinstance(piece, Reject):
            yield Reject(number, piece.byte_offset, lines, piece.code, piece.reason, piece.raw)
        else:
            yield Item(number, piece.offset, lines, piece.value, piece.envelope, piece.raw)


def _scan_line(line: tuple[int, int, bytes], shape: Shape, caps: Caps) -> Iterator[Item | Reject]:
    number, offset, raw = line
    scan = Scan(JsonWindow(raw, iter(()), offset, caps.line), shape, caps, number)
    yield from scan.items()
    yield from scan.ending(None)


class Scan:
    """One pass over a text of JSON values. Call `items()` to its end, then `ending()`."""

    def __init__(self, window: JsonWindow, shape: Shape, caps: Caps, number: int = 1) -> None:
        self.window = window
        self.shape = shape
        self.caps = caps
        self.number = number
        self.opening = _opening(shape.lists) if shape.lists else _ANY_OPENING
        self.envelope: dict[str, Any] = {}
        self.is_inside = False
        """Inside the list of a wrapper that could not be read as a whole."""
        self.is_cut = False
        """The last reject was the beginning of something too long; what follows is the rest of it."""
        self.tail: Reject | None = None
        """Unreadable bytes at the end: whether the file was cut off there is known only after the last chunk."""

    def items(self) -> Iterator[Item | Reject]:
        """Records and rejects up to the last record; bytes after it are left to `ending`."""
        while self.window.skip(" \t\r\n,[]}" if self.is_inside else " \t\r\n,[]"):
            is_object = self.window.text[self.window.at] == "{"
            found = self.window.decode(self.window.at) if is_object else None
            if found is None:
                yield from self._broken(is_object)
            elif self.shape.list_keys(found[0]):
                yield from self._wrapped(*found)
            else:
                yield self._item(found[1], self.envelope)
            self.is_cut = found is None and self.is_cut
            self.window.compact()

    def ending(self, damage: Damage | None) -> Iterator[Reject]:
        """The reject at the end of the file, if any."""
        tail = self.tail
        if damage is not None:
            offset = tail.byte_offset if tail else self.window.offset
            raw = tail.raw if tail else b""
            number = tail.line_no if tail else self.number
            yield Reject(number, offset, damage.lines, damage.code, damage.reason, raw)
        elif tail is not None:
            yield tail

    def _item(self, end: int, envelope: dict[str, Any]) -> Item | Reject:
        offset, number = self.window.offset, self.number
        raw = self.window.advance(end)
        self.number += 1
        try:
            return Item(number, offset, 1, strict_json(raw, self.caps.depth), envelope, raw)
        except FieldError as error:
            return Reject(number, offset, 1, error.code, error.reason, raw[: self.caps.line])

    def _wrapped(self, value: dict[str, Any], end: int) -> Iterator[Item | Reject]:
        """The rows of a wrapper that is sound as a whole, each with its own offset and bytes."""
        envelope = _envelope(value)
        pattern = _opening(self.shape.list_keys(value))
        for _ in self.shape.list_keys(value):
            opening = pattern.search(self.window.text, self.window.at, end)
            if opening is None:
                break
            self.window.advance(opening.end())
            for _ in value[opening[1]]:
                self.window.skip(" \t\r\n,")
                row = self.window.decode(self.window.at)
                if row is None:
                    break
                yield self._item(row[1], envelope)
        self.window.advance(end)
        self.envelope, self.is_inside = {}, False

    def _broken(self, is_object: bool) -> Iterator[Reject]:
        """Everything from here to the next record is lost, but for the head or foot of a wrapper."""
        end = self._next_record()
        region = self.window.text[self.window.at : end]
        opening = self.opening.search(region) or _ANY_OPENING.search(region)
        if opening is not None:
            yield from self._head(self.window.at + opening.end())
            self.window.skip(" \t\r\n,")
        elif self.is_inside and self._is_foot(region):
            self.window.advance(end)
        if self.window.at < end:
            yield from self._lost(end, is_object)

    def _next_record(self) -> int:
        """The index of the next record or sound wrapper after the current place; else the end of the window."""
        window, place = self.window, self.window.at + 1
        for _ in range(_TRIES):
            place = window.find("{", place)
            if place >= len(window.text):
                break
            found = window.decode(place)
            if found is None and window.is_too_deep:
                closing = _CLOSING.search(window.text, place)  # what opens before it is nested in what opens here
                place = closing.end() if closing else len(window.text)
            elif found is None:
                place += 1
            elif self.shape.is_record(found[0]) or self.shape.list_keys(found[0]):
                break
            else:
                place = found[1]
        return place

    def _head(self, end: int) -> Iterator[Reject]:
        """The beginning of a wrapper up to its list; what it says of all rows is kept, a broken one is reported."""
        offset = self.window.offset
        raw = self.window.advance(end)
        self.is_inside = True
        try:
            head = strict_json(raw.strip() + b"]}", self.caps.depth)
            self.envelope = _envelope(head)
        except FieldError:
            pairs = _SCALAR.findall(raw.decode("utf-8", "replace"))
            self.envelope = {key: orjson.loads(field) for key, field in pairs if _is_json(field)}
            yield self._reject(offset, raw, "not_json", "the object around the records is not valid JSON")

    def _is_foot(self, region: str) -> bool:
        """Whether the text closes a wrapper: further fields after its list."""
        try:
            return isinstance(json.loads("{" + region.lstrip(",")), dict)
        except (ValueError, RecursionError):
            return False

    def _lost(self, end: int, is_object: bool) -> Iterator[Reject]:
        is_last = end >= len(self.window.text) and self.window.is_done
        offset = self.window.offset
        raw = self.window.advance(end)
        if self.is_cut and not is_object:
            return  # the rest of a record that was too long has been counted with its beginning
        self.is_cut = len(raw) >= self.caps.line
        code, reason = "not_json", "the record is not valid JSON"
        if self.is_cut:
            code, reason = "too_long", f"the record is longer than {self.caps.line} bytes"
        reject = self._reject(offset, raw, code, reason)
        if is_last:
            self.tail = reject
        else:
            yield reject

    def _reject(self, offset: int, raw: bytes, code: str, reason: str) -> Reject:
        number = self.number
        self.number += 1
        kept = raw if len(raw) <= self.caps.line else raw[: self.caps.kept]
        if code == "not_json":
            code, reason = _closer(raw, code, reason)
        return Reject(number, offset, 1, code, reason, kept)


def _closer(raw: bytes, code: str, reason: str) -> tuple[str, str]:
    """A more telling reason for bytes that are not JSON."""
    try:
        strict_json(raw, CAPS.depth)
    except FieldError as error:
        return (error.code, error.reason) if error.code != "not_json" else (code, reason)
    return "unknown_shape", "the value is not a record"


def _envelope(wrapper: dict[str, Any]) -> dict[str, Any]:
    """What a wrapper says of all its rows: its plain fields, and its objects of plain fields."""
    return {key: field for key, field in wrapper.items() if _is_plain(field) or _is_flat(field)}


def _is_flat(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_plain(field) for field in value.values())


def _is_plain(value: Any) -> bool:
    """A text, number, truth value or null without bytes that are not UTF-8."""
    return not isinstance(value, dict | list) and not (isinstance(value, str) and not _is_text(value))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_json(field: str | bytes) -> bool:
    try:
        orjson.loads(field)
    except orjson.JSONDecodeError:
        return False
    return True
