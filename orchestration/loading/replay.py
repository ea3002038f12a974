"""Try quarantined lines again, after a format or mapping was mended."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

from orchestration.loading.datasets import to_arrow
from orchestration.loading.files import InboxFile, find_files, read_content
from orchestration.loading.merge import Mergers, Outcome
from orchestration.loading.named import remember_named
from orchestration.loading.quarantine import move_lines
from orchestration.loading.rows import Origin, RowMaker
from orchestration.loading.session import Session
from orchestration.loading.source import Source
from orchestration.sources.records import Blank, Parsed, Record, Reject

_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a replay did. `mended` entries left the quarantine, `remaining` are still in it; both in lines."""

    mended: int = 0
    remaining: int = 0

    def __add__(self, other: ReplayReport) -> ReplayReport:
        return ReplayReport(self.mended + other.mended, self.remaining + other.remaining)


@dataclass(frozen=True, slots=True)
class _Entry:
    row_no: int
    line_no: int
    lines: int


def replay(session: Session, source_of: Callable[[str], Source | None], tool_id: str | None = None) -> ReplayReport:
    """Parse every quarantined line again; what parses now is loaded under the load that had brought it.

    `source_of` gives the present source of a source_id, None when the workspace has none any more. The file of origin
    is read when it still lies there unchanged, else the sealed bytes.
    """
    loads = session.rows(
        "select distinct l.load_id, l.source_id, l.path, l.fingerprint, l.modified_at, l.effective_date "
        "from raw.load as l join raw.quarantine as q using (load_id) where ? is null or l.tool_id = ? "
        "order by l.load_id",
        [tool_id, tool_id],
    )
    report = ReplayReport()
    for load_id, source_id, path, fingerprint, modified_at, effective in loads:
        source = source_of(source_id)
        entries = _entries(session, load_id)
        if source is None:
            report += ReplayReport(remaining=sum(entry.lines for entry in entries))
            continue
        origin = Origin(source.source_id, source.tool_id, load_id, modified_at, effective)
        file = None if _share_lines(entries) else _file_of_origin(session, path, fingerprint)
        found = _from_file(session, source, file, entries) if file else _from_seals(session, source, entries)
        report += _load_mended(session, source, origin, entries, found)
    return report


def _entries(session: Session, load_id: int) -> list[_Entry]:
    rows = session.rows(
        "select rowid, line_no, lines from raw.quarantine where load_id = ? order by line_no, byte_offset", [load_id]
    )
    return [_Entry(*row) for row in rows]


def _share_lines(entries: list[_Entry]) -> bool:
    """Whether several records stood on one line, of which the file would give all: their own bytes tell them apart."""
    return any(not entry.lines for entry in entries) or len({entry.line_no for entry in entries}) < len(entries)


def _file_of_origin(session: Session, path: str, fingerprint: str) -> InboxFile | None:
    root = session.workspace.root
    for file in find_files(root, path) if (root / path).is_file() else ():
        if file.refusal is None and read_content(file.path).fingerprint == fingerprint:
            return file
    return None


def _from_file(
    session: Session, source: Source, file: InboxFile, entries: list[_Entry]
) -> Iterator[tuple[_Entry, list[Parsed]]]:
    """Each entry with what the file now gives on its lines."""
    starts = [entry.line_no for entry in entries]
    current: tuple[_Entry, list[Parsed]] | None = None
    following = 1
    for item in source.format.parse(file.path, now=session.now):
        line_no = following if isinstance(item, Blank) else item.line_no
        following = line_no + item.lines
        spot = bisect_right(starts, line_no) - 1
        if spot < 0 or line_no >= starts[spot] + max(entries[spot].lines, 1):
            continue
        if current is None or current[0] is not entries[spot]:
            if current is not None:
                yield current
            current = (entries[spot], [])
        current[1].append(item)
    if current is not None:
        yield current


def _from_seals(session: Session, source: Source, entries: list[_Entry]) -> Iterator[tuple[_Entry, list[Parsed]]]:
    """Each entry with what its sealed bytes give as a file of their own, numbered as they were in their file."""
    for entry in entries:
        sealed = session.value("select raw_sealed from raw.quarantine where rowid = ?", [entry.row_no])
        with _unsealed(session, sealed, source.format.suffixes[0]) as path:
            items = [item for item in source.format.parse(path, now=session.now) if not isinstance(item, Blank)]
        yield (
            entry,
            [
                replace(item, line_no=entry.line_no, lines=0 if place else entry.lines)
                for place, item in enumerate(items)
            ],
        )


@contextmanager
def _unsealed(session: Session, sealed: bytes, suffix: str) -> Iterator[Path]:
    """The bytes as a file in the vault's folder, which nobody else can read, for as long as it is parsed."""
    handle, name = tempfile.mkstemp(suffix=suffix, prefix=".replay-", dir=session.workspace.vault)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(session.vault.unseal(sealed))
        yield path
    finally:
        path.unlink()


def _load_mended(
    session: Session,
    source: Source,
    origin: Origin,
    entries: list[_Entry],
    found: Iterable[tuple[_Entry, list[Parsed]]],
) -> ReplayReport:
    mended: list[_Entry] = []
    blank = 0
    with session.transaction():
        erased = session.vault.erasures.erased()
        maker = RowMaker(session.vault.pseudonymiser, origin, session.identity_columns(), erased)
        merger = Mergers(session.connection, source.datasets, is_replay=True)
        read = ((entry, records) for entry, items in found if (records := _records_of(entry, items)))
        whole = ((entry, [one for one in records if not maker.is_erased(one)]) for entry, records in read)
        while batch := list(islice(whole, _AT_ONCE)):
            mended += [entry for entry, _ in batch]
            blank += sum(entry.lines - sum(record.lines for record in records) for entry, records in batch)
            for dataset, chosen in source.by_dataset([record for _, records in batch for record in records]):
                if chosen:
                    merger.add(dataset, to_arrow(dataset, maker.rows(chosen)), _AT_ONCE)
            remember_named(session, maker)
        outcome = merger.finish().get(origin.load_id, Outcome())
        for fate, lines in (*asdict(outcome).items(), ("blank", blank)):
            move_lines(session, origin.load_id, lines, fate)
        for entry in mended:
            session.run("delete from raw.quarantine where rowid = ?", [entry.row_no])
    lines = sum(entry.lines for entry in mended)
    return ReplayReport(lines, sum(entry.lines for entry in entries) - lines)


def _records_of(entry: _Entry, items: list[Parsed]) -> list[Record]:
    """The records that stand for the entry; none when a part of it is still unreadable or unaccounted for.

    A whole file that was refused for its header has the header among its lines, which is blank once it is understood.
    """
    records: list[Record] = [item for item in items if not isinstance(item, Reject | Blank)]
    is_readable = not any(isinstance(item, Reject) for item in items)
    return records if is_readable and sum(item.lines for item in items) == entry.lines else []
