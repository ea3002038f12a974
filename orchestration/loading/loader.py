"""Load files: know each by its content, merge its records, quarantine the rest, balance the books, commit.

Vendors send many small files, and a transaction costs as much as thousands of lines: small files of a source that
come one after another share a transaction, a stage and a merge. Each still has its own row in the ledger, counted as
if it had been loaded by itself.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pyarrow as pa

from orchestration.erased import Erased
from orchestration.errors import DataError
from orchestration.loading.books import Arrival, Books, Entry, Known, effective_date
from orchestration.loading.bulk.pieces import UnfitError
from orchestration.loading.bulk.reading import is_fit, reader_of
from orchestration.loading.datasets import Row, to_arrow
from orchestration.loading.erasure import living, living_rows
from orchestration.loading.files import Content, InboxFile, read_content
from orchestration.loading.merge import Mergers, Outcome
from orchestration.loading.named import remember_named
from orchestration.loading.quarantine import Rejects, take_out_completed
from orchestration.loading.report import LoadReport
from orchestration.loading.rows import Origin, RowMaker
from orchestration.loading.session import Session
from orchestration.loading.source import Source
from orchestration.sources.records import AggregateRecord, Blank, Parsed, Record, Reject

_BATCH_RECORDS = 50_000
_BATCH_REJECTS = 5_000
_BATCH_REJECT_BYTES = 32 << 20
_STAGE_ROWS = 500_000
"""Rows merged at once. Each merge reads the table's keys (0.6 CPU s per 100 M rows), so few and large; 500,000 wide
events stage in about 150 MB."""
_GROUP_RECORDS = 50_000
_GROUP_BYTES = 64 << 20
_GROUP_FILES = 1_000
_ALONE_BYTES = 8 << 20
"""A file of this size fills a transaction of its own."""
_GZIP_RATIO = 10
_ATTEMPTS = 3
_STILL_WRITTEN = "the file changes while it is read - it is read by the next run"


def load_files(session: Session, files: Iterable[tuple[Source, InboxFile, str | None]]) -> dict[str, LoadReport]:
    """Load every (source, file, why it must not be read) that is not known; the sums by dataset.

    Datasets of which nothing came are not in the result. A transaction holds whole files: all of a file, or nothing.
    Raises DataError when the books of a file do not balance: then nothing of it or of the files after it is kept.
    """
    loader = _Loader(session)
    for source, file, why in files:
        loader.take(source, file, why)
    loader.flush()
    return loader.reports


class _ChangedError(Exception):
    """A file was written to while it was read."""


class _Loader:
    """Gathers small files of one source into groups and loads them, in the order in which they came."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._books = Books(session)
        self._erased = session.vault.erasures.erased()
        self._waiting: list[Arrival] = []
        self._marks: set[str] = set()
        """Paths and fingerprints of those that wait."""
        self._bytes = 0
        self.reports: dict[str, LoadReport] = {}

    def take(self, source: Source, file: InboxFile, why: str | None) -> None:
        """Load `file` now or with those that come next, unless it is known or must not be read."""
        path = self._session.vault.pseudonymiser.scrub(file.relative)
        if why is None and self._books.is_seen(source, file, path):
            return
        content = Content("", is_whole=False)
        try:
            content = content if why else read_content(file.path)
        except OSError as error:
            why = f"cannot be read ({error.strerror}) - check its permissions"
        arrival = Arrival(source, file, path, content)
        if why:
            self._refuse(arrival, why)
        else:
            self._wait(arrival)

    def _wait(self, arrival: Arrival) -> None:
        is_alone = _weight(arrival) >= _ALONE_BYTES or self._books.has_quarantined(arrival.source, arrival.path)
        if is_alone or not self._fits(arrival):
            self.flush()
        self._waiting.append(arrival)
        self._marks |= {arrival.path, arrival.content.fingerprint}
        self._bytes += _weight(arrival)
        if is_alone:
            self.flush()

    def _fits(self, arrival: Arrival) -> bool:
        """Whether `arrival` may wait with those that wait: of their source, of other content, and not too much."""
        return (
            all(other.source.source_id == arrival.source.source_id for other in self._waiting[:1])
            and self._marks.isdisjoint((arrival.path, arrival.content.fingerprint))
            and self._bytes < _GROUP_BYTES
            and len(self._waiting) < _GROUP_FILES
        )

    def flush(self) -> None:
        """Load all that wait."""
        waiting, self._waiting = self._waiting, []
        self._marks, self._bytes = set(), 0
        while waiting:
            try:
                done = self._commit(waiting)
            except (DataError, OSError, _ChangedError, UnfitError):
                done = len(waiting)
                for arrival in waiting:  # each by itself, so that the faulty one alone is lost
                    self._load_alone(arrival)
            waiting = waiting[done:]

    def _load_alone(self, arrival: Arrival) -> None:
        for _ in range(_ATTEMPTS):
            try:
                self._commit([arrival])
            except UnfitError:
                arrival = replace(arrival, is_bulk=False)
            except _ChangedError:
                file = arrival.file.again()
                arrival = replace(arrival, file=file, content=read_content(file.path))
            else:
                return
        self._refuse(arrival, _STILL_WRITTEN)

    def _commit(self, arrivals: Sequence[Arrival]) -> int:
        """Load the first of `arrivals`, as many as fill one transaction; returns how many."""
        with self._session.transaction(), _no_garbage_collection():
            reports = _Group(self._session, self._books, arrivals, self._erased).run()
            if not all(arrival.file.is_unchanged() for arrival in arrivals[: len(reports)]):
                raise _ChangedError
        for report in reports:
            self._count(arrivals[0].source, report)
        return len(reports)

    def _refuse(self, arrival: Arrival, why: str) -> None:
        """Enter a file that must not be read into the ledger, once per reason; no line of it counts."""
        if self._books.is_refused(arrival.source, arrival.path, why):
            return
        self.flush()
        with self._session.transaction():
            blank = replace(arrival, content=Content("", is_whole=False))
            entry = Entry(self._books.next_load_id(), blank, "refused", LoadReport(), message=why)
            self._books.enter(arrival.source, [entry])
        self._count(arrival.source, LoadReport(files=1))

    def _count(self, source: Source, report: LoadReport) -> None:
        if report.files:
            name = source.format.dataset
            self.reports[name] = self.reports.get(name, LoadReport()) + report


