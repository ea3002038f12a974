"""The log of every read of rows about people: who, what, why, how many. Each line carries the hash of the line before,
so a line that is changed, dropped or put in later breaks the chain.

    python -m dashboards.audit WORKSPACE

prints what `takeup access verify` shows of it, as JSON.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = Path("audit") / "person_reads.jsonl"
START = "0" * 64
LONGEST_LINE = 65_536  # a reason has at most 200 characters; no line comes near


@dataclass(frozen=True, slots=True)
class Read:
    """One read: by whom, of what, why, how many rows, out of which publication."""

    who: str
    what: str
    why: str
    rows: int
    publication_id: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The log as a whole. `broken_at` is the first line that does not follow from the one before it, `why` in words;
    `seals` are the hashes of the lines before it, the newest last."""

    reads: int
    broken_at: int | None
    why: str | None = None
    seals: tuple[str, ...] = field(default=(), compare=False)


def record(workspace: Path, read: Read, at: datetime | None = None) -> None:
    """Appends a read under a lock, flushed to disk before anything is shown. Fails rather than let a read pass."""
    path = workspace / FILE
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(max(file.seek(0, os.SEEK_END) - LONGEST_LINE, 0))
        previous = _last_hash(file.read())
        file.write(_line(read, at or datetime.now(UTC), previous))
        file.flush()
        os.fsync(file.fileno())


def verify(workspace: Path) -> Chain:
    """Follows the chain from the first line on."""
    path = workspace / FILE
    lines = path.read_bytes().splitlines() if path.exists() else []
    seals: list[str] = []
    for number, line in enumerate(lines, start=1):
        entry = _entry(line)
        why = _fault(entry, seals[-1] if seals else START)
        if entry is None or why:
            return Chain(len(lines), number, why, tuple(seals))
        seals.append(entry["hash"])
    return Chain(len(lines), None, None, tuple(seals))


def _fault(entry: dict[str, Any] | None, previous: str) -> str | None:
    """Why a line does not stand in the chain after the line whose hash is `previous`; None: it does."""
    if entry is None:
        return "is not a whole entry"
    if entry.get("hash") != _hash(entry):
        return "was changed after it was written"
    return None if entry.get("previous") == previous else "does not follow from the line before it"


def _line(read: Read, at: datetime, previous: str) -> bytes:
    entry: dict[str, Any] = {
        "at": at.isoformat(timespec="seconds"),
        "who": read.who,
        "what": read.what,
        "why": read.why,
        "rows": read.rows,
        "publication_id": read.publication_id,
        "previous": previous,
    }
    entry["hash"] = _hash(entry)
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _hash(entry: dict[str, Any]) -> str:
    told = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _last_hash(content: bytes) -> str:
    """What the next line follows from. A last line that cannot be read is followed by its own bytes' hash, so the
    break stays visible and the log goes on."""
    lines = content.splitlines()
    if not lines:
        return START
    entry = _entry(lines[-1])
    return str(entry["hash"]) if entry and "hash" in entry else hashlib.sha256(lines[-1]).hexdigest()


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"file": str(FILE), **asdict(verify(Path(sys.argv[1])))}))
