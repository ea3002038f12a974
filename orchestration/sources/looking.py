"""A look at the beginning of a file, and the format that it shows. Nothing is trusted, nothing raises on content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.byte_source import beginning, is_wide
from orchestration.sources.csv_lines import Reader, Row, split_header
from orchestration.sources.fields import FieldError
from orchestration.sources.formats import SourceFormat
from orchestration.sources.lines import Line
from orchestration.sources.sight import Sight
from orchestration.sources.sqlite_file import MAGIC, tables_of

SEEN = 4 << 20
"""How many bytes of a file are looked at, after decompression."""

_ROWS = 100
_VALUES = 500
_LONGEST_NAME = 100
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{},]', re.DOTALL)
_ROOT = re.compile(
    rb"\s*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)\s*)*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]",
    re.DOTALL,
)
_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[\d.,:/+-]+(?:[T ][\d:.,+Z-]+)?|true|false", re.IGNORECASE)
"""A cell that is no column's name: an address, a number, a date."""


def recognise(path: Path) -> tuple[SourceFormat, str] | None:
    """The format of a file and its version or variant, by content alone; None when no format knows it."""
    from orchestration.sources import FORMATS  # the formats that pick among others look at files themselves

    return recognised(look(path), FORMATS.values())


def recognised(sight: Sight, formats: Iterable[SourceFormat]) -> tuple[SourceFormat, str] | None:
    """The first of `formats` that knows what is in sight, and the version it takes it for."""
    for each in formats:
        version = each.recognise(sight)
        if version is not None:
            return each, version
    return None


def look(path: Path) -> Sight:
    """What the first `SEEN` bytes of a file show, plain or gzip. OSError when it cannot be opened, nothing else."""
    head = beginning(path, SEEN)
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    if head.startswith(MAGIC):
        return Sight(name, "sqlite", tables=tables_of(path))
    if head.startswith(b"PAR1"):
        return Sight(name, "parquet")
    return _text(name, _readable(head), is_whole=len(head) < SEEN)


def _readable(head: bytes) -> bytes:
    """The text as UTF-8 with line feeds: what is not read as it stands can still be told apart."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return head if b"\n" in head else head.replace(b"\r", b"\n")


def _text(name: str, head: bytes, *, is_whole: bool) -> Sight:
    start = head.lstrip()[:1]
    if not start:
        return Sight(name, "empty")
    if is_wide(head):
        return Sight(name, "unknown")
    if start in b"{[":
        values = tuple(_values(head, is_whole=is_whole))
        return Sight(name, "json", values=values) if values else Sight(name, "unknown")
    if start == b"<":
        root = _ROOT.match(head)
        return Sight(name, "xml", root=root[1].decode()) if root else Sight(name, "unknown")
    return _csv(name, head, is_whole=is_whole)


def _values(head: bytes, *, is_whole: bool) -> Iterator[Any]:
    """The first top-level JSON objects and lists, whichever way they are written."""
    if is_whole:
        with suppress(orjson.JSONDecodeError):
            yield orjson.loads(head)
            return
    lines = [line for line in head.split(b"\n", _VALUES)[:_VALUES] if line.strip()]
    values = [value for value in map(_container, lines) if value is not None]
    # A broken line must not turn lines into a document, nor `[]` in a pretty-printed document make it lines.
    yield from values if 2 * len(values) >= len(lines) else _glued(head.decode("utf-8", "replace"))


def _container(line: bytes) -> Any:
    """The object or list that a line is; None when it is neither."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict | list) else None


def _glued(text: str) -> Iterator[Any]:
    """Values one behind the other; of one that does not end or is broken, what comes before."""
    decoder, place = json.JSONDecoder(), 0
    for _ in range(_VALUES):
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        if text[place : place + 1] not in ("{", "["):
            return
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            yield from _begun(text[place : error.pos])
            return
        except (RecursionError, ValueError):
            return
        yield value


def _begun(text: str) -> Iterator[Any]:
    """The value whose beginning is `text`, cut behind the last whole entry of its outermost list."""
    opened: list[tuple[str, int]] = []
    """The brackets that are open, each with the place of its last comma."""
    for token in _TOKEN.finditer(text):
        mark, place = token[0], token.start()
        if mark in ("{", "["):
            opened.append((mark, 0))
        elif mark == "," and opened:
            opened[-1] = (opened[-1][0], place)
        elif mark in ("}", "]") and opened:
            opened.pop()
    lists = [depth for depth, (mark, comma) in enumerate(opened) if mark == "[" and comma]
    others = [depth for depth, (_, comma) in enumerate(opened) if comma]
    for depth in (*lists[:1], *others[-1:]):
        closing_marks = "".join("}" if mark == "{" else "]" for mark, _ in reversed(opened[: depth + 1]))
        with suppress(ValueError, RecursionError):
            yield json.loads(text[: opened[depth][1]] + closing_marks)
            return


def _csv(name: str, head: bytes, *, is_whole: bool) -> Sight:
    lines = head.split(b"\n")
    if not is_whole:
        lines.pop()  # cut by the end of what was read
    first = next((line for line in lines if line.strip()), b"")
    try:
        _, header = split_header(first.decode("utf-8", "replace").encode())
    except FieldError:
        return Sight(name, "unknown")
    if max(map(len, header)) > _LONGEST_NAME or not "".join(header).isprintable():
        return Sight(name, "unknown")
    if _are_values(header):
        return Sight(name, "csv")
    return Sight(name, "csv", tuple(header), tuple(_rows(lines)))


def _are_values(cells: list[str]) -> bool:
    """Whether the first line is a row rather than a header: its cells are addresses, numbers or nothing."""
    found = [cell for cell in cells if _VALUE.fullmatch(cell)]
    return any("@" in cell for cell in found) or 2 * len(found) > len(cells) or not any(cells)


def _rows(lines: list[bytes]) -> Iterator[Mapping[str, str | None]]:
    reader = Reader(_numbered(lines))
    found = 0
    for row in reader.rows(()):
        if isinstance(row, Row):
            found += 1
            yield dict(zip(reader.written, row.cells.values(), strict=True))
        if found == _ROWS:
            return


def _numbered(lines: list[bytes]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        yield number, 0, line
