"""Records out of files of every form that a mapping may name, each with its place and its bytes.

Whatever the form, the lines of what is yielded add up to the lines of the file: physical lines of CSV and NDJSON,
records of documents, rows of databases and Parquet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path as File
from typing import Any

import orjson

from orchestration.sources.byte_source import CAPS, beginning
from orchestration.sources.csv_lines import Reader, Row, column_name, decoded, split_header
from orchestration.sources.documents import Item, Shape, mend_line, read_documents
from orchestration.sources.fields import FieldError, strict_json
from orchestration.sources.lines import Line, read_lines
from orchestration.sources.mapping.paths import Every
from orchestration.sources.mapping.plan import Reading
from orchestration.sources.mapping.tables import MAGIC, parquet_rows, sqlite_rows
from orchestration.sources.records import Blank, Reject

Groups = tuple[tuple[str, ...], ...]
UTF8 = ("utf-8", "utf-8-sig")


def read_items(
    file: File, reading: Reading, marks: frozenset[str], needs: Groups, names: dict[str, str]
) -> Iterator[Item | Reject | Blank]:
    """Every record of the file, its value as the file has it (CSV cells by csv_lines.column_name).

    `marks`: fields that records of a JSON document have. `needs`: of each group of columns a CSV must have one; `names`
    takes up how its header writes them.
    """
    if reading.format == "csv":
        return csv_items(read_lines(file), reading, needs, names)
    if reading.format in ("sqlite", "parquet"):
        is_sealed = beginning(file, 1)[:1] == b"{"  # a row that was quarantined and whose file has gone
        return _by_line(file, reading, marks) if is_sealed else _table(file, reading)
    if reading.format == "ndjson":
        return _by_line(file, reading, marks)
    return read_documents(file, shape_of(reading, marks))


def has_form(file: File, reading: Reading) -> bool:
    """Whether the first bytes of the file are of the reading's form; an empty file is of any."""
    head = beginning(file, 64).lstrip()
    if reading.format in MAGIC:
        return head.startswith((MAGIC[reading.format], b"{")) or not head
    is_json = head[:1] in (b"{", b"[")
    return not any(head.startswith(magic) for magic in MAGIC.values()) and (
        is_json or reading.format in ("csv", "ndjson")
    )


def list_key(reading: Reading) -> str | None:
    """The key of the wrapping object under which the records of a document stand: `data` of `$.data[*]`."""
    steps = reading.records.steps if reading.records else ()
    is_listed = len(steps) > 1 and isinstance(steps[0], str) and steps[1] == Every()
    return str(steps[0]) if is_listed and reading.format in ("json", "glued_json") else None


def shape_of(reading: Reading, marks: frozenset[str]) -> Shape:
    """How to tell the records of a document from what surrounds them."""
    key = list_key(reading)
    steps = reading.records.steps if reading.records else ()
    inner = next((step for step in steps[2 if key else 0 :] if isinstance(step, str)), None)
    if reading.format == "otlp_json":
        marks = frozenset({"resourceLogs", "resourceSpans"})
    elif inner is not None:
        marks = frozenset({inner})
    return Shape(lists=(key,) if key else (), marks=marks)


def _by_line(file: File, reading: Reading, marks: frozenset[str]) -> Iterator[Item | Reject | Blank]:
    """One record, or one page of records, per line; glued records on a broken line are told apart."""
    shape = shape_of(reading, marks)
    for line in _recoded(read_lines(file), reading.encoding):
        if isinstance(line, Reject):
            yield line
            continue
        number, offset, raw = line
        try:
            yield Item(number, offset, 1, strict_json(raw, CAPS.depth), {}, raw)
        except FieldError as error:
            yield from mend_line(line, error, shape)


