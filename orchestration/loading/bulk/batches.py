"""What the fast paths hand on: rows of events that are ready, and what is left to the parser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pyarrow as pa

from orchestration.loading.datasets import DATASETS
from orchestration.loading.rows import Origin
from orchestration.sources.records import Parsed

_SCHEMA = DATASETS["events"].schema


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines of a file: rows of events that are ready, and what the parser makes of the other lines."""

    rows: pa.Table
    parsed: Iterator[Parsed]


def made(origin: Origin, count: int, columns: Mapping[str, Any]) -> pa.Table:
    """`count` rows of these columns of events, and of what all rows of a file share; nothing in the others."""
    shared: dict[str, Any] = {
        "tool_id": pa.scalar(origin.tool_id, pa.string()),
        "source_id": pa.scalar(origin.source_id, pa.string()),
        "first_file_at": pa.scalar(origin.file_at, pa.timestamp("us")),
        "load_id": pa.scalar(origin.load_id, pa.int64()),
        "lines": pa.scalar(1, pa.int64()),
    }
    repeated = {name: pa.repeat(value, count) for name, value in shared.items()}
    chosen = {**{field.name: nothing(count, field.type) for field in _SCHEMA}, **repeated, **columns}
    return pa.table([chosen[name] for name in _SCHEMA.names], schema=_SCHEMA)


def nothing(count: int, kind: pa.DataType) -> Any:
    """A column in which no row has a value."""
    return cast(Any, pa).nulls(count, kind)