class _Group:
    """One attempt at some files of one source, in the caller's transaction."""

    def __init__(self, session: Session, books: Books, arrivals: Sequence[Arrival], erased: Erased) -> None:
        self._session, self._books, self._arrivals = session, books, arrivals
        self._source = arrivals[0].source
        self._maker = RowMaker(
            session.vault.pseudonymiser,
            _origin(arrivals[0], 0, None),
            session.identity_columns(),
            erased,
        )
        self._merger = Mergers(session.connection, self._source.datasets)
        self._rejects = Rejects(session, self._source.source_id)
        self._rows: dict[str, list[Row]] = {dataset.name: [] for dataset in self._source.datasets}
        self._taken = 0
        self._loads: list[_FileLoad] = []

    def run(self) -> list[LoadReport]:
        """The reports of the first files, up to the one that fills the group; of no files where there is no news."""
        known = self._books.known(self._source, [arrival.content for arrival in self._arrivals])
        first_id = self._books.next_load_id()
        for place, arrival in enumerate(self._arrivals):
            load = _FileLoad(self._session, arrival, first_id + place, known)
            self._loads.append(load)
            if load.is_news:
                self._read(load)
            if self._taken >= _GROUP_RECORDS:
                break
        self._stage()
        return self._finish()

    def _read(self, load: _FileLoad) -> None:
        self._maker.begin(_origin(load.arrival, load.load_id, load.effective_date))
        self._rejects.begin(load.load_id)
        if load.is_bulk:
            self._read_in_bulk(load)
            return
        for records, rejected in load.batches(living(load.items(), self._maker)):
            self._take(records, rejected)
            if sum(map(len, self._rows.values())) >= _BATCH_RECORDS:
                self._stage()

    def _read_in_bulk(self, load: _FileLoad) -> None:
        """Rows that are ready are staged together with those that the parser makes of the lines between them."""
        source_format = load.arrival.source.format
        reader = reader_of(source_format, self._session.connection, self._maker, self._session.now)
        self._stage()
        for batch in reader.batches(load.arrival.file.path):
            rows = living_rows(batch.rows, self._maker)
            load.add_lines(batch.rows.num_rows, blank=batch.rows.num_rows - rows.num_rows)
            self._taken += rows.num_rows
            for records, rejected in load.batches(living(batch.parsed, self._maker)):
                self._take(records, rejected)
            self._stage(rows)

    def _take(self, records: list[Record], rejected: list[Reject]) -> None:
        self._rejects.add(rejected)
        for dataset, chosen in self._source.by_dataset(records):
            self._rows[dataset.name] += self._maker.rows(chosen)
        self._taken += len(records)

    def _stage(self, ready: pa.Table | None = None) -> None:
        """Stage what was taken; `ready` are rows of events."""
        for dataset in self._source.datasets:
            tables = [to_arrow(dataset, rows)] if (rows := self._rows[dataset.name]) else []
            if ready is not None and dataset.name == "events":
                tables.append(ready)
            if tables:
                self._merger.add(dataset, pa.concat_tables(tables), _STAGE_ROWS)
                self._rows[dataset.name] = []
        remember_named(self._session, self._maker)

    def _finish(self) -> list[LoadReport]:
        outcomes, rejected = self._merger.finish(), self._rejects.finish()
        stored = self._stored()
        entries = []
        for load in self._loads:
            found = load.found(outcomes.get(load.load_id, Outcome()), *rejected.get(load.load_id, (0, 0)))
            load.check(found, stored.get(load.load_id, 0))
            entries.append(load.entry(found))
        self._books.enter(self._source, [entry for entry in entries if entry.report.files])
        self._books.mark_seen([load.arrival for load in self._loads])
        for entry in entries:
            if entry.status == "loaded" and self._books.has_quarantined(self._source, entry.arrival.path):
                self._take_out_completed(entry)
        return [entry.report for entry in entries]

    def _stored(self) -> dict[int, int]:
        """load_id -> lines of the rows that the tables now have from this group."""
        tables = " union all ".join(f"select load_id, lines from {each.table}" for each in self._source.datasets)
        rows = self._session.rows(
            f"select load_id, sum(lines)::bigint from ({tables}) where load_id between ? and ? group by load_id",
            [self._loads[0].load_id, self._loads[-1].load_id],
        )
        return dict(rows)

    def _take_out_completed(self, entry: Entry) -> None:
        """Such a file is alone in its group: the rejects are all its own."""
        file, content = entry.arrival.file, entry.arrival.content
        take_out_completed(
            self._session, file, entry.arrival.path, self._rejects, entry.load_id, is_whole=content.is_whole
        )


