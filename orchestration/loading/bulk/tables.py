"""Large CSV and Parquet files of a mapping: tables of what is simple, and everything else for the parser.

A CSV line is simple when it holds no quote and no control character and has as many cells as the header: then it is a
row by itself, whatever stands before it. Lines that are not simple keep their neighbours: a quote may open in one of
them and close in the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal, cast

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from orchestration.loading.bulk.batches import Batch, Rows
from orchestration.loading.bulk.columns import Mask
from orchestration.loading.bulk.mapped import Mapped, TableReader
from orchestration.loading.bulk.pieces import PIECE_BYTES, Piece, UnfitError, pieces
from orchestration.loading.rows import RowMaker
from orchestration.sources.csv_lines import header_names, split_header
from orchestration.sources.documents import Item
from orchestration.sources.fields import FieldError
from orchestration.sources.lines import Line
from orchestration.sources.mapping.building import Builder
from orchestration.sources.mapping.compiled import MappingParser, built, needs_of
from orchestration.sources.mapping.plan import Reading, Variant
from orchestration.sources.mapping.reading import Groups, csv_items, row_item
from orchestration.sources.mapping.tables import parquet_batches, plain
from orchestration.sources.records import Identity, Parsed

_ROWS = 122_880
_QUOTE, _SPACE = ord('"'), ord(" ")
_MOST_OPEN = 10_000
"""Lines at the end of a piece that must wait for the next one."""
_compute = cast(Any, pc)


class MappedBulkReader:
    """Reads one file by a mapping. `maker` makes rows of what the parser reads, and knows who is who."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, maker: RowMaker, now: datetime, parser: MappingParser
    ) -> None:
        self._connection = connection
        self._maker = maker
        self._now = now
        self._parser = parser
        self._table = Rows(maker.origin)
        self._people: dict[tuple[Identity, ...], int | None] = {}

    def batches(self, path: Path) -> Iterator[Batch]:
        """The file in batches, each to be taken up before the next. UnfitError: it must be read line by line."""
        variants = self._parser.fitting(path)
        builder = self._parser.builder(path, variants, self._now)
        try:
            if variants[0].reading.format == "csv":
                yield from self._csv(path, variants, builder)
            else:
                yield from self._parquet(path, builder)
        except (FieldError, pa.ArrowException, duckdb.Error, OSError, ValueError, OverflowError) as error:
            raise UnfitError from error  # whatever it is, the parser says it

    def _csv(self, path: Path, variants: list[Variant], builder: Builder) -> Iterator[Batch]:
        reading, needs = variants[0].reading, needs_of(path, variants)
        header: _Header | None = None
        reader: TableReader | None = None
        waiting: list[Line] = []
        with pieces(path) as found:
            for piece in found:
                is_first = header is None
                header = header or _Header.of(piece, needs)
                reader = reader or self._reader(builder, header.names)
                table, places = header.table(piece, reading, is_first=is_first)
                mapped = reader.rows(table, self._connection, self._salt(builder))
                is_left = np.ones(len(piece.is_plain), np.bool_)
                is_left[places[mapped.places]] = False
                left = _Left(piece, is_left, waiting)
                waiting = left.waiting()
                items = left.items(header, reading, builder.names, is_first=is_first)
                yield self._batch(mapped, places + piece.first_line, built(builder, items))
        if header is not None and waiting:
            lines = iter([header.line, *waiting])
            rest = csv_items(lines, reading, needs, builder.names)
            next(rest)
            yield Batch(self._table.table(0, {}), built(builder, rest))

    def _parquet(self, path: Path, builder: Builder) -> Iterator[Batch]:
        reader: TableReader | None = None
        number = 1
        for batch in parquet_batches(path, _ROWS):
            table = _readable(pa.Table.from_batches([batch]))
            reader = reader or self._reader(builder, table.column_names)
            mapped = reader.rows(table, self._connection, self._salt(builder))
            is_left = np.ones(table.num_rows, np.bool_)
            is_left[mapped.places] = False
            items = _row_items(table, np.flatnonzero(is_left), number)
            yield self._batch(mapped, np.arange(table.num_rows) + number, built(builder, items))
            number += table.num_rows

    def _reader(self, builder: Builder, names: Iterable[str]) -> TableReader:
        reader = TableReader.of(builder.variants, builder.target, list(names))
        if reader is None:
            raise UnfitError
        return reader

    def _salt(self, builder: Builder) -> bytes:
        return self._maker.key_salt((builder.target.source,))

    def _alias_of(self, users: tuple[Identity, ...]) -> int | None:
        if users not in self._people:
            self._people[users] = self._maker.alias_of(users)
        return self._people[users]

    def _batch(self, mapped: Mapped, numbers: Any, parsed: Iterator[Parsed]) -> Batch:
        codes, who = np.unique(mapped.who, return_inverse=True)
        aliases = pa.array([self._alias_of(mapped.users[code]) for code in codes.tolist()], pa.int64())
        columns = {**mapped.columns, "alias_no": aliases.take(who), "line_no": pa.array(numbers[mapped.places])}
        return Batch(self._table.table(len(mapped.places), columns), parsed)


