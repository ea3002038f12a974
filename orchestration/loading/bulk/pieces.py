"""A large file in pieces of whole lines, held where both Python and DuckDB can read them without a copy on disk."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.sources.byte_source import BOM, CHUNK, unchecked_chunks

PIECE_BYTES = 64 << 20
LONGEST_LINE = 4 << 20
"""A piece with a longer line is left to the parser: DuckDB would need buffers for many such lines."""
_BLANK_BELOW = 64
_NEWLINE, _RETURN, _AT = 10, 13, 64

Places = npt.NDArray[np.int64]


class UnfitError(Exception):
    """The file must be read line by line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole lines of a file. `starts` are where they begin in `view`, and where the last one ends."""

    path: str
    """Where DuckDB reads them."""
    view: memoryview
    first_line: int
    offset: int
    """Of the first byte in the file, after decompression."""
    starts: Places
    is_plain: npt.NDArray[np.bool_]
    """Lines without control characters, of valid UTF-8, and not blank."""
    is_blank: npt.NDArray[np.bool_]
    ats: npt.NDArray[np.int32]
    """How many @ are in each line."""

    @property
    def is_fit(self) -> bool:
        return bool(np.diff(self.starts).max(initial=0) <= LONGEST_LINE)

    def line(self, place: int) -> tuple[int, int, bytes]:
        """Number, offset and bytes of a line, as orchestration/sources/lines.py gives them."""
        start, end = int(self.starts[place]), int(self.starts[place + 1])
        raw = bytes(self.view[start:end])
        return self.first_line + place, self.offset + start, raw.removesuffix(b"\n")

    def table(self) -> pa.Table:
        """The lines that are not blank, in order, beside what DuckDB reads of them; the text is not copied."""
        text = _texts(self.view, self.starts)
        lines = pa.table(
            {
                "line": text,
                "place": pa.array(np.arange(len(self.is_plain))),
                "is_plain": pa.array(self.is_plain),
                "ats": pa.array(self.ats),
            }
        )
        return lines.filter(pa.array(~self.is_blank)) if self.is_blank.any() else lines


@contextmanager
def pieces(path: Path) -> Iterator[Iterator[Piece]]:
    """The pieces of a file, plain or gzip, each valid until the next is taken.

    They lie in anonymous memory of this process: nothing of the file is written anywhere. UnfitError: the system has no
    such memory, or a line is longer than a piece.
    """
    if not (hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir()):
        raise UnfitError
    handle = os.memfd_create("takeup")
    try:
        os.ftruncate(handle, PIECE_BYTES)
        yield _cut(path, handle, mmap.mmap(handle, PIECE_BYTES))
    finally:
        os.close(handle)


def _cut(path: Path, handle: int, memory: mmap.mmap) -> Iterator[Piece]:
    """Fill the memory again and again; for whoever reads it as a file it ends with the last whole line."""
    chunks = _Chunks(path)
    first_line, offset, held = 1, chunks.skip_mark(), 0
    tail = b""
    while True:
        os.ftruncate(handle, PIECE_BYTES)
        memory[:held] = tail
        end = chunks.fill(memory, held)
        is_last = chunks.is_done
        cut = end if is_last else memory.rfind(b"\n", 0, end) + 1
        if not end:
            return
        if not cut:
            raise UnfitError
        tail = memory[cut:end]
        held = len(tail)
        os.ftruncate(handle, cut)
        piece = _piece(memory, f"/proc/self/fd/{handle}", cut, first_line, offset)
        yield piece
        first_line += len(piece.is_plain)
        offset += cut
        if is_last:
            return


class _Chunks:
    """The content of a file, poured into memory."""

    def __init__(self, path: Path) -> None:
        self._chunks = unchecked_chunks(path)
        self._open = b""

    def skip_mark(self) -> int:
        """Leave out a byte order mark; its length."""
        self._open = next(self._chunks, b"")
        if not self._open.startswith(BOM):
            return 0
        self._open = self._open[len(BOM) :]
        return len(BOM)

    def fill(self, memory: mmap.mmap, start: int) -> int:
        """Pour as much as there is room for; where it ends. What does not fit waits for the next piece."""
        place = start
        while place < PIECE_BYTES and (self._open or self._next()):
            part = self._open[: PIECE_BYTES - place]
            memory[place : place + len(part)] = part
            self._open = self._open[len(part) :]
            place += len(part)
        return place

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to pour."""
        return not (self._open or self._next())

    def _next(self) -> bytes:
        self._open = next(self._chunks, b"")
        return self._open


def _piece(memory: mmap.mmap, name: str, cut: int, first_line: int, offset: int) -> Piece:
    view = memoryview(memory)[:cut]
    found = np.frombuffer(view, np.uint8)
    controls, ats, is_ascii = _marks(found)
    feeds = controls[found[controls] == _NEWLINE]
    ends = feeds + 1 if len(feeds) and feeds[-1] == cut - 1 else np.append(feeds + 1, cut)
    starts = np.concatenate(([0], ends)).astype(np.int64)
    is_blank = _blank(view, starts)
    is_plain = ~is_blank
    others = controls[found[controls] != _NEWLINE]
    returns = others[(found[others] == _RETURN) & np.isin(others + 1, feeds)] if len(others) else others
    is_plain[np.searchsorted(starts, np.setdiff1d(others, returns), "right") - 1] = False
    if not is_ascii:
        is_plain &= _valid(view, starts)
    counts = np.bincount(np.searchsorted(starts, ats, "right") - 1, minlength=len(is_plain)).astype(np.int32)
    return Piece(name, view, first_line, offset, starts, is_plain, is_blank, counts)


def _marks(found: npt.NDArray[np.uint8]) -> tuple[Places, Places, bool]:
    """Where control characters and where @ stand, and whether all is ASCII; in blocks that stay in the cache."""
    controls, ats, is_ascii = [], [], True
    for start in range(0, len(found), CHUNK):
        block = found[start : start + CHUNK]
        controls.append(np.flatnonzero(block < ord(" ")) + start)
        ats.append(np.flatnonzero(block == _AT) + start)
        is_ascii = is_ascii and bool(block.max() < 1 << 7)
    return np.concatenate(controls), np.concatenate(ats), is_ascii


def _blank(view: memoryview, starts: Places) -> npt.NDArray[np.bool_]:
    is_blank = np.zeros(len(starts) - 1, np.bool_)
    for place in np.flatnonzero(np.diff(starts) <= _BLANK_BELOW):
        is_blank[place] = not bytes(view[starts[place] : starts[place + 1]]).strip()
    return is_blank


def _valid(view: memoryview, starts: Places) -> Any:
    """Which lines are valid UTF-8."""
    try:
        _texts(view, starts).validate(full=True)
    except pa.ArrowInvalid:
        return np.array([_is_text(bytes(view[a:b])) for a, b in pairwise(starts)])
    return True


def _texts(view: memoryview, starts: Places) -> pa.Array[Any]:
    """The lines with their ends as Arrow sees them, without a copy."""
    return pa.LargeStringArray.from_buffers(len(starts) - 1, pa.py_buffer(starts.data), pa.py_buffer(view))


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
