"""Journals: files that only grow, one JSON object per line, each line chained to the one before by a hash.

A line that is taken out or changed later breaks the chain, so that somebody who looks notices it.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import orjson

from orchestration.errors import DataError

Taken = TypeVar("Taken")


def append(path: Path, entry: Mapping[str, Any]) -> None:
    """Add `entry` under who does it and when (`who`, `at` in UTC); two writers wait for each other."""
    with path.open("a+b") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        path.chmod(0o600)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = {"at": at, "who": getpass.getuser(), **entry, "before": _last_line_hash(journal)}
        journal.write(orjson.dumps(line) + b"\n")


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Every entry, the oldest first; none when there is no journal. Raises DataError for a line that is no object."""
    return read(path, dict)


def read(path: Path, take: Callable[[dict[str, Any]], Taken]) -> Iterator[Taken]:
    """What `take` makes of each entry, the oldest first. Raises DataError with the line that it can make nothing of."""
    for number, line in enumerate(path.read_bytes().splitlines() if path.is_file() else [], start=1):
        try:
            yield take(_entry(line))
        except (KeyError, TypeError, ValueError) as error:
            why = f"has no {error}" if isinstance(error, KeyError) else str(error)
            raise DataError(f"{path}:{number}: {why} - put the file back as it was") from None


def _entry(line: bytes) -> dict[str, Any]:
    """Raises ValueError."""
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        entry = None
    if not isinstance(entry, dict):
        raise ValueError("is not a whole entry")
    return entry


@dataclass(frozen=True, slots=True)
class Chain:
    """A journal as a whole. `broken_at` is the first line that does not follow from the one before it, `why` in words;
    `seals` are the hashes of the lines before it, the newest last."""

    lines: int
    broken_at: int | None
    why: str | None
    seals: tuple[str, ...]


def verify(path: Path) -> Chain:
    """Follow the chain from the first line on; of a journal that is absent nothing is broken."""
    lines = path.read_bytes().splitlines() if path.is_file() else []
    seals: list[str] = []
    for number, line in enumerate(lines, start=1):
        why = _fault(line, seals[-1] if seals else "")
        if why:
            return Chain(len(lines), number, why, tuple(seals))
        seals.append(hashlib.sha256(line).hexdigest())
    return Chain(len(lines), None, None, tuple(seals))


def is_intact(path: Path) -> bool:
    """Whether every line still follows from the line before it."""
    return verify(path).broken_at is None


def _fault(line: bytes, before: str) -> str | None:
    """Why a line does not stand after the line whose hash is `before`; None: it does."""
    try:
        entry = _entry(line)
    except ValueError as error:
        return str(error)
    return None if entry.get("before") == before else "does not follow from the line before it"


def _last_line_hash(journal: IO[bytes]) -> str:
    journal.seek(0)
    last = b""
    for line in journal:
        last = line
    return hashlib.sha256(last.removesuffix(b"\n")).hexdigest() if last else ""