@dataclass(frozen=True, slots=True)
class _Header:
    """The header of a CSV. `place` is how many lines of the file stand before it."""

    line: Line
    place: int
    delimiter: str
    names: list[str]

    @classmethod
    def of(cls, piece: Piece, needs: Groups) -> _Header:
        """UnfitError when the file has none that can be read in whole columns."""
        place = next((int(place) for place in np.flatnonzero(~piece.is_blank)), None)
        if place is None:
            raise UnfitError
        line = piece.line(place)
        delimiter, written = split_header(line[2])
        names = header_names(written, needs)
        if delimiter == "\t" or len(names) == 1:
            raise UnfitError
        return cls(line, place, delimiter, names)

    def table(self, piece: Piece, reading: Reading, *, is_first: bool) -> tuple[pa.Table, Any]:
        """The cells of the simple lines, and their places in the piece."""
        if not piece.is_fit:
            raise UnfitError
        is_simple = piece.is_plain.copy()
        quotes = np.flatnonzero(np.frombuffer(piece.view, np.uint8) == _QUOTE)
        is_simple[np.searchsorted(piece.starts, quotes, "right") - 1] = False
        if is_first:
            is_simple[: self.place + 1] = False
        places = np.flatnonzero(is_simple)
        if not len(places):
            return pa.table({name: pa.array([], pa.string()) for name in self.names}), places
        table, wrong = self._cells(_only(piece, is_simple))
        places = np.delete(places, wrong)
        if table.num_rows != len(places):
            raise UnfitError
        is_padded = _is_padded(piece, ord(self.delimiter))
        cells = {name: _cell(table[name].combine_chunks(), reading, is_padded=is_padded) for name in self.names}
        return pa.table(cells), places

    def _cells(self, lines: memoryview | bytes) -> tuple[pa.Table, list[int]]:
        """The cells as they stand, and which lines have more or fewer than the header."""
        wrong: list[int] = []

        def skip(row: Any) -> Literal["skip"]:
            wrong.append(row.number - 1)
            return "skip"

        table = pv.read_csv(
            cast(Any, pa.BufferReader(lines)),
            pv.ReadOptions(use_threads=False, block_size=PIECE_BYTES, column_names=self.names),
            pv.ParseOptions(delimiter=self.delimiter, quote_char=False, double_quote=False, invalid_row_handler=skip),
            pv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False
            ),
        )
        return table, wrong


