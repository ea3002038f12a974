"""Lines that could not be read: kept sealed, byte for byte, with where they stood and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import pyarrow as pa

from orchestration.loading.files import InboxFile, open_content
from orchestration.loading.session import Session
from orchestration.sources.records import Reject

_MOST_WAITING = 5_000
_MOST_WAITING_BYTES = 32 << 20
_FILE_CODES = ("truncated_gzip", "corrupt_gzip", "too_large")
_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("load_id", pa.int64()),
    ("line_no", pa.int64()),
    ("byte_offset", pa.int64()),
    ("lines", pa.int64()),
    ("reason_code", pa.string()),
    ("reason", pa.string()),
    ("raw_sealed", pa.binary()),
    ("source_id", pa.string()),
    ("raw_digest", pa.string()),
    ("occurrence", pa.int32()),
]
_SCHEMA = pa.schema(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One entry of the quarantine, without its bytes."""

    load_id: int
    tool_id: str | None
    source_id: str
    path: str
    line_no: int
    byte_offset: int
    lines: int
    reason_code: str
    reason: str


class Rejects:
    """The rejects of loads of one source on their way into the quarantine. Runs inside the caller's transaction.

    A broken line that an earlier file of the source already brought is a duplicate. Within one file equal lines are
    told apart by how often they have occurred, so two equal broken lines are two entries.
    """

    def __init__(self, session: Session, source_id: str) -> None:
        self._session = session
        self.source_id = source_id
        self._load_id = 0
        self._occurrences: Counter[bytes] = Counter()
        self._waiting: list[tuple[Any, ...]] = []
        self._room = _MOST_WAITING_BYTES
        self.offsets: set[int] = set()
        """Where the rejects of the present load begin."""
        self._lines: Counter[int] = Counter()
        self._quarantined: Counter[int] = Counter()

    def begin(self, load_id: int) -> None:
        """Go on to another load; ids must ascend."""
        self._load_id = load_id
        self._occurrences.clear()
        self.offsets.clear()

    def add(self, rejects: Sequence[Reject]) -> None:
        """Take rejects of the present load; a bounded number waits to be stored together."""
        for reject in rejects:
            self._waiting.append(self._row(reject))
            self._lines[self._load_id] += reject.lines
            self._room -= len(reject.raw)
        if self._room < 0 or len(self._waiting) >= _MOST_WAITING:
            self._store()

    def finish(self) -> dict[int, tuple[int, int]]:
        """Store what is still waiting; per load with rejects: (quarantined lines, duplicate lines)."""
        self._store()
        return {load: (self._quarantined[load], lines - self._quarantined[load]) for load, lines in self._lines.items()}

    def _store(self) -> None:
        if self._waiting:
            self._insert_new(_table(self._waiting))
            self._waiting, self._room = [], _MOST_WAITING_BYTES

    def _insert_new(self, batch: pa.Table) -> None:  # noqa: ARG002
        """Keep those that are new and count their lines. DuckDB finds `batch` by its name: views would be kept."""
        kept = self._session.connection.execute("""
            insert into raw.quarantine by name
            select batch.* replace (raw_digest::uuid as raw_digest) from batch
            where not exists (
                from raw.quarantine as known
                where known.source_id = batch.source_id and known.raw_digest = batch.raw_digest::uuid
                  and known.occurrence = batch.occurrence
            )
            qualify row_number() over (partition by batch.raw_digest, batch.occurrence order by batch.load_id) = 1
            returning load_id, lines
        """).fetchall()
        for load_id, lines in kept:
            self._quarantined[load_id] += int(lines)

    def _row(self, reject: Reject) -> tuple[Any, ...]:
        vault = self._session.vault
        digest = md5(vault.pseudonymiser.salt + reject.raw, usedforsecurity=False)
        self._occurrences[digest.digest()] += 1
        self.offsets.add(reject.byte_offset)
        return (
            self._load_id,
            reject.line_no,
            reject.byte_offset,
            reject.lines,
            reject.code,
            vault.pseudonymiser.scrub(reject.reason),
            vault.seal(reject.raw),
            self.source_id,
            digest.hexdigest(),
            self._occurrences[digest.digest()],
        )


def _table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    return pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), _SCHEMA, strict=True)],
        schema=_SCHEMA,
    )


def take_out_completed(
    session: Session, file: InboxFile, path: str, rejects: Rejects, load_id: int, *, is_whole: bool
) -> None:
    """Broken lines that this version of `file` completes leave the quarantine as superseded.

    They came with earlier versions of it, which the ledger has under `path`: a file that was read while it was being
    written ends in half a line, or in half a gzip stream.
    """
    entries = session.rows(
        "select q.rowid, q.load_id, q.byte_offset, q.lines, q.reason_code, q.raw_sealed from raw.quarantine as q "
        "join raw.load as l using (load_id) where l.path = ? and q.source_id = ? and q.load_id <> ? "
        "order by q.byte_offset",
        [path, rejects.source_id, load_id],
    )
    candidates = [entry for entry in entries if entry[2] not in rejects.offsets or entry[4] in _FILE_CODES]
    if not candidates or not is_whole:
        return
    with open_content(file.path) as content:
        for row_no, origin, offset, lines, code, sealed in candidates:
            raw = session.vault.unseal(sealed)
            content.seek(offset)
            if code in _FILE_CODES or (raw and content.read(len(raw)) == raw):
                session.run("delete from raw.quarantine where rowid = ?", [row_no])
                move_lines(session, origin, lines, "superseded")


def move_lines(session: Session, load_id: int, lines: int, fate: str) -> None:
    """Lines of `load_id` leave the quarantine for another fate: loaded, duplicate, superseded or blank."""
    session.run(
        f"update raw.load set lines_quarantined = lines_quarantined - ?, lines_{fate} = lines_{fate} + ? "
        "where load_id = ?",
        [lines, lines, load_id],
    )


def entries(session: Session, tool_id: str | None = None) -> list[Quarantined]:
    """What lies in quarantine, by file and line."""
    rows = session.rows(
        "select q.load_id, l.tool_id, l.source_id, l.path, q.line_no, q.byte_offset, q.lines, q.reason_code, q.reason "
        "from raw.quarantine as q join raw.load as l using (load_id) where ? is null or l.tool_id = ? "
        "order by l.path, q.load_id, q.line_no, q.byte_offset",
        [tool_id, tool_id],
    )
    return [Quarantined(*row) for row in rows]
