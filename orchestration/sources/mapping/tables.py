"""Rows of database files and Parquet files as plain records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.sources.byte_source import CAPS, beginning
from orchestration.sources.fields import FieldError
from orchestration.sources.sqlite_file import MAGIC as SQLITE_MAGIC
from orchestration.sources.sqlite_file import rows_of, tables_of

MAGIC: Mapping[str, bytes] = {"sqlite": SQLITE_MAGIC, "parquet": b"PAR1"}
_BATCH = 10_000
_LARGEST_GROUP = 1 << 30
"""Bytes of a Parquet row group after decompression: it is decoded as a whole."""


def sqlite_rows(path: Path, table: str) -> Iterator[dict[str, Any]]:
    """The rows of `table` in the order of the file, by column name.

    The table's name is compared with those in the file, never written into SQL as the mapping has it. FieldError when
    the file is no sound database or has no such table.
    """
    if not beginning(path, 1):
        return
    tables = tables_of(path)
    if table not in tables:
        raise FieldError("unknown_shape", "the database has no table of the name that the mapping says")
    for row in rows_of(path, table):
        yield {name: plain(value) for name, value in row.items()}


def parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file; FieldError when it is damaged or too large once decompressed."""
    import pyarrow as pa  # heavy, and needed for this form alone

    if not beginning(path, 1):
        return
    try:
        for batch in parquet_batches(path, _BATCH):
            for row in batch.to_pylist():
                yield {name: plain(value) for name, value in row.items()}
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise FieldError("unknown_shape", "the Parquet file is damaged or of a kind that is not read") from error


def parquet_batches(path: Path, rows: int) -> Iterator[Any]:
    """The rows of a Parquet file as Arrow batches of at most `rows`; FieldError when it is too large."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(place).total_byte_size for place in range(file.metadata.num_row_groups)]
        if sum(sizes) > CAPS.total or max(sizes, default=0) > _LARGEST_GROUP:
            raise FieldError("too_large", f"more than {_LARGEST_GROUP} bytes in one row group; write smaller ones")
        yield from file.iter_batches(batch_size=rows)


def plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO text, decimals as numbers, bytes as text."""
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
