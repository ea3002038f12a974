"""CSV accounted by physical lines: one stray quote costs one line.

Ordinary CSV readers open a cell at a stray quote and swallow every line up to the next one. Here a quoted cell may span
lines only when the lines together make a row of exactly the header's width and none of the lines that follow the first
is such a row by itself.

Cells are stripped; an empty cell is None; "NA" and "null" are text. The delimiter is a comma, semicolon or tab,
whichever cuts the header into most cells.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import NoReturn, TypeVar

from orchestration.sources.byte_source import CAPS, Caps
from orchestration.sources.fields import FieldError, candidates, day, moment
from orchestration.sources.lines import Line, read_lines
from orchestration.sources.records import Blank, Identity, Reject

_DELIMITERS = (",", ";", "\t")
_JOINED_LINES = 50
"""How many physical lines one row may span."""

_Made = TypeVar("_Made")


class _OpenQuoteError(FieldError):
    """The text ends inside a quoted cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `cells` by header name (lower case, spaces as underscores)."""

    line_no: int
    lines: int
    cells: Mapping[str, str | None]
    offset: int
    raw: bytes

    def needed(self, name: str) -> str:
        """The cell, which must not be empty."""
        value = self.cells.get(name)
        if value is None:
            raise FieldError("missing_field", f"{name} is missing or empty")
        return value

    def day(self, name: str) -> date | None:
        """The cell as a date; None when it is empty."""
        value = self.cells.get(name)
        return None if value is None else day(value, name)

    def moment(self, name: str) -> datetime | None:
        """The cell as a UTC time; a bare date is its midnight; None when it is empty."""
        value = self.cells.get(name)
        if value is None:
            return None
        if len(value) <= len("2026-03-02"):
            return datetime.combine(day(value, name), time.min)
        return moment(value, name)

    def needed_day(self, name: str) -> date:
        """The cell as a date; it must not be empty."""
        return day(self.needed(name), name)

    def needed_moment(self, name: str) -> datetime:
        """The cell as a UTC time; it must not be empty."""
        return self.moment(name) or datetime.combine(self.needed_day(name), time.min)

    def users(self) -> tuple[Identity, ...]:
        """Who the row is about: `person_id` (which may be an e-mail address) or else `email`."""
        person_id, email = self.cells.get("person_id"), self.cells.get("email")
        if person_id is not None:
            return candidates(person_id)
        return (Identity("email", self.needed("email")),) if email else _nobody()

    def others(self, known: frozenset[str]) -> dict[str, str]:
        """The cells that are not empty and not among `known`."""
        return {name: value for name, value in self.cells.items() if value is not None and name not in known}


def _nobody() -> NoReturn:
    raise FieldError("missing_field", "person_id and email are missing or empty")


def in_order(first: date | None, last: date | None, name: str) -> None:
    """Both dates or both times; refuses a span that ends before it starts."""
    if first is not None and last is not None and last < first:
        raise FieldError("bad_span", f"{name} lies before the start of the span")


def read_csv(
    path: Path, needs: tuple[tuple[str, ...], ...], build: Callable[[Row], _Made], caps: Caps = CAPS
) -> Iterator[_Made | Reject | Blank]:
    """The records, or whatever else, that `build` makes of the rows; a FieldError of `build` costs its row.

    `needs`: groups of column names; of each group the header must have at least one, else the whole file is one Reject.
    """
    for row in Reader(read_lines(path, caps)).rows(needs):
        if not isinstance(row, Row):
            yield row
            continue
        try:
            yield build(row)
        except FieldError as error:
            yield Reject(row.line_no, row.offset, row.lines, error.code, error.reason, row.raw)


def refused_csv(path: Path, error: FieldError, caps: Caps = CAPS) -> Iterator[Reject]:
    """A whole file that cannot be read for what it is, as one Reject; nothing when it has no lines."""
    first: Line | Reject | None = None
    lines = 0
    for line in read_lines(path, caps):
        first = first or line
        lines += line.lines if isinstance(line, Reject) else 1
    if first is not None:
        raw = first.raw if isinstance(first, Reject) else first[2]
        yield Reject(1, 0, lines, error.code, error.reason, raw)


class Reader:
    """Rows of one file, with the lines that were looked at too early put back."""

    def __init__(self, lines: Iterator[Line | Reject]) -> None:
        self._lines = lines
        self._ahead: deque[Line | Reject] = deque()
        self._delimiter = ","
        self._header: list[str] = []
        self.written: list[str] = []
        """The column names as the file writes them, once the header has been read."""

    def rows(self, needs: tuple[tuple[str, ...], ...]) -> Iterator[Row | Reject | Blank]:
        """Every line as a row, a Reject or a Blank; `needs` as in read_csv."""
        while (line := self._next()) is not None:
            if isinstance(line, Reject):
                yield line
            elif not line[2].strip():
                yield Blank(1)
            elif self._header:
                yield self._row(line)
            else:
                yield self._read_header(line, needs)

    def _next(self) -> Line | Reject | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _read_header(self, line: Line, needs: tuple[tuple[str, ...], ...]) -> Reject | Blank:
        try:
            self._delimiter, self.written = split_header(line[2])
            self._header = header_names(self.written, needs)
        except FieldError as error:
            lines = 1
            while (more := self._next()) is not None:
                lines += more.lines if isinstance(more, Reject) else 1
            return Reject(line[0], line[1], lines, error.code, error.reason, line[2])
        return Blank(1)

    def _row(self, line: Line) -> Row | Reject | Blank:
        number, offset, raw = line
        try:
            cells = self._cells(raw)
        except _OpenQuoteError as error:
            return self._joined(line) or Reject(number, offset, 1, error.code, error.reason, raw)
        except FieldError as error:
            return Reject(number, offset, 1, error.code, error.reason, raw)
        return self._made(line, 1, cells)

    def _made(self, line: Line, lines: int, cells: list[str]) -> Row | Blank:
        number, offset, raw = line
        values = [cell.strip() or None for cell in cells]
        if not any(values):
            return Blank(lines)
        return Row(number, lines, dict(zip(self._header, values, strict=True)), offset, raw)

    def _joined(self, line: Line) -> Row | Blank | None:
        """The row that begins in `line` and ends in a later line; None (and nothing taken) when there is none."""
        number, offset, raw = line
        taken: list[Line | Reject] = []
        while len(taken) < _JOINED_LINES and (more := self._next()) is not None:
            taken.append(more)
            if isinstance(more, Reject) or self._is_row(more[2]):
                break
            raw += b"\n" + more[2]
            try:
                return self._made((number, offset, raw), 1 + len(taken), self._cells(raw))
            except _OpenQuoteError:
                continue
            except FieldError:
                break
        self._ahead.extendleft(reversed(taken))
        return None

    def _is_row(self, raw: bytes) -> bool:
        try:
            self._cells(raw)
        except FieldError:
            return False
        return True

    def _cells(self, raw: bytes) -> list[str]:
        """The cells of a text that is one row of the header's width; FieldError otherwise."""
        cells = split_row(decoded(raw), self._delimiter)
        width = len(self._header)
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if len(cells) != width:
            raise FieldError("wrong_columns", f"the row has {len(cells)} cells, the header {width}")
        return cells


