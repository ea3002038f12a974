"""What the fast paths hand on: rows of events that are ready, and what is left to the parser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


class Rows:
    """Tables of events of one file: what all its rows share, and columns without a value, are made once and cut."""

    def __init__(self, origin: Origin) -> None:
        self._shared: dict[str, Any] = {
            "tool_id": origin.tool_id,
            "source_id": origin.source_id,
            "first_file_at": origin.file_at,
            "load_id": origin.load_id,
            "lines": 1,
        }
        self._made: dict[str, Any] = {}

    def table(self, count: int, columns: Mapping[str, Any]) -> pa.Table:
        """`count` rows of these columns of events, and of what they share; nothing in the others."""
        chosen = [columns[each.name] if each.name in columns else self._alike(each, count) for each in _SCHEMA]
        return pa.table(chosen, schema=_SCHEMA)

    def _alike(self, field: pa.Field[Any], count: int) -> Any:
        made = self._made.get(field.name)
        if made is None or len(made) < count:
            made = self._made[field.name] = pa.repeat(pa.scalar(self._shared.get(field.name), field.type), count)
        return made.slice(0, count)
