"""What files say of a person: which lines are theirs, and the files anew without them.

The parser of the file's format says whose a line is. What it cannot read line by line (documents, tables, databases) is
only named: whoever put it there must replace it.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import orjson

from orchestration.erased import ERASED, identities_of
from orchestration.errors import DataError
from orchestration.loading.files import InboxFile, open_content, read_content
from orchestration.loading.rows import with_identities
from orchestration.loading.session import Session
from orchestration.loading.source import Source
from orchestration.sources.records import Blank, Identity, PersonRecord, Record, Reject
from orchestration.vault_erasure import Subject

_LINED = (".csv", ".jsonl", ".ndjson", ".json", ".log", ".txt")
_CHUNK, _OVERLAP = 1 << 20, 1 << 10
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(slots=True)
class FileFinding:
    """One file that tells of the person. `own` are lines to go, `mentions` others that name them."""

    file: InboxFile
    own: set[int] = field(default_factory=set)
    mentions: int = 0
    by_hand: str | None = None
    """Why it cannot be written anew; None: it can."""

    @property
    def is_touched(self) -> bool:
        return bool(self.own or self.mentions or self.by_hand)


class Reader:
    """Reads files for what they say of one person; `met` fills up with names that stood beside theirs."""

    def __init__(self, session: Session, subject: Subject, pattern: re.Pattern[bytes]) -> None:
        self._session = session
        self._numbers = subject.numbers
        self._pattern = pattern
        self._columns = session.identity_columns()
        self.met: set[Identity] = set()

    def find(self, source: Source, file: InboxFile) -> FileFinding:
        """What one file says of them."""
        finding = FileFinding(file)
        try:
            self._look(source, finding)
        except OSError as error:
            finding.by_hand = f"it cannot be read ({error.strerror}) - see to it, or take it away"
        if self._pattern.search(file.relative.encode()):
            finding.by_hand = "its name names them - rename it, or take it away"
        return finding

    def _look(self, source: Source, finding: FileFinding) -> None:
        path = finding.file.path
        total = self._read_records(source, finding)
        hits, lines = self._read_lines(finding)
        finding.mentions = len(hits - finding.own)
        if finding.by_hand or not (finding.own or hits):
            return
        if not read_content(path).is_whole:
            finding.by_hand = "it is broken - replace it by a whole one without them, or take it away"
        elif total != lines or not path.name.lower().removesuffix(".gz").endswith(_LINED):
            finding.by_hand = "it is not read line by line - replace it by an export without them, or take it away"

    def _read_records(self, source: Source, finding: FileFinding) -> int:
        """Which lines are theirs; how many lines the parser has accounted for."""
        total, shared_from, is_shared_with = 0, 0, False
        for item in source.format.parse(finding.file.path, now=self._session.now):
            total += item.lines
            if isinstance(item, Blank):
                continue
            if item.line_no != shared_from:
                shared_from, is_shared_with = item.line_no, False
            last = item.line_no + max(item.lines, 1)
            if isinstance(item, Reject):
                is_own = item.lines <= 1 and bool(self._pattern.search(item.raw))
            else:
                is_own = self._is_own(item)
            if is_own:
                finding.own.update(range(item.line_no, last))
            is_shared_with |= not is_own
            if is_shared_with and shared_from in finding.own:
                finding.by_hand = "a line of it tells of other people as well - replace it, or take it away"
        return total

    def _is_own(self, record: Record) -> bool:
        if isinstance(record, PersonRecord):
            record = with_identities(record, self._columns)
        names, number = identities_of(record), self._session.vault.pseudonymiser.alias_no
        if all(number(one.namespace, one.value) not in self._numbers for one in names):
            return False
        self.met.update(names)
        return True

    def _read_lines(self, finding: FileFinding) -> tuple[set[int], int]:
        """Which lines name them, and how many lines there are."""
        hits: set[int] = set()
        lines = 0
        for lines, line in enumerate(_lines(finding.file.path), start=1):
            if self._pattern.search(line):
                hits.add(lines)
            if lines in finding.own and finding.by_hand is None and not _is_whole(finding.file.path, line):
                finding.by_hand = "it is one document - replace it by an export without them, or take it away"
        return hits, lines


def rewrite(session: Session, finding: FileFinding, pattern: re.Pattern[bytes]) -> None:
    """Put the file in place anew, without their lines, under the same time; the ledger knows it by its new content."""
    path, former = finding.file.path, read_content(finding.file.path).fingerprint
    if not finding.file.is_unchanged():
        raise DataError(f"{path}: somebody writes to it - let that end, then run takeup erase again")
    aside = path.with_name(f".{path.name}.erase.tmp")
    with aside.open("wb") as raw:
        with _packed(raw) if path.suffix == ".gz" else nullcontext(raw) as out:
            for number, line in enumerate(_lines(path), start=1):
                if number not in finding.own:
                    out.write(pattern.sub(ERASED, line))
        raw.flush()
        os.fsync(raw.fileno())
    shutil.copystat(path, aside)
    aside.replace(path)
    now = path.stat()
    ledger_path = session.vault.pseudonymiser.scrub(finding.file.relative)
    fresh = read_content(path).fingerprint
    with session.transaction():
        for table in ("load", "seen_file"):
            session.run(
                f"update raw.{table} set fingerprint = ?, bytes = ? where path = ? and fingerprint = ?",
                [fresh, now.st_size, ledger_path, former],
            )
        session.run(
            "update raw.roster_date set fingerprint = ? where path = ? and fingerprint = ?",
            [fresh, ledger_path, former],
        )
        session.run("update raw.published_load set fingerprint = ? where fingerprint = ?", [fresh, former])


def _packed(raw: IO[bytes]) -> IO[bytes]:
    """Without the time and name that gzip would keep."""
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename=""))


def is_named_in_file(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether any bytes of a file name them, also inside gzip and zip."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return any(pattern.search(archive.read(name)) for name in archive.namelist())
    with open_content(path) as content:
        before = b""
        with suppress(*_BROKEN):
            while chunk := cast(Any, content).read1(_CHUNK):
                if pattern.search(before + chunk):
                    return True
                before = chunk[-_OVERLAP:]
    return False


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file with their ends; of a broken gzip those that can be read."""
    with open_content(path) as content, suppress(*_BROKEN):
        yield from content


def _is_whole(path: Path, line: bytes) -> bool:
    """Whether a line of JSON is an object by itself, or the file is no JSON."""
    if path.name.lower().removesuffix(".gz").endswith((".csv", ".log", ".txt")):
        return True
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return not line.strip().endswith((b",", b"[", b"]"))


def walk(folders: Iterable[Path]) -> Iterator[Path]:
    """Every regular file below the folders, links not followed."""
    for top in folders:
        for folder, _, names in os.walk(top):
            yield from (path for name in sorted(names) if not (path := Path(folder, name)).is_symlink())