def csv_items(
    found: Iterator[Line | Reject], reading: Reading, needs: Groups, names: dict[str, str]
) -> Iterator[Item | Reject | Blank]:
    """The rows of the lines of a CSV, see read_items; the first line that is not blank is the header."""
    kept = _Originals(found)
    lines = _recoded(kept.lines(), reading.encoding)
    if not reading.has_quotes:
        lines = map(_requoted, lines)
    reader = Reader(_headed(lines, reading))
    is_given = bool(reading.columns)
    for row in reader.rows(() if is_given else needs):
        names.update({column_name(name): name for name in reader.written} if not names else {})
        if is_given and isinstance(row, Blank):
            is_given = False  # the header that the mapping gives is no line of the file
        elif isinstance(row, Row):
            cells = {name: None if cell in reading.nulls else cell for name, cell in row.cells.items()}
            raw = kept.raw(row.line_no, row.lines, row.raw)
            yield Item(row.line_no, row.offset, row.lines, cells, {}, raw)
        elif isinstance(row, Reject):
            raw = kept.raw(row.line_no, 1, row.raw)
            yield Reject(row.line_no, row.byte_offset, row.lines, row.code, row.reason, raw)
        else:
            yield row


class _Originals:
    """The bytes of the last lines as they stand in the file, since what is parsed may be recoded."""

    _KEPT = 64

    def __init__(self, lines: Iterator[Line | Reject]) -> None:
        self._lines = lines
        self._raw: dict[int, bytes] = {}

    def lines(self) -> Iterator[Line | Reject]:
        for line in self._lines:
            if not isinstance(line, Reject):
                self._raw[line[0]] = line[2]
                self._raw.pop(line[0] - self._KEPT, None)
            yield line

    def raw(self, number: int, lines: int, otherwise: bytes) -> bytes:
        """The bytes of a row of so many lines; `otherwise` when they are not kept."""
        found = [self._raw.get(number + place) for place in range(lines)]
        return otherwise if None in found else b"\n".join(one for one in found if one is not None)


def _recoded(lines: Iterator[Line | Reject], encoding: str) -> Iterator[Line | Reject]:
    """The lines as UTF-8, of a file in an encoding of one byte per character."""
    if encoding in UTF8:
        return lines
    return (
        line if isinstance(line, Reject) else (line[0], line[1], line[2].decode(encoding, "replace").encode())
        for line in lines
    )


def _requoted(line: Line | Reject) -> Line | Reject:
    """A line of tab separated cells in which quotes mean nothing, with its cells in quotes."""
    if isinstance(line, Reject):
        return line
    cells = line[2].removesuffix(b"\r").split(b"\t")
    return (
        line[0],
        line[1],
        b"\t".join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells) if any(cells) else b"",
    )


def _headed(lines: Iterator[Line | Reject], reading: Reading) -> Iterator[Line | Reject]:
    """The lines behind the header that the mapping gives, written with the delimiter of the first line."""
    if not reading.columns:
        return lines
    first = next(lines, None)
    if first is None:
        return iter(())
    delimiter = ","
    if not isinstance(first, Reject):
        delimiter = _delimiter(first[2])
    header = delimiter.join('"' + name.replace('"', '""') + '"' for name in reading.columns)
    return chain([(0, 0, header.encode()), first], lines)


def _delimiter(raw: bytes) -> str:
    try:
        return split_header(raw)[0]
    except FieldError:
        return "\t" if b"\t" in raw else ","


def header_of(file: File, reading: Reading) -> frozenset[str] | None:
    """The columns of a CSV, as csv_lines.column_name writes them; None when the header cannot be read."""
    if reading.columns:
        return frozenset(map(column_name, reading.columns))
    for line in _recoded(read_lines(file), reading.encoding):
        if isinstance(line, Reject):
            return None
        if line[2].strip():
            try:
                return frozenset(map(column_name, split_header(decoded(line[2]).encode())[1]))
            except FieldError:
                return None
    return None


def _table(file: File, reading: Reading) -> Iterator[Item | Reject | Blank]:
    """The rows of a database's table or of a Parquet file, one line each; what damages it costs one line."""
    number = 0
    try:
        for number, row in enumerate(_rows(file, reading), start=1):
            yield row_item(number, row)
    except FieldError as error:
        yield Reject(number + 1, number + 1, 1, error.code, error.reason, b"")


def row_item(number: int, row: Mapping[str, Any]) -> Item:
    """A row of a table, with its JSON as its bytes."""
    return Item(number, number, 1, row, {}, orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS, default=str))


def _rows(file: File, reading: Reading) -> Iterable[Mapping[str, Any]]:
    return sqlite_rows(file, reading.table) if reading.format == "sqlite" else parquet_rows(file)