class _Left:
    """The lines of a piece that the parser must read, behind those that wait from the piece before."""

    def __init__(self, piece: Piece, is_left: Mask, before: list[Line]) -> None:
        self._piece = piece
        self._before = before
        places = np.flatnonzero(is_left)
        last_read = int(np.flatnonzero(~is_left).max(initial=-1))
        self._places = places[places < last_read]
        self._open = places[places > last_read]
        self._is_left = is_left

    def waiting(self) -> list[Line]:
        """Those at the end: what a quote opens there may be closed in the next piece. UnfitError: too many."""
        kept = [] if len(self._open) < len(self._is_left) else self._before
        if len(kept) + len(self._open) > _MOST_OPEN:
            raise UnfitError
        return [*kept, *map(self._piece.line, self._open.tolist())]

    def items(self, header: _Header, reading: Reading, names: dict[str, str], *, is_first: bool) -> Iterator[Any]:
        """What the parser finds in them. A line that is read already stands behind each run of them, as in the file."""
        if len(self._open) == len(self._is_left):
            return
        known: set[int] = set()
        lines = chain([] if is_first else [header.line], self._lines(known))
        for place, item in enumerate(csv_items(lines, reading, (), names)):
            is_header = not place and not is_first
            if not is_header and not (isinstance(item, Item) and item.number in known):
                yield item

    def _lines(self, known: set[int]) -> Iterator[Line]:
        yield from self._before
        if self._before and not self._is_left[0]:
            known.add(self._piece.first_line)
            yield self._piece.line(0)
        for place in self._places.tolist():
            yield self._piece.line(place)
            if not self._is_left[place + 1]:
                known.add(self._piece.first_line + place + 1)
                yield self._piece.line(place + 1)


def _only(piece: Piece, is_chosen: Mask) -> memoryview | bytes:
    """The bytes of the chosen lines."""
    if is_chosen.all():
        return piece.view
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_chosen, [False])).astype(np.int8)))
    starts = piece.starts[edges].tolist()
    return b"".join(piece.view[start:end] for start, end in zip(starts[::2], starts[1::2], strict=True))


def _is_padded(piece: Piece, delimiter: int) -> bool:
    """Whether some cell may begin or end with a space; of other alphabets too."""
    found = np.frombuffer(piece.view, np.uint8)
    for start in range(0, len(found), 1 << 20):
        block = found[start : start + (1 << 20) + 1]
        is_edge = (block == delimiter) | (block < _SPACE)
        is_space = (block == _SPACE) | (block > 0x7F)
        if (is_edge[1:] & is_space[:-1]).any() or (is_edge[:-1] & is_space[1:]).any() or is_space[0]:
            return True
    return False


def _cell(texts: Any, reading: Reading, *, is_padded: bool) -> Any:
    """Cells as the parser has them: stripped; nothing where they are empty or a word that means it."""
    texts = _compute.utf8_trim_whitespace(texts) if is_padded else texts
    return _compute.if_else(_compute.is_in(texts, pa.array(["", *reading.nulls], pa.string())), None, texts)


def _readable(table: pa.Table) -> pa.Table:
    """A table of kinds of columns whose values are known here; UnfitError otherwise."""
    if len(set(table.column_names)) < len(table.column_names):
        raise UnfitError
    columns: dict[str, Any] = {name: _plain_column(table[name]) for name in table.column_names}
    readable = pa.table(columns)
    readable.validate(full=True)
    return readable


def _plain_column(column: pa.ChunkedArray[Any]) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string())
    if not any(is_known(kind) for is_known in _KNOWN):
        raise UnfitError
    return column


_KNOWN = (
    pa.types.is_string,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_float32,
    pa.types.is_float64,
    pa.types.is_timestamp,
    pa.types.is_date32,
)


def _row_items(table: pa.Table, places: Any, first: int) -> Iterator[Item]:
    """The rows at some places, numbered from `first` on."""
    for place, row in zip(places.tolist(), table.take(pa.array(places)).to_pylist(), strict=True):
        yield row_item(first + place, {name: plain(value) for name, value in row.items()})
