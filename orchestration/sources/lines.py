"""The physical lines of a file, byte for byte, with number and offset. Accounts for every line, readable or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from orchestration.sources.byte_source import BOM, CAPS, ByteSource, Caps, count_lines, is_wide, peeked, refuse_wide
from orchestration.sources.records import Reject

Line: TypeAlias = tuple[int, int, bytes]
"""(number from 1, byte offset after decompression, bytes without the line feed; a carriage return stays)."""


def read_lines(path: Path, caps: Caps = CAPS) -> Iterator[Line | Reject]:
    """Every line of a file, plain or gzip. A byte order mark is skipped.

    A Reject stands for a line over `caps.line`, for the rest of a damaged gzip file, and for a whole file in UTF-16 or
    with carriage returns as the only line ends.
    """
    source = ByteSource(path, caps)
    chunks = source.chunks()
    head = peeked(chunks)
    if is_wide(head):
        yield refuse_wide(head, chunks, caps)
    elif b"\r" in head.rstrip(b"\r") and b"\n" not in head:
        yield _refuse_cr_only(head, chunks, caps)
    else:
        yield from _Splitter(source, caps).split(head, chunks)


def _refuse_cr_only(head: bytes, rest: Iterator[bytes], caps: Caps) -> Reject:
    lines = count_lines(head, rest, b"\r")
    reason = "lines end with a carriage return alone; save the file with line feeds"
    return Reject(1, 0, lines, "cr_only", reason, head[: caps.kept])


class _Splitter:
    """Cuts chunks at line feeds; holds at most one unfinished line."""

    def __init__(self, source: ByteSource, caps: Caps) -> None:
        self.source = source
        self.caps = caps
        self.number = 1
        self.offset = 0
        self.open = b""
        self.skipped = 0
        """Bytes of the open line that were thrown away because it is too long."""

    def split(self, head: bytes, rest: Iterator[bytes]) -> Iterator[Line | Reject]:
        if head.startswith(BOM):
            self.offset = len(BOM)
            head = head[len(BOM) :]
        for chunk in _chained(head, rest):
            parts = (self.open + chunk).split(b"\n")
            self.open = parts.pop()
            if parts and max(map(len, parts)) > self.caps.line:
                yield from map(self._first, parts)
            elif parts:
                yield self._first(parts[0])
                yield from self._others(parts)
            self._shorten()
        yield from self._last()

    def _first(self, line: bytes) -> Line | Reject:
        """The line that was open when the chunk came: the only one that can be too long."""
        size = self.skipped + len(line)
        item: Line | Reject = (self.number, self.offset, line)
        if size > self.caps.line:
            item = self._too_long(line)
        self.skipped = 0
        self.number += 1
        self.offset += size + 1
        return item

    def _others(self, parts: list[bytes]) -> Iterator[Line]:
        number, offset = self.number, self.offset
        self.number += len(parts) - 1
        self.offset += sum(map(len, parts)) - len(parts[0]) + len(parts) - 1
        for line in parts[1:]:
            yield number, offset, line
            number += 1
            offset += len(line) + 1

    def _shorten(self) -> None:
        if len(self.open) > self.caps.line:
            self.skipped += len(self.open) - self.caps.kept
            self.open = self.open[: self.caps.kept]

    def _last(self) -> Iterator[Line | Reject]:
        damage = self.source.damage
        if damage is not None:
            kept = self.open[: self.caps.kept]
            yield Reject(self.number, self.offset, damage.lines, damage.code, damage.reason, kept)
        elif self.open:
            yield self._first(self.open)

    def _too_long(self, line: bytes) -> Reject:
        reason = f"the line is longer than {self.caps.line} bytes"
        return Reject(self.number, self.offset, 1, "too_long", reason, line[: self.caps.kept])


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest
