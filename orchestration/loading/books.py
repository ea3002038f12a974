"""What the ledger knows of files, asked once per source and not once per file, and the entries made for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from orchestration.loading.files import Content, InboxFile
from orchestration.loading.report import LoadReport
from orchestration.loading.session import Session
from orchestration.loading.source import Source

_SETTLED_NS = 2_000_000_000
_LOAD_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("load_id", pa.int64()),
    ("dataset", pa.string()),
    ("tool_id", pa.string()),
    ("source_id", pa.string()),
    ("format", pa.string()),
    ("path", pa.string()),
    ("fingerprint", pa.string()),
    ("bytes", pa.int64()),
    ("modified_at", pa.timestamp("us")),
    ("loaded_at", pa.timestamp("us")),
    ("status", pa.string()),
    ("message", pa.string()),
    ("lines_read", pa.int64()),
    ("lines_loaded", pa.int64()),
    ("lines_duplicate", pa.int64()),
    ("lines_superseded", pa.int64()),
    ("lines_quarantined", pa.int64()),
    ("lines_blank", pa.int64()),
    ("effective_date", pa.date32()),
    ("is_dated_by_file", pa.bool_()),
]
_SEEN_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("source_id", pa.string()),
    ("path", pa.string()),
    ("bytes", pa.int64()),
    ("modified_ns", pa.int64()),
    ("fingerprint", pa.string()),
    ("checked_at", pa.timestamp("us")),
]
_LOAD, _SEEN = pa.schema(_LOAD_COLUMNS), pa.schema(_SEEN_COLUMNS)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that may bring news. `path` is the file's as the ledger has it, without anybody's address."""

    source: Source
    file: InboxFile
    path: str
    content: Content
    is_bulk: bool = True
    """Whether it may be read by the fast path."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of one arrival."""

    load_id: int
    arrival: Arrival
    status: str
    report: LoadReport
    is_dated_by_file: bool = False
    effective_date: date | None = None
    message: str | None = None


@dataclass(slots=True)
class Known:
    """Earlier loads of one content, and the least and greatest modification time under which it was seen."""

    loads: list[tuple[str, int, bool, date | None]] = field(default_factory=list)
    """(path, lines read, whether its records are dated by the file, from when a roster holds), oldest first."""
    oldest_us: int = 1 << 62
    newest_ns: int = 0

    def at(self, effective_date: date | None) -> list[tuple[str, int, bool, date | None]]:
        """The loads that count: of a roster, those that hold from the same date."""
        return [load for load in self.loads if load[3] == effective_date]


@dataclass(frozen=True, slots=True)
class _Page:
    """One source: path -> (bytes, modified_ns, checked_ns); (path, why) of refusals; paths with broken lines."""

    seen: dict[str, tuple[int, int, int]]
    refused: set[tuple[str, str]]
    quarantined: set[str]


