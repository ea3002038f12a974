"""Load one file: know it by its content, merge its records, quarantine the rest, balance the books, commit once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from orchestration.errors import DataError
from orchestration.loading.datasets import DATASETS, Dataset
from orchestration.loading.files import Content, InboxFile, read_content
from orchestration.loading.merge import Merger
from orchestration.loading.quarantine import Rejects, take_out_completed
from orchestration.loading.report import LoadReport
from orchestration.loading.rows import Origin, RowMaker, to_arrow
from orchestration.loading.session import Session
from orchestration.sources import SourceFormat
from orchestration.sources.records import AggregateRecord, Blank, Record, Reject

_BATCH_RECORDS = 50_000
_BATCH_REJECTS = 5_000
_BATCH_REJECT_BYTES = 32 << 20
_STAGE_ROWS = 250_000
"""Rows merged at once. Each merge reads the table's keys (0.6 CPU s per 100 M rows), so few and large; 500,000 wide
events stage in about 150 MB."""
_ATTEMPTS = 3
_STILL_WRITTEN = "the file changes while it is read - it is read by the next run"


@dataclass(frozen=True, slots=True)
class Source:
    """What a file is read as: a tool's source, or one of the company-wide inputs (`tool_id` None)."""

    source_id: str
    tool_id: str | None
    format: SourceFormat

    @property
    def dataset(self) -> Dataset:
        return DATASETS[self.format.dataset]


@dataclass(frozen=True, slots=True)
class _Known:
    """An earlier load of the same content. `newest_ns`: the latest modification time under which it was seen."""

    is_same_path: bool
    lines_read: int
    is_dated_by_file: bool
    newest_ns: int


def load_file(session: Session, source: Source, file: InboxFile) -> LoadReport:
    """Load `file` unless it is known, in one transaction; an empty report means that there was nothing to do.

    Raises DataError when the books do not balance: then nothing of the file is kept.
    """
    if file.refusal is not None:
        return refuse(session, source, file, file.refusal)
    if _is_seen(session, source, file):
        return LoadReport()
    try:
        file.path.open("rb").close()
    except OSError as error:
        return refuse(session, source, file, f"cannot be read ({error.strerror}) - check its permissions")
    for _ in range(_ATTEMPTS):
        try:
            return _attempt(session, source, file)
        except _ChangedError:
            file = file.again()
    return refuse(session, source, file, _STILL_WRITTEN)


def _attempt(session: Session, source: Source, file: InboxFile) -> LoadReport:
    with session.transaction(), _no_garbage_collection():
        report = _FileLoad(session, source, file, read_content(file.path)).run()
        if not file.is_unchanged():
            raise _ChangedError
    return report


def refuse(session: Session, source: Source, file: InboxFile, why: str) -> LoadReport:
    """Enter a file that must not be read into the ledger, once per reason; no line of it counts."""
    path = session.vault.pseudonymiser.scrub(file.relative)
    known = session.value(
        "select 1 from raw.load where source_id = ? and path = ? and status = 'refused' and message = ?",
        [source.source_id, path, why],
    )
    if known:
        return LoadReport()
    with session.transaction():
        entry = _entry(session, source, file, _next_load_id(session), Content("", is_whole=False))
        insert_load(session, entry | {"status": "refused", "message": why}, LoadReport())
    return LoadReport(files=1)


