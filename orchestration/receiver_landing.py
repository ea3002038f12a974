"""Export requests as lines of files that the inbox picks up when they are finished.

A file grows under a hidden name in the tool's own inbox folder, so that finishing it is one rename on one file system,
and becomes visible when it is large or old enough. Every line is on the disk before `append` returns. What a killed
process left behind is finished by the next one: a last line without its end was never acknowledged and is cut off.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from orchestration.errors import UsageError

_PREFIX, _OPEN, _DONE = ".otlp-", ".jsonl.part", ".jsonl"
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """When a file is finished, and when nothing more is taken in."""

    file_bytes: int = 32 << 20
    file_seconds: float = 60.0
    free_bytes: int = 256 << 20
    """What must stay free on the disk: a full one would stop the runs that empty the inbox."""


class Landing:
    """One folder that one process writes to. Not thread-safe: one thread appends.

    Raises UsageError when another process receives into the folder, OSError as the disk does.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self._folder = folder
        self._limits = limits or Limits()
        self._file: IO[bytes] | None = None
        self._path = folder
        self._size = 0
        self._born = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)
        self._lock = _locked(folder)
        self._closed = sorted(folder.glob(f"{_PREFIX}*{_OPEN}"))
        """Files that are complete but not visible yet."""
        for left in self._closed:
            _cut_torn_end(left)
        self._show()

    def append(self, lines: Sequence[bytes]) -> None:
        """Write lines (without line feeds) so that they survive a loss of power. On OSError none of them counts."""
        data = b"".join(line + b"\n" for line in lines)
        try:
            file = self._file or self._open()
            _write_all(file, data)
            os.fsync(file.fileno())
        except OSError:
            self._give_up()
            raise
        self._size += len(data)

    def roll(self, *, now: bool = False) -> None:
        """Finish the file when it is large or old enough, or `now`; OSError: it is tried again the next time."""
        is_old = self._file is not None and time.monotonic() - self._born >= self._limits.file_seconds
        if self._file is not None and (now or is_old or self._size >= self._limits.file_bytes):
            self._closed.append(self._path)
            file, self._file = self._file, None
            file.close()
        self._show()

    def has_room(self) -> bool:
        """Whether the disk has more left than it must keep."""
        return shutil.disk_usage(self._folder).free > self._limits.free_bytes

    def close(self) -> None:
        """Finish the file and let the folder go."""
        self.roll(now=True)
        os.close(self._lock)

    def _open(self) -> IO[bytes]:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        self._path = self._folder / f"{_PREFIX}{stamp}-{uuid4().hex[:12]}{_OPEN}"
        self._file = self._path.open("xb", buffering=0)
        self._size, self._born = 0, time.monotonic()
        _sync_folder(self._folder)
        return self._file

    def _give_up(self) -> None:
        """Leave the file with what was acknowledged; the next line begins another."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with suppress(OSError):  # what cannot be cut off here is cut off when the next process starts
            file.truncate(self._size)
            os.fsync(file.fileno())
            file.close()
            self._closed.append(self._path)

    def _show(self) -> None:
        """Make what is complete visible, under names that nothing else has; an empty file goes."""
        while self._closed:
            path = self._closed[0]
            if path.stat().st_size:
                path.rename(path.with_name(path.name[1 : -len(_OPEN)] + _DONE))
            else:
                path.unlink()
            self._closed.pop(0)
            _sync_folder(self._folder)


def _locked(folder: Path) -> int:
    """The lock of a folder; the system lets it go when the process ends, however it ends."""
    handle = os.open(folder / f"{_PREFIX}lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise UsageError(f"{folder}: another process receives into this folder - end it first") from None
    return handle


def _write_all(file: IO[bytes], data: bytes) -> None:
    """An unbuffered write may take a part only."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _cut_torn_end(path: Path) -> None:
    """Cut off what follows the last line feed."""
    with path.open("r+b") as file:
        end, kept = file.seek(0, os.SEEK_END), 0
        while end and not kept:
            start = max(0, end - _CHUNK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            kept, end = start + found + 1 if found >= 0 else 0, start
        file.truncate(kept)
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