class Books:
    """The ledger for the length of one call of the loader, in which no path of a source comes twice."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pages: dict[str, _Page] = {}

    def is_seen(self, source: Source, file: InboxFile, path: str) -> bool:
        """Whether a file with this path, size and time was read before.

        A file written within two seconds of being read may have changed again without its time showing it: read it
        anew.
        """
        known = self._page(source).seen.get(path)
        return (
            known is not None
            and known[:2] == (file.size, file.modified_ns)
            and known[2] - file.modified_ns > _SETTLED_NS
        )

    def is_refused(self, source: Source, path: str, why: str) -> bool:
        """Whether the ledger has this refusal already."""
        return (path, why) in self._page(source).refused

    def has_quarantined(self, source: Source, path: str) -> bool:
        """Whether broken lines of earlier versions of the file are in quarantine."""
        return path in self._page(source).quarantined

    def next_load_id(self) -> int:
        """Above all that were ever entered, those that were forgotten too."""
        return int(
            self._session.value(
                "select coalesce(max(load_id), 0) + 1 from "
                "(select load_id from raw.load union all select load_id from raw.touched_day)"
            )
        )

    def known(self, source: Source, contents: Sequence[Content]) -> dict[str, Known]:
        """What was read before of these contents, by fingerprint."""
        fingerprints = [content.fingerprint for content in contents]
        found: dict[str, Known] = {}
        for fingerprint, path, lines, is_dated, effective, modified_us in self._session.rows(
            "select fingerprint, path, lines_read, is_dated_by_file, effective_date, epoch_us(modified_at) "
            "from raw.load where source_id = ? and status in ('loaded', 'duplicate_file') "
            "and fingerprint in (select unnest(?::varchar[])) order by load_id",
            [source.source_id, fingerprints],
        ):
            known = found.setdefault(fingerprint, Known())
            known.loads.append((path, lines, is_dated, effective))
            known.oldest_us = min(known.oldest_us, modified_us)
        if found:
            self._add_times(source, found)
        return found

    def _add_times(self, source: Source, found: dict[str, Known]) -> None:
        for fingerprint, oldest_ns, newest_ns in self._session.rows(
            "select fingerprint, min(modified_ns), max(modified_ns) from raw.seen_file "
            "where source_id = ? and fingerprint in (select unnest(?::varchar[])) group by fingerprint",
            [source.source_id, list(found)],
        ):
            known = found[fingerprint]
            known.oldest_us = min(known.oldest_us, oldest_ns // 1000)
            known.newest_ns = newest_ns

    def enter(self, source: Source, entries: Sequence[Entry]) -> None:
        """Rows of the ledger. A file that was read is no longer among the refused."""
        if not entries:
            return
        batch = pa.Table.from_pylist([self._row(entry) for entry in entries], schema=_LOAD)  # noqa: F841
        self._session.run(
            "delete from raw.load where source_id = ? and status = 'refused' and path in (select unnest(?::varchar[]))",
            [source.source_id, [entry.arrival.path for entry in entries if entry.status != "refused"]],
        )
        self._session.connection.execute("insert into raw.load by name select * from batch")
        for entry in entries:
            if entry.effective_date is not None:
                self._session.run(
                    "insert or ignore into raw.roster_date values (?, ?, ?)",
                    [entry.arrival.path, entry.arrival.content.fingerprint, entry.effective_date],
                )

    def mark_seen(self, arrivals: Sequence[Arrival]) -> None:
        """Unchanged, these files will not be read again."""
        rows = [
            {
                "source_id": arrival.source.source_id,
                "path": arrival.path,
                "bytes": arrival.file.size,
                "modified_ns": arrival.file.modified_ns,
                "fingerprint": arrival.content.fingerprint,
                "checked_at": self._session.now,
            }
            for arrival in arrivals
        ]
        batch = pa.Table.from_pylist(rows, schema=_SEEN)  # noqa: F841 - DuckDB finds it by its name
        self._session.connection.execute("insert or replace into raw.seen_file by name select * from batch")

    def _row(self, entry: Entry) -> dict[str, Any]:
        source, file, report = entry.arrival.source, entry.arrival.file, entry.report
        return {
            "load_id": entry.load_id,
            "dataset": source.format.dataset,
            "tool_id": source.tool_id,
            "source_id": source.source_id,
            "format": source.format.name,
            "path": entry.arrival.path,
            "fingerprint": entry.arrival.content.fingerprint,
            "bytes": file.size,
            "modified_at": file.modified_at,
            "loaded_at": self._session.now,
            "status": entry.status,
            "message": entry.message,
            "lines_read": report.lines_read,
            "lines_loaded": report.loaded,
            "lines_duplicate": report.duplicate,
            "lines_superseded": report.superseded,
            "lines_quarantined": report.quarantined,
            "lines_blank": report.blank,
            "effective_date": entry.effective_date,
            "is_dated_by_file": entry.is_dated_by_file,
        }

    def _page(self, source: Source) -> _Page:
        page = self._pages.get(source.source_id)
        if page is None:
            page = self._pages[source.source_id] = self._read_page(source.source_id)
        return page

    def _read_page(self, source_id: str) -> _Page:
        rows = self._session.rows
        seen = rows(
            "select path, bytes, modified_ns, epoch_ns(checked_at) from raw.seen_file where source_id = ?", [source_id]
        )
        refused = rows("select path, message from raw.load where source_id = ? and status = 'refused'", [source_id])
        broken = rows(
            "select path from raw.load where load_id in (select load_id from raw.quarantine where source_id = ?)",
            [source_id],
        )
        return _Page(
            {path: (size, modified, checked) for path, size, modified, checked in seen},
            {(path, why) for path, why in refused},
            {path for (path,) in broken},
        )


def effective_date(session: Session, arrival: Arrival) -> date | None:
    """From when a roster holds: the date in its name, else the day on which this content was first read here."""
    if arrival.source.format.dataset != "people":
        return None
    _, marked, rest = arrival.file.path.name.partition("people_")
    try:
        return date.fromisoformat(rest[:10]) if marked else _first_read(session, arrival)
    except ValueError:
        return _first_read(session, arrival)


def _first_read(session: Session, arrival: Arrival) -> date:
    latest = session.rows(
        "select fingerprint, effective_date from raw.roster_date where path = ? order by effective_date desc limit 1",
        [arrival.path],
    )
    if latest and latest[0][0] == arrival.content.fingerprint:
        return date.fromisoformat(str(latest[0][1]))
    return session.now.date()