def split_header(raw: bytes) -> tuple[str, list[str]]:
    """(delimiter, the column names as written, stripped) of a header line; FieldError when no delimiter fits it."""
    line = decoded(raw)
    found: dict[str, list[str]] = {}
    for delimiter in _DELIMITERS:
        with suppress(FieldError):
            found[delimiter] = split_row(line, delimiter)
    if not found:
        raise FieldError("stray_quote", "a quote stands in the middle of a column's name")
    delimiter, cells = max(found.items(), key=lambda one: len(one[1]))
    return delimiter, [cell.strip() for cell in cells]


def header_names(cells: list[str], needs: tuple[tuple[str, ...], ...]) -> list[str]:
    """The columns by the names under which they are known; FieldError when they cannot be a header."""
    names = [column_name(cell) or f"column_{place}" for place, cell in enumerate(cells, start=1)]
    if len(set(names)) < len(names):
        raise FieldError("wrong_columns", "two columns of the header have the same name")
    for group in needs:
        if not set(group) & set(names):
            raise FieldError("wrong_columns", f"the header has no column {' or '.join(group)}")
    return names


def column_name(cell: str) -> str:
    """The name by which a column is known: lower case, spaces and hyphens as underscores."""
    return re.sub(r"[\s-]+", "_", cell.strip().lower())


def decoded(raw: bytes) -> str:
    """The text of a line without its carriage return."""
    if b"\0" in raw:
        raise FieldError("nul", "the line holds a NUL character")
    try:
        return raw.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise FieldError("not_utf8", "the bytes are not valid UTF-8; save the file as UTF-8") from error


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(a whole cell with what ends it, a quoted cell that does not end)."""
    inside = r'"((?:[^"]|"")*+)'
    cell = rf' *+{inside}" *+({delimiter}|\Z)|([^"{delimiter}]*+)({delimiter}|\Z)'
    return re.compile(cell), re.compile(rf" *+{inside}\Z")


def split_row(line: str, delimiter: str) -> list[str]:
    """The cells of one row; FieldError `stray_quote` when a quote stands where none may."""
    if '"' not in line:
        if "\r" in line:
            raise FieldError("cr_only", "a carriage return stands in the middle of the line")
        return line.split(delimiter)
    cell, unended = _patterns(delimiter)
    cells: list[str] = []
    place = 0
    while (found := cell.match(line, place)) is not None:
        quoted, end, plain, plain_end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        place = found.end()
        if not (end or plain_end):
            return cells
    if unended.match(line, place):
        raise _OpenQuoteError("stray_quote", "a quote opens a cell and nothing closes it")
    raise FieldError("stray_quote", "a quote stands in the middle of a cell")
