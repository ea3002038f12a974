"""A large file read by DuckDB, piece by piece, with the parser for every line that cannot be proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.loading.bulk.batches import Batch, Rows
from orchestration.loading.bulk.decisions import Decisions
from orchestration.loading.bulk.pieces import Piece, UnfitError, pieces
from orchestration.loading.bulk.tables import MappedBulkReader
from orchestration.loading.datasets import DATASETS
from orchestration.loading.rows import RowMaker
from orchestration.sources.byte_source import beginning, is_wide
from orchestration.sources.documents import form_of
from orchestration.sources.fields import latest_time
from orchestration.sources.formats import SourceFormat
from orchestration.sources.human_decision import HUMAN_DECISION, SHAPE, parse_lines
from orchestration.sources.mapping.compiled import MappingParser
from orchestration.sources.mapping.reading import UTF8
from orchestration.sources.mapping.tables import MAGIC

LEAST_BYTES = 2 << 20
"""Smaller files are read as fast by the parser."""
_SAMPLE = 1_000
_MANY = 0.02
"""Of a piece's lines: if more cannot be proven, the reader may have something to learn of them."""
_LESSONS = 10
"""How often a reader learns: lines that nobody can prove must not cost a second look at every piece."""
_SCHEMA = DATASETS["events"].schema


def is_fit(path: Path, source_format: SourceFormat, size: int) -> bool:
    """Whether a sound file can be read this way: large enough, of one event per line, in UTF-8 with line feeds."""
    if size < LEAST_BYTES:
        return False
    if isinstance(source_format.parse, MappingParser):
        return _is_fit_table(path, source_format.parse)
    head = beginning(path)
    is_of_lines = source_format.name == HUMAN_DECISION.name and form_of(head, SHAPE) != "document"
    return is_of_lines and not is_wide(head) and b"\n" in head


def _is_fit_table(path: Path, parser: MappingParser) -> bool:
    reading = parser.fitting(path)[0].reading
    head = beginning(path)
    if reading.format == "parquet":
        return head.startswith(MAGIC["parquet"])
    is_plain = reading.encoding in UTF8 and reading.has_quotes and not reading.columns
    return reading.format == "csv" and is_plain and not is_wide(head) and b"\n" in head


def reader_of(
    source_format: SourceFormat, connection: duckdb.DuckDBPyConnection, maker: RowMaker, now: datetime
) -> BulkReader | MappedBulkReader:
    """What reads files of the format that are fit."""
    if isinstance(source_format.parse, MappingParser):
        return MappedBulkReader(connection, maker, now, source_format.parse)
    return BulkReader(connection, maker, now)


class BulkReader:
    """Reads one file whose lines are events. `maker` makes rows of what the parser reads, and knows who is who."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, maker: RowMaker, now: datetime) -> None:
        self._connection = connection
        self._maker = maker
        self._now = now
        self._table = Rows(maker.origin)
        self._people = _People(maker)
        self._reader: Decisions | None = None
        self._lessons = _LESSONS

    def batches(self, path: Path) -> Iterator[Batch]:
        """The file in batches, each to be taken up before the next. UnfitError: it must be read line by line."""
        with pieces(path) as found:
            for piece in found:
                if self._reader is None:
                    self._reader = Decisions.of(_sample(piece, None), latest_time(self._now))
                if self._reader is None:
                    raise UnfitError
                yield self._batch(piece, self._reader)

    def _batch(self, piece: Piece, reader: Decisions) -> Batch:
        rows = self._rows(piece, reader) if piece.is_fit else None
        left = _left(piece, rows)
        if rows is not None and len(left) > _MANY * len(piece.is_plain) and self._lessons:
            self._reader = reader.or_better(_sample(piece, left))
            if self._reader is not reader:
                self._lessons -= 1
                rows = self._rows(piece, self._reader)
                left = _left(piece, rows)
        ready = _SCHEMA.empty_table() if rows is None else self._made(piece, rows)
        return Batch(ready, parse_lines((piece.line(int(place)) for place in left), now=self._now))

    def _rows(self, piece: Piece, reader: Decisions) -> pa.Table:
        """What DuckDB is certain of. It finds the tables of the lines and names by the names of the variables."""
        names = reader.names(self._maker.key_salt)
        types, salts, lines = names["types"], names["salts"], piece.table()  # noqa: F841
        self._connection.execute("set preserve_insertion_order = true")  # the n-th row is the n-th line
        try:
            found: pa.Table = self._connection.sql(reader.statement(piece.path, "lines")).to_arrow_table()
            self._connection.execute("set preserve_insertion_order = false")
        except duckdb.Error as error:
            raise UnfitError from error  # whatever it is, the parser reads the file without it
        return found

    def _made(self, piece: Piece, rows: pa.Table) -> pa.Table:
        """The rows with who it was as a number, and where they come from."""
        who = rows["who"] if "who" in rows.column_names else None
        columns: dict[str, Any] = {name: rows[name] for name in rows.column_names if name in _SCHEMA.names}
        columns["line_no"] = pc.add(rows["place"], piece.first_line)
        if who is not None:
            columns["alias_no"] = self._people.numbers(who)
        return self._table.table(rows.num_rows, columns)


class _People:
    """The aliases of names: each name is digested once."""

    def __init__(self, maker: RowMaker) -> None:
        self._maker = maker
        self._names: list[str] = []
        self._aliases: list[int | None] = []

    def numbers(self, who: pa.ChunkedArray[Any]) -> Any:
        """The alias of each name; nothing for nobody."""
        places = self._places(who)
        unmet = who.filter(pc.and_(places.is_null(), who.is_valid())).unique().to_pylist()
        if unmet:
            self._names += map(str, unmet)
            self._aliases += [self._maker.alias_of_name(str(name)) for name in unmet]
            places = self._places(who)
        return pa.array(self._aliases, pa.int64()).take(places)

    def _places(self, who: pa.ChunkedArray[Any]) -> Any:
        return pc.index_in(who, pa.array(self._names, pa.string()), skip_nulls=True)


def _sample(piece: Piece, places: Any) -> Sequence[bytes]:
    """Some of the lines at `places` (None: anywhere), with their line ends. At random: files have their own rhythm."""
    places = np.arange(len(piece.is_plain)) if places is None else places
    chosen = np.random.default_rng(0).choice(places, min(_SAMPLE, len(places)), replace=False)
    return [bytes(piece.view[piece.starts[place] : piece.starts[place + 1]]) for place in chosen]


def _left(piece: Piece, rows: pa.Table | None) -> Any:
    """The places of the lines that no row stands for."""
    is_left = np.ones(len(piece.is_plain), np.bool_)
    if rows is not None:
        is_left[rows["place"].to_numpy()] = False
    return np.flatnonzero(is_left)
