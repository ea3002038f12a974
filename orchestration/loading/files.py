"""Find the files of a source and tell one content from another. Nothing outside the workspace is ever opened."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, cast

from orchestration.errors import DataError

_CHUNK = 1 << 20
_EPOCH = datetime(1970, 1, 1)
_MAX_CONTENT = 8 << 30
_GZIP_MAGIC = b"\x1f\x8b"
_IGNORED_ENDINGS = ("~", ".tmp", ".part", ".partial", ".crdownload", ".swp")


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One file as the folder shows it. `refusal` says why it must not be read; None: it may."""

    path: Path
    relative: str
    """From the workspace's root, with forward slashes."""
    size: int
    modified_ns: int
    refusal: str | None = None

    @property
    def modified_at(self) -> datetime:
        """UTC without a zone."""
        return _EPOCH + timedelta(microseconds=self.modified_ns // 1000)

    def is_unchanged(self) -> bool:
        """Whether the file still has the size and time it had when it was found."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)

    def again(self) -> InboxFile:
        """The file as it is now; as it was when it has gone."""
        try:
            now = self.path.stat()
        except OSError:
            return self
        return replace(self, size=now.st_size, modified_ns=now.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds after decompression. `is_whole`: false for a broken or capped gzip."""

    fingerprint: str
    is_whole: bool


def find_files(root: Path, location: str) -> Iterator[InboxFile]:
    """The files under `location` (a folder, a file or a glob, relative to `root`), in the order of their paths.

    Hidden files, READMEs and half-written downloads (`.part`, `.tmp`, ...) are passed over. Raises DataError when the
    location itself leaves the workspace; a link that leaves it is returned with a refusal.
    """
    where = Path(location)
    if where.is_absolute() and where.is_relative_to(root):
        where = where.relative_to(root)
    if where.is_absolute() or ".." in where.parts:
        raise DataError(f"{location}: leaves the workspace {root} - put the files below it and name them from there")
    seen = {found.relative: found for start in _starts(root, str(where)) for found in _walk(root, start)}
    return iter(sorted(seen.values(), key=lambda found: found.relative))


def read_content(path: Path) -> Content:
    """The fingerprint (SHA-256) of the content. A gzip twin has the fingerprint of its original."""
    digest = hashlib.sha256()
    is_whole = True
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        if is_gzip:
            is_whole = _digest_gzip(digest, file)
            file.seek(0)
        if not (is_gzip and is_whole):
            _digest_all(digest, file)  # a broken gzip is told from another by its compressed bytes as well
    return Content(digest.hexdigest(), is_whole)


def open_content(path: Path) -> IO[bytes]:
    """The content of a file as a stream, decompressed if need be."""
    file = path.open("rb")
    is_gzip = file.read(2) == _GZIP_MAGIC
    file.seek(0)
    return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if is_gzip else file


def _digest_gzip(digest: hashlib._Hash, file: IO[bytes]) -> bool:
    try:
        with gzip.open(file) as stream:
            return _digest_all(digest, cast(IO[bytes], stream))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return False


def _digest_all(digest: hashlib._Hash, stream: IO[bytes]) -> bool:
    """Feed everything to the digest; False when the stream is longer than the limit."""
    size = 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > _MAX_CONTENT:
            return False
    return True


def _starts(root: Path, location: str) -> Iterator[Path]:
    if any(mark in location for mark in "*?["):
        yield from sorted(root.glob(location))
    else:
        yield root / location


def _walk(root: Path, start: Path) -> Iterator[InboxFile]:
    if start.is_symlink() or not start.is_dir():
        yield from _entry(root, start)
        return
    for folder, folders, names in os.walk(start):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *names):
            path = Path(folder, name)
            if path.is_symlink() or name in names:
                yield from _entry(root, path)


def _entry(root: Path, path: Path) -> Iterator[InboxFile]:
    if is_ignored(path.name) or not (path.is_symlink() or path.exists()):
        return
    relative = path.relative_to(root).as_posix()
    facts = path.lstat()
    refusal = _refusal(root, path)
    if refusal is None:
        facts = path.stat()
    yield InboxFile(path, relative, facts.st_size, facts.st_mtime_ns, refusal)


def _refusal(root: Path, path: Path) -> str | None:
    """Why this entry must not be opened: a link out of the workspace, a folder behind a link, a pipe or device."""
    target = path.resolve()
    if not target.is_relative_to(root.resolve()):
        return "the link leads outside the workspace - copy the file into the inbox"
    if not target.exists():
        return "the link leads nowhere - remove it or mend it"
    if target.is_dir():
        return "a link to a folder is not followed - name the folder itself in tools.yml"
    if not stat.S_ISREG(target.stat().st_mode):
        return "not a regular file - put a file in its place"
    return None


def is_ignored(name: str) -> bool:
    """Whether a file of this name is never read: hidden, a README, or not finished yet."""
    lowered = name.lower()
    return lowered.startswith((".", "readme")) or lowered.endswith(_IGNORED_ENDINGS)
