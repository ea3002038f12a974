"""A moving window of text over a stream of bytes that finds where JSON values end, keeping byte offsets exact."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, NoReturn

from orchestration.sources.byte_source import CHUNK

_NEAR_END = 16
"""A value cut by the end of the window fails this close to it, or inside a string."""


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class JsonWindow:
    """`text[at:]` is what has not been consumed. Indices into `text` stay valid until `compact` is called.

    Bytes that are not UTF-8 become lone surrogates, so that they spoil one record and no offset.
    """

    def __init__(self, head: bytes, rest: Iterator[bytes], offset: int, cap: int) -> None:
        self._rest = rest
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._cap = cap
        self.text = self._decoder.decode(head)
        self.at = 0
        self.offset = offset
        """Byte offset of `text[at]` in the file."""
        self.is_done = False
        self.is_too_deep = False
        """Whether the last `decode` failed for its depth."""

    def grow(self) -> bool:
        """Adds text, about doubling what is left; False when the stream has ended or the window is full."""
        left = len(self.text) - self.at
        if self.is_done or left >= self._cap:
            return False
        parts, wanted = [self.text], max(CHUNK, left)
        while wanted > 0 and not self.is_done:
            chunk = next(self._rest, b"")
            self.is_done = not chunk
            parts.append(self._decoder.decode(chunk, final=self.is_done))
            wanted -= len(chunk)
        self.text = "".join(parts)
        return True

    def compact(self) -> None:
        """Drops what has been consumed; indices become invalid."""
        if self.at > CHUNK:
            self.text = self.text[self.at :]
            self.at = 0

    def skip(self, characters: str) -> bool:
        """Moves past any of `characters`; False when nothing is left."""
        while True:
            rest = self.text[self.at : self.at + 4096]
            kept = rest.lstrip(characters)
            self.advance(self.at + len(rest) - len(kept))
            if kept:
                return True
            if self.at >= len(self.text) and not self.grow():
                return False

    def advance(self, to: int) -> bytes:
        """Moves to index `to` and returns the bytes passed over, as they stand in the file."""
        raw = self.text[self.at : to].encode("utf-8", "surrogateescape")
        self.at = to
        self.offset += len(raw)
        return raw

    def decode(self, start: int) -> tuple[Any, int] | None:
        """The JSON value that begins at `start` and the index after it; None when there is no whole value."""
        self.is_too_deep = False
        while True:
            try:
                return _DECODER.raw_decode(self.text, start)
            except RecursionError:
                self.is_too_deep = True
                return None
            except ValueError as error:
                if not (self._is_cut(error) and self.grow()):
                    return None

    def _is_cut(self, error: ValueError) -> bool:
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated string") or error.pos >= len(self.text) - _NEAR_END

    def find(self, wanted: str, start: int) -> int:
        """The index of the next `wanted` from `start` on; the end of the window when there is none."""
        while (found := self.text.find(wanted, start)) < 0:
            start = len(self.text)
            if not self.grow():
                return len(self.text)
        return found
