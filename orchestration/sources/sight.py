"""The beginning of a file as it looks before anyone knows its format: enough to tell the format by its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestration.sources.csv_lines import column_name


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look at the first megabytes of a file shows. Only the parts that fit `form` are filled."""

    name: str
    """The file's name, without its folder and without .gz."""
    form: Literal["csv", "json", "xml", "sqlite", "parquet", "unknown", "empty"]
    header: tuple[str, ...] = ()
    """CSV: the column names as written, stripped of spaces and BOM."""
    rows: tuple[Mapping[str, str | None], ...] = ()
    """CSV: the first rows by column name; an empty cell is None."""
    values: tuple[Any, ...] = ()
    """JSON: the first top-level values: the lines of NDJSON, the objects of glued JSON, or one document."""
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """SQLite: the columns of each table."""
    root: str = ""
    """XML: the name of the root element without its namespace."""

    def has_columns(self, *names: str) -> bool:
        """Whether the CSV header has all of these columns, whatever their case, with spaces or underscores."""
        return self.form == "csv" and self.columns.issuperset(map(column_name, names))

    @property
    def columns(self) -> frozenset[str]:
        """The names of the CSV header as readers know them: see csv_lines.column_name."""
        return frozenset(map(column_name, self.header))

    def records(self, *lists: str) -> Iterator[Mapping[str, Any]]:
        """The JSON objects in sight: top-level ones, those of a top-level array, those in a list under one of `lists`.

        An object that holds such a list is a wrapper and is not yielded itself.
        """
        for value in self.values:
            for one in value if isinstance(value, list) else [value]:
                yield from _unwrapped(one, lists)


def _unwrapped(value: Any, lists: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    if not isinstance(value, dict):
        return
    found = [value[name] for name in lists if isinstance(value.get(name), list)]
    if not found:
        yield value
    for rows in found:
        yield from (row for row in rows if isinstance(row, dict))
