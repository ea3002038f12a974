"""What has been fetched of one source, and how a window comes to be seen: as a whole, by one rename, or not at all.

    landing/<tool>/<source>/2026-11-20/20261123T060000Z/users-1-day_2026-11-20_p0001.ndjson     a body as it came
    landing/<tool>/<source>/2026-11-20/20261123T060000Z/.window.json                            what was asked, and when
    landing/<tool>/<source>/.pulling/2026-11-20/...                                             half fetched

A window that is fetched again lands beside its former versions: the loader lets the newest win. What a killed process
left half fetched is continued by the next one. Readers of a folder pass over hidden names.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO

from orchestration.errors import DataError

_PULLING, _MARKER, _PROGRESS, _LOCK = ".pulling", ".window.json", ".progress.json", ".lock"
_STAMP = "%Y%m%dT%H%M%SZ"
_STALE = timedelta(hours=6)
"""What was half fetched longer ago is begun anew: cursors expire, and the vendor may have corrected the day."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One body: its file, what was asked for it (without secrets), and what came."""

    file: str
    request: str
    status: int
    bytes: int
    sha256: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one request has brought. `cursor`: the next page as the vendor names it; None: this was the last."""

    request: str
    status: int
    suffix: str
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a window has come. `cursor`: the next page as the vendor names it; None before the first page."""

    tool: str
    source: str
    window: str
    begun_at: str
    cursor: str | None = None
    is_done: bool = False
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Progress:
        """Raises ValueError, TypeError or KeyError for what is none."""
        told = json.loads(text)
        return cls(**{**told, "pieces": tuple(Piece(**piece) for piece in told["pieces"])})

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1)


class SourceLanding:
    """The folder of one pulled source."""

    def __init__(self, folder: Path, tool_id: str, source: str) -> None:
        self.folder, self._tool_id, self._source = folder, tool_id, source

    def fetched(self) -> dict[date, datetime]:
        """When each complete window was fetched last (UTC)."""
        found: dict[date, datetime] = {}
        for marker in self.folder.glob(f"*/*/{_MARKER}"):
            with suppress(ValueError):
                at = datetime.strptime(marker.parent.name, _STAMP).replace(tzinfo=UTC)
                day = date.fromisoformat(marker.parent.parent.name)
                found[day] = max(at, found.get(day, at))
        return found

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else fetches into this folder meanwhile; DataError when somebody does."""
        place = self.folder / _PULLING
        place.mkdir(parents=True, exist_ok=True)
        with (place / _LOCK).open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataError(f"{self.folder}: another process fetches into it - wait until it has ended") from None
            yield

    def window(self, day: date, now: datetime) -> Window:
        """The window as far as it has come. Call it while `held`."""
        return Window(self, day, now)

    def begun(self, day: date, now: datetime) -> Progress:
        return Progress(self._tool_id, self._source, day.isoformat(), now.isoformat(timespec="seconds"))


class Window:
    """One day being fetched page by page; each page and the place behind it are on the disk before the next."""

    def __init__(self, landing: SourceLanding, day: date, now: datetime) -> None:
        self._landing, self._day = landing, day
        self._place = landing.folder / _PULLING / day.isoformat()
        self.progress = self._left(now) or self.restart(now)

    def restart(self, now: datetime) -> Progress:
        """Forget what was half fetched."""
        self.drop()
        self._place.mkdir(parents=True)
        self.progress = self._landing.begun(self._day, now)
        return self.progress

    def land(self, name: str, fetch: Callable[[IO[bytes]], Step]) -> None:
        """Keep one more body, which `fetch` writes; what it raises leaves the window as it was."""
        number = len(self.progress.pieces) + 1
        part = self._place / f".{number:04d}.part"
        with part.open("w+b") as file:
            step = fetch(file)
            file.flush()
            os.fsync(file.fileno())
            size, digest = file.seek(0, os.SEEK_END), _digest(file)
        path = self._place / f"{name}_{self._day}_p{number:04d}{step.suffix}"
        part.rename(path)
        piece = Piece(path.name, step.request, step.status, size, digest, datetime.now(UTC).isoformat())
        pieces = (*self.progress.pieces, piece)
        self.progress = replace(self.progress, cursor=step.cursor, is_done=step.cursor is None, pieces=pieces)
        _write(self._place / _PROGRESS, self.progress.text())
        sync_folder(self._place)

    def drop(self) -> None:
        """Leave nothing half fetched."""
        shutil.rmtree(self._place, ignore_errors=True)

    def show(self, now: datetime) -> Path:
        """Make the whole window visible; the folder that it is in now. Without a body it is one that has none."""
        first = min((datetime.fromisoformat(piece.fetched_at) for piece in self.progress.pieces), default=now)
        stamp = first.strftime(_STAMP)
        _write(self._place / _MARKER, self.progress.text())
        (self._place / _PROGRESS).unlink(missing_ok=True)
        home = self._landing.folder / self._day.isoformat()
        home.mkdir(exist_ok=True)
        shown = home / stamp
        while shown.exists():  # fetched twice within a second
            shown = home / (datetime.strptime(shown.name, _STAMP) + timedelta(seconds=1)).strftime(_STAMP)
        self._place.rename(shown)
        for folder in (home, self._landing.folder):
            sync_folder(folder)
        return shown

    def _left(self, now: datetime) -> Progress | None:
        """What an earlier process left half fetched, if it can be continued."""
        for name in (_PROGRESS, _MARKER):
            with suppress(OSError, ValueError, TypeError, KeyError):
                found = Progress.parse((self._place / name).read_text())
                is_fresh = now - datetime.fromisoformat(found.begun_at) < _STALE
                is_whole = all((self._place / piece.file).is_file() for piece in found.pieces)
                if is_fresh and is_whole:
                    return found
        return None


def sync_folder(folder: Path) -> None:
    """Names in a folder survive a loss of power only when the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