class _FileLoad:
    """One file of a group: whether it brings news, its records, and what becomes of its lines."""

    def __init__(self, session: Session, arrival: Arrival, load_id: int, known: Mapping[str, Known]) -> None:
        self._session = session
        self.arrival, self.load_id = arrival, load_id
        self.effective_date = effective_date(session, arrival)
        self._known = known.get(arrival.content.fingerprint, Known())
        self._loads = self._known.at(self.effective_date)
        self._is_same_path = any(load[0] == arrival.path for load in self._loads)
        self._lines_read = self._blank = 0
        self._is_dated_by_file = arrival.source.format.dataset not in ("events", "aggregates")

    @property
    def is_news(self) -> bool:
        """Whether the content is new, or its time may say something new about records that have no time."""
        return not self._loads or self._is_newer or self._is_older

    @property
    def _is_newer(self) -> bool:
        is_dated = any(is_dated_by_file for _, _, is_dated_by_file, _ in self._loads)
        return is_dated and self.arrival.file.modified_ns > self._known.newest_ns

    @property
    def _is_older(self) -> bool:
        """Whether its records came earlier than was known."""
        is_older = self.arrival.file.modified_ns // 1000 < self._known.oldest_us
        return is_older and any(dataset.has_first_file for dataset in self.arrival.source.datasets)

    @property
    def is_bulk(self) -> bool:
        """Whether the fast path may try it."""
        arrival = self.arrival
        if not (arrival.is_bulk and arrival.content.is_whole):
            return False
        return is_fit(arrival.file.path, arrival.source.format, _weight(arrival))

    def items(self) -> Iterator[Parsed]:
        """Everything that the parser finds in the file."""
        return self.arrival.source.format.parse(self.arrival.file.path, now=self._session.now)

    def add_lines(self, lines: int, *, blank: int) -> None:
        """Count lines that the fast path has read; `blank` of them are of people who were erased."""
        self._lines_read += lines
        self._blank += blank

    def batches(self, items: Iterable[Parsed]) -> Iterator[tuple[list[Record], list[Reject]]]:
        """`items` in pieces that fit in memory, counting the lines of everything that comes by."""
        records: list[Record] = []
        rejects: list[Reject] = []
        room = _BATCH_REJECT_BYTES
        for item in items:
            self._lines_read += item.lines
            if isinstance(item, Blank):
                self._blank += item.lines
            elif isinstance(item, Reject):
                rejects.append(item)
                room -= len(item.raw)
            else:
                records.append(item)
                if type(item) is AggregateRecord and item.as_of is None:
                    self._is_dated_by_file = True
            if len(records) >= _BATCH_RECORDS or len(rejects) >= _BATCH_REJECTS or room < 0:
                yield records, rejects
                records, rejects, room = [], [], _BATCH_REJECT_BYTES
        yield records, rejects

    def found(self, outcome: Outcome, quarantined: int, repeated: int) -> LoadReport:
        """The file's lines by fate. `quarantined` and `repeated` are lines that could not be read."""
        return LoadReport(
            files=1,
            lines_read=self._lines_read,
            loaded=outcome.loaded,
            duplicate=outcome.duplicate + repeated,
            superseded=outcome.superseded,
            quarantined=quarantined,
            blank=self._blank,
        )

    def check(self, found: LoadReport, stored: int) -> None:
        """DataError when a line is unaccounted for, or the table has not what was loaded."""
        if not found.is_balanced or stored != found.loaded:
            raise DataError(
                f"{self.arrival.path}:0:0: the books do not balance: {found}, {stored} lines stored - "
                "nothing of the file was kept; please report this file's format as a fault of takeup"
            )

    def entry(self, found: LoadReport) -> Entry:
        """What the ledger says of it. A report of no files: nothing, the same content came under this path before."""
        status, report = "loaded", found
        if self._loads and not self._has_news(found):
            lines = self._loads[0][1]
            report = LoadReport() if self._is_same_path else LoadReport(files=1, lines_read=lines, duplicate=lines)
            status = "duplicate_file"
        return Entry(self.load_id, self.arrival, status, report, self._is_dated_by_file, self.effective_date)

    def _has_news(self, found: LoadReport) -> bool:
        """Lines that lose to others are news of a newer file only: an older one was read for its time alone."""
        return bool(found.loaded or found.quarantined or (found.superseded and self._is_newer))


def _origin(arrival: Arrival, load_id: int, effective: date | None) -> Origin:
    source = arrival.source
    return Origin(source.source_id, source.tool_id, load_id, arrival.file.modified_at, effective)


def _weight(arrival: Arrival) -> int:
    """About how many bytes the file has after decompression."""
    return arrival.file.size * (_GZIP_RATIO if arrival.file.path.suffix == ".gz" else 1)


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
