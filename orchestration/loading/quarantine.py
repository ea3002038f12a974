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
    """The rejects of one load on their way into the quarantine. Runs inside the caller's transaction.

    A broken line that an earlier file of the source already brought is a duplicate. Within one file equal lines are
    told apart by how often they have occurred, so two equal broken lines are two entries.
    """

    def __init__(self, session: Session, load_id: int, source_id: str) -> None:
        self._session = session
        self._load_id = load_id
        self.source_id = source_id
        self._occurrences: Counter[bytes] = Counter()
        self.offsets: set[int] = set()
        """Where the rejects of this load begin."""
        self.quarantined = 0
        self.duplicate = 0

    def add(self, rejects: Sequence[Reject]) -> None:
        """Keep those that are new; count the lines of all."""
        if not rejects:
            return
        kept = self._insert_new(self._table(rejects))
        self.quarantined += kept
        self.duplicate += sum(reject.lines for reject in rejects) - kept

    def _table(self, rejects: Sequence[Reject]) -> pa.Table:
        rows = [self._row(reject) for reject in rejects]
        return pa.Table.from_arrays(
            [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), _SCHEMA, strict=True)],
            schema=_SCHEMA,
        )

    def _insert_new(self, batch: pa.Table) -> int:  # noqa: ARG002
        """The lines of those that were new. DuckDB finds `batch` by its name; a registered view would be kept."""
        kept = self._session.connection.execute("""
            insert into raw.quarantine by name
            select batch.* replace (raw_digest::uuid as raw_digest) from batch
            where not exists (
                from raw.quarantine as known
                where known.source_id = batch.source_id and known.raw_digest = batch.raw_digest::uuid
                  and known.occurrence = batch.occurrence
            )
            returning lines
        """).fetchall()
        return sum(int(lines) for (lines,) in kept)

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


def take_out_completed(session: Session, file: InboxFile, rejects: Rejects, load_id: int, *, is_whole: bool) -> None:
    """Broken lines of earlier versions of `file` that this version completes leave the quarantine as superseded.

    A file that was read while it was being written ends in half a line, or in half a gzip stream.
    """
    entries = session.rows(
        "select q.rowid, q.load_id, q.byte_offset, q.lines, q.reason_code, q.raw_sealed from raw.quarantine as q "
        "join raw.load as l using (load_id) where l.path = ? and q.source_id = ? and q.load_id <> ? "
        "order by q.byte_offset",
        [file.relative, rejects.source_id, load_id],
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
    """Lines of `load_id` leave the quarantine for another fate: loaded, duplicate or superseded."""
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
