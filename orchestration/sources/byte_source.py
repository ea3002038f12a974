"""The bytes of a file as they are after decompression, in chunks, with a verdict on the file itself.

A gzip file is read twice: first to check its sums, then to deliver. Without the check a flipped bit delivers repeated
and invented lines that parse well. What is delivered: all of a sound file; of a file that was cut off, everything up to
the cut; of a file with a wrong sum, the members before the wrong one.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestration.sources.records import Reject

CHUNK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
_LONGEST_MATCH = 256


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits that keep one hostile file from taking the machine. Sizes in bytes."""

    line: int = 16 << 20
    """Of a line, or of a record in a one-document file."""
    total: int = 8 << 30
    """Of a compressed file after decompression."""
    depth: int = 100
    """Of nested JSON."""
    kept: int = 64 << 10
    """How much of something too large to keep is kept as raw bytes."""


CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Damage:
    """Why the rest of a file could not be delivered. `lines` is how many lines that rest holds, at least 1."""

    code: str
    reason: str
    lines: int


@dataclass(frozen=True, slots=True)
class _Verdict:
    """How many decompressed bytes may be delivered, and what is wrong with what follows."""

    limit: int
    damage: Damage | None


class ByteSource:
    """Iterate over `chunks()`; when they end, `damage` tells whether the file ended as it should."""

    def __init__(self, path: Path, caps: Caps = CAPS) -> None:
        self.path = path
        self.caps = caps
        self.damage: Damage | None = None

    def chunks(self) -> Iterator[bytes]:
        """Non-empty chunks of at most about 1 MB."""
        with self.path.open("rb") as stream:
            if stream.read(2) == GZIP_MAGIC:
                yield from self._inflated(stream)
            else:
                stream.seek(0)
                while chunk := stream.read(CHUNK):
                    yield chunk

    def _inflated(self, stream: BinaryIO) -> Iterator[bytes]:
        verdict = _examine(stream, self.caps.total)
        left = verdict.limit
        if left:
            stream.seek(0)
            for data, _ in _members(stream):
                yield data[:left]
                left -= len(data)
                if left <= 0:
                    break
        self.damage = verdict.damage


def unchecked_chunks(path: Path) -> Iterator[bytes]:
    """The content of a file that is known to be sound, plain or gzip, in chunks of at most about 1 MB."""
    with path.open("rb") as stream:
        if stream.read(2) == GZIP_MAGIC:
            stream.seek(0)
            for data, _ in _members(stream):
                if data:
                    yield data
        else:
            stream.seek(0)
            while chunk := stream.read(CHUNK):
                yield chunk


def _members(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """(decompressed bytes, whether a member ends here, its sum checked). EOFError: cut off; zlib.error: corrupt."""
    pending = b""
    while pending := _after_padding(pending, stream):
        worker = zlib.decompressobj(31)
        while not worker.eof:
            data = worker.decompress(pending, CHUNK)
            pending = worker.unused_data if worker.eof else worker.unconsumed_tail
            if data or worker.eof:
                yield data, worker.eof
            if not (pending or worker.eof or len(data) == CHUNK):
                pending = stream.read(CHUNK)
                if not pending:
                    raise EOFError


def _after_padding(pending: bytes, stream: BinaryIO) -> bytes:
    """The bytes from the next member on; tape-like zero padding between and after members is permitted."""
    while not (pending := pending.lstrip(b"\0")):
        pending = stream.read(CHUNK)
        if not pending:
            break
    return pending


def _examine(stream: BinaryIO, cap: int) -> _Verdict:
    stream.seek(0)
    read = sound = lines = 0
    try:
        for data, is_end in _members(stream):
            read += len(data)
            lines = 0 if is_end else lines + data.count(b"\n")
            sound = read if is_end else sound
            if read > cap:
                return _Verdict(cap, Damage("too_large", f"more than {cap} bytes after decompression; split it", 1))
    except EOFError:
        return _Verdict(read, Damage("truncated_gzip", "the compressed file ends too early; fetch it again", 1))
    except zlib.error:
        reason = "the check sum of the compressed file is wrong, so its content cannot be trusted; fetch it again"
        return _Verdict(sound, Damage("corrupt_gzip", reason, max(1, lines)))
    return _Verdict(read, None)


def peeked(chunks: Iterator[bytes], size: int = CHUNK) -> bytes:
    """The first chunks joined until they hold `size` bytes, or all there is."""
    head = b""
    while len(head) < size and (chunk := next(chunks, b"")):
        head += chunk
    return head


def beginning(path: Path, size: int = CHUNK) -> bytes:
    """The first bytes of a file, decompressed and unchecked, without a byte order mark: to see what it is."""
    with path.open("rb") as stream:
        head = stream.read(size)
        if head.startswith(GZIP_MAGIC):
            stream.seek(0)
            head = _inflated_beginning(stream, size)
    return head.removeprefix(BOM)


def has_match(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether a short text stands anywhere in a file, plain or gzip: what pages say only of all of them together."""
    tail = b""
    for chunk in ByteSource(path, CAPS).chunks():
        if pattern.search(tail + chunk):
            return True
        tail = chunk[-_LONGEST_MATCH:]
    return False


def begins_as_json(path: Path) -> bool:
    """Whether a file begins like a JSON object or array, and so not like a CSV."""
    return beginning(path).lstrip()[:1] in (b"{", b"[")


def _inflated_beginning(stream: BinaryIO, size: int) -> bytes:
    head = b""
    with suppress(EOFError, zlib.error):
        for data, _ in _members(stream):
            head += data
            if len(head) >= size:
                break
    return head[:size]


def is_wide(head: bytes) -> bool:
    """Whether the bytes look like UTF-16 or UTF-32, by their mark or by their zero bytes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    start = head[:8]
    return len(start) >= 4 and (not any(start[1::2]) or not any(start[0::2]))


def refuse_wide(head: bytes, rest: Iterator[bytes], caps: Caps) -> Reject:
    """The one reject that stands for a whole file in an encoding that is not read; consumes the file."""
    lines = count_lines(head, rest, b"\n")
    reason = "the file is UTF-16 or UTF-32; save it as UTF-8"
    return Reject(1, 0, lines, "unsupported_encoding", reason, head[: caps.kept])


def count_lines(head: bytes, rest: Iterator[bytes], end: bytes) -> int:
    """Lines of a file whose lines end with `end`; a last line without an end counts."""
    lines, last = head.count(end), head[-1:]
    for chunk in rest:
        lines += chunk.count(end)
        last = chunk[-1:]
    return lines + (last != end)