def insert_load(session: Session, entry: dict[str, Any], report: LoadReport) -> None:
    """One row of the ledger. `entry` has the columns of raw.load but the counts."""
    counts = {
        "lines_read": report.lines_read,
        "lines_loaded": report.loaded,
        "lines_duplicate": report.duplicate,
        "lines_superseded": report.superseded,
        "lines_quarantined": report.quarantined,
        "lines_blank": report.blank,
    }
    row = entry | counts
    session.run(f"insert into raw.load ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))


def remember_named(session: Session, maker: RowMaker) -> None:
    """People go into the vault, aliases of usage records beside the records."""
    named = maker.take_named()
    if named.people:
        session.vault.remember(named.people)
    _insert_pairs(session, "unresolved_namespace", list(named.namespaces.items()))
    _insert_pairs(session, "identity_link", sorted(named.links))


def _insert_pairs(session: Session, table: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    if pairs:
        first, second = zip(*pairs, strict=True)
        batch = pa.table({"first": first, "second": second})  # noqa: F841 - DuckDB finds it by its name
        session.connection.execute(f"insert or ignore into raw.{table} select * from batch")


class _ChangedError(Exception):
    """The file was written to while it was read."""


class _FileLoad:
    """One attempt at one file."""

    def __init__(self, session: Session, source: Source, file: InboxFile, content: Content) -> None:
        self.session, self.source, self.file, self.content = session, source, file, content
        self.load_id = _next_load_id(session)
        self.path = session.vault.pseudonymiser.scrub(file.relative)
        self.effective_date = _effective_date(session, source, self.path, file, content)
        self.lines_read = self.blank = 0
        self.is_dated_by_file = source.format.dataset not in ("events", "aggregates")

    def run(self) -> LoadReport:
        """Skip, count as a duplicate, or read the file; then remember that it was seen."""
        known = self._known()
        is_news = known is None or (known.is_dated_by_file and self.file.modified_ns > known.newest_ns)
        if is_news:
            report = self._read(known)
        elif known is not None and not known.is_same_path:
            report = self._enter_duplicate(known.lines_read)
        else:
            report = LoadReport()
        self._mark_seen()
        return report

    def _read(self, known: _Known | None) -> LoadReport:
        origin = Origin(
            self.source.source_id, self.source.tool_id, self.load_id, self.file.modified_at, self.effective_date
        )
        maker = RowMaker(self.session.vault.pseudonymiser, origin)
        merger = Merger(self.session.connection, self.source.dataset, self.load_id)
        rejects = Rejects(self.session, self.load_id, self.source.source_id)
        for records, rejected in self._batches():
            rejects.add(rejected)
            if records:
                merger.add(to_arrow(self.source.dataset, maker.rows(records)), _STAGE_ROWS)
                remember_named(self.session, maker)
        outcome = merger.finish()
        report = LoadReport(
            files=1,
            lines_read=self.lines_read,
            loaded=outcome.loaded,
            duplicate=outcome.duplicate + rejects.duplicate,
            superseded=outcome.superseded,
            quarantined=rejects.quarantined,
            blank=self.blank,
        )
        self._check(report)
        if known is not None and not (report.loaded or report.superseded or report.quarantined):
            return LoadReport() if known.is_same_path else self._enter_duplicate(self.lines_read)
        self._enter(report, "loaded")
        take_out_completed(self.session, self.file, rejects, self.load_id, is_whole=self.content.is_whole)
        return report

    def _batches(self) -> Iterator[tuple[list[Record], list[Reject]]]:
        """The file in pieces that fit in memory, counting the lines of everything that comes by."""
        records: list[Record] = []
        rejects: list[Reject] = []
        room = _BATCH_REJECT_BYTES
        for item in self.source.format.parse(self.file.path, now=self.session.now):
            self.lines_read += item.lines
            if isinstance(item, Blank):
                self.blank += item.lines
            elif isinstance(item, Reject):
                rejects.append(item)
                room -= len(item.raw)
            else:
                records.append(item)
                if type(item) is AggregateRecord and item.as_of is None:
                    self.is_dated_by_file = True
            if len(records) >= _BATCH_RECORDS or len(rejects) >= _BATCH_REJECTS or room < 0:
                yield records, rejects
                records, rejects, room = [], [], _BATCH_REJECT_BYTES
        yield records, rejects

    def _check(self, report: LoadReport) -> None:
        stored = self.session.value(
            f"select coalesce(sum(lines), 0)::bigint from {self.source.dataset.table} where load_id = ?",
            [self.load_id],
        )
        if not report.is_balanced or stored != report.loaded:
            raise DataError(
                f"{self.path}:0:0: the books do not balance: {report}, {stored} lines stored - "
                "nothing of the file was kept; please report this file's format as a fault of takeup"
            )

    def _known(self) -> _Known | None:
        """What an earlier load of the same content says; for rosters: of the same content for the same date."""
        rows = self.session.rows(
            "select l.path, l.lines_read, l.is_dated_by_file from raw.load as l "
            "where l.source_id = ? and l.fingerprint = ? and l.status in ('loaded', 'duplicate_file') "
            "and l.effective_date is not distinct from ?::date order by l.load_id",
            [self.source.source_id, self.content.fingerprint, self.effective_date],
        )
        if not rows:
            return None
        newest = self.session.value(
            "select max(modified_ns) from raw.seen_file where source_id = ? and fingerprint = ?",
            [self.source.source_id, self.content.fingerprint],
        )
        is_same_path = any(path == self.path for path, _, _ in rows)
        return _Known(is_same_path, rows[0][1], any(dated for _, _, dated in rows), newest or 0)

    def _enter_duplicate(self, lines: int) -> LoadReport:
        report = LoadReport(files=1, lines_read=lines, duplicate=lines)
        self._enter(report, "duplicate_file")
        return report

    def _enter(self, report: LoadReport, status: str) -> None:
        self.session.run(
            "delete from raw.load where source_id = ? and path = ? and status = 'refused'",
            [self.source.source_id, self.path],
        )
        entry = _entry(self.session, self.source, self.file, self.load_id, self.content)
        entry |= {"status": status, "is_dated_by_file": self.is_dated_by_file, "effective_date": self.effective_date}
        insert_load(self.session, entry, report)
        if self.effective_date is not None:
            self.session.run(
                "insert or ignore into raw.roster_date values (?, ?, ?)",
                [self.path, self.content.fingerprint, self.effective_date],
            )

    def _mark_seen(self) -> None:
        self.session.run(
            "insert or replace into raw.seen_file values (?, ?, ?, ?, ?, ?)",
            [
                self.source.source_id,
                self.path,
                self.file.size,
                self.file.modified_ns,
                self.content.fingerprint,
                self.session.now,
            ],
        )


def _entry(session: Session, source: Source, file: InboxFile, load_id: int, content: Content) -> dict[str, Any]:
    return {
        "load_id": load_id,
        "dataset": source.format.dataset,
        "tool_id": source.tool_id,
        "source_id": source.source_id,
        "format": source.format.name,
        "path": session.vault.pseudonymiser.scrub(file.relative),
        "fingerprint": content.fingerprint,
        "bytes": file.size,
        "modified_at": file.modified_at,
        "loaded_at": session.now,
    }


def _next_load_id(session: Session) -> int:
    return int(session.value("select coalesce(max(load_id), 0) + 1 from raw.load"))


def _is_seen(session: Session, source: Source, file: InboxFile) -> bool:
    """Whether a file with this path, size and time was read before.

    A file written within two seconds of being read may have changed again without its time showing it: read it anew.
    """
    return bool(
        session.value(
            "select 1 from raw.seen_file where source_id = ? and path = ? and bytes = ? and modified_ns = ? "
            "and epoch_ns(checked_at) - modified_ns > 2_000_000_000",
            [source.source_id, session.vault.pseudonymiser.scrub(file.relative), file.size, file.modified_ns],
        )
    )


def _effective_date(session: Session, source: Source, path: str, file: InboxFile, content: Content) -> date | None:
    """From when a roster holds: the date in its name, else the day on which this content was first read here."""
    if source.format.dataset != "people":
        return None
    _, marked, rest = file.path.name.partition("people_")
    try:
        return date.fromisoformat(rest[:10]) if marked else _first_read(session, path, content)
    except ValueError:
        return _first_read(session, path, content)


def _first_read(session: Session, path: str, content: Content) -> date:
    latest = session.rows(
        "select fingerprint, effective_date from raw.roster_date where path = ? order by effective_date desc limit 1",
        [path],
    )
    if latest and latest[0][0] == content.fingerprint:
        return date.fromisoformat(str(latest[0][1]))
    return session.now.date()


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Records hold no cycles; looking for them costs a fifth of the time of a load."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
