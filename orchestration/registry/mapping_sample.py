"""The first records of a file nobody has described yet: how it is read, and what its fields hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from orchestration.errors import UsageError
from orchestration.sources.byte_source import beginning
from orchestration.sources.csv_lines import split_header
from orchestration.sources.fields import FieldError
from orchestration.sources.looking import look
from orchestration.sources.mapping.paths import parse_path, pieces
from orchestration.sources.mapping.tables import parquet_rows, sqlite_rows
from orchestration.sources.mapping.telemetry import entries
from orchestration.sources.sight import Sight

MOST_RECORDS = 200
_DEEPEST = 5
_DEEPEST_LIST = 8
_MOST_FIELDS = 300


@dataclass(frozen=True, slots=True)
class Sample:
    """What a draft is made from. `read` is the `read` section; `columns` has the values of every field by its path."""

    read: Mapping[str, Any]
    columns: Mapping[str, tuple[Any, ...]]
    records: int
    notes: tuple[str, ...] = field(default_factory=tuple)


def sample(path: Path) -> Sample:
    """The first records of `path`. Raises UsageError for what no mapping could describe."""
    sight = look(path)
    if sight.form == "csv" or (sight.form == "unknown" and b"\t" in beginning(path).split(b"\n", 1)[0]):
        return _csv(path, sight)
    if sight.form == "json":
        return _json(path, sight)
    if sight.form == "sqlite":
        return _sqlite(path, sight)
    if sight.form == "parquet":
        return _sampled({"format": "parquet"}, _safe(parquet_rows(path)))
    what = {"xml": "XML", "empty": "an empty file"}.get(sight.form, "of a form that is not read")
    raise UsageError(f"{path}: {what} - a mapping describes CSV, JSON, SQLite and Parquet files")


def _csv(path: Path, sight: Sight) -> Sample:
    if sight.header:
        return _sampled({"format": "csv"}, iter(sight.rows))
    rows = [line for line in beginning(path).split(b"\n")[: MOST_RECORDS + 1] if line.strip()]
    cells = [_cells(row.removesuffix(b"\r")) for row in rows]
    width = len(cells[0])
    names = [f"column_{place}" for place in range(1, width + 1)]
    read: dict[str, Any] = {"format": "csv", "columns": names}
    if any(b"\t" in row and b'"' in row for row in rows[:1]):
        read["quotes"] = False
    records = (dict(zip(names, row, strict=True)) for row in cells if len(row) == width)
    note = "the file has no header row: name its columns in their order"
    made = _sampled(read, records)
    return Sample(made.read, made.columns, made.records, (note,))


def _cells(row: bytes) -> list[str | None]:
    try:
        found = split_header(row)[1]
    except FieldError:
        found = [cell.strip() for cell in row.decode("utf-8", "replace").split("\t")]
    return [cell or None for cell in found]


def _json(path: Path, sight: Sight) -> Sample:
    first = sight.values[0]
    if isinstance(first, dict) and first.keys() & {"resourceLogs", "resourceSpans"}:
        found = (entry for value in sight.values for entry in _entries(value))
        return _sampled({"format": "otlp_json"}, found)
    lines = [line for line in beginning(path).split(b"\n")[:50] if line.strip()]
    is_lines = len(lines) > 1 and sum(map(_is_container, lines)) * 2 > len(lines)
    is_one = len(lines) == 1 and isinstance(first, dict) and len(sight.values) == 1
    kind = "ndjson" if is_lines or is_one else "json" if len(sight.values) == 1 else "glued_json"
    where = _list_path(first) if isinstance(first, dict) else None
    read = {"format": kind} | ({"records": where} if where else {})
    if where:
        found = (one for value in sight.values for one in pieces(value, parse_path(where, with_lists=True).steps))
    else:
        found = (one for value in sight.values for one in (value if isinstance(value, list) else [value]))
    return _sampled(read, (one for one in found if isinstance(one, dict)))


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    try:
        yield from entries(value)
    except FieldError:
        return


def _is_container(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _list_path(value: Mapping[str, Any]) -> str | None:
    """`$.data[*]` when the value is a page of records rather than a record: its records, outermost list first.

    A page holds little beside its list: no time or person of its own.
    """
    lists = [(name, inner) for name, inner in value.items() if _is_list_of_objects(inner)]
    scalars = [name for name, inner in value.items() if not isinstance(inner, dict | list)]
    if len(lists) != 1 or len(scalars) > max(4, len(lists[0][1][0]) // 2):
        return None
    name, inner = lists[0]
    path, one = f"$.{name}[*]", inner[0]
    for _ in range(_DEEPEST_LIST):
        deeper = _deeper(one)
        if deeper is None:
            break
        path, one = path + deeper[0], deeper[1]
    return path


def _deeper(one: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """The one thing that an element only wraps."""
    if len(one) != 1:
        return None
    ((name, inner),) = one.items()
    if _is_list_of_objects(inner):
        return f".{name}[*]", inner[0]
    return (f".{name}", inner) if isinstance(inner, dict) and inner else None


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _sqlite(path: Path, sight: Sight) -> Sample:
    made = [
        _sampled({"format": "sqlite", "table": table}, _safe(sqlite_rows(path, table)))
        for table in list(sight.tables)[:50]
    ]
    if not made:
        raise UsageError(f"{path}: a database without tables - name one that has some")
    note = f"tables: {', '.join(list(sight.tables)[:50])}"
    best = max(made, key=_richness)
    return Sample(best.read, best.columns, best.records, (note,))


def _richness(one: Sample) -> tuple[bool, int, int]:
    """Tables with a time and most rows are logs rather than lists of names."""
    names = " ".join(one.columns).casefold()
    return (any(word in names for word in ("time", "date", "_at", "created", "when")), one.records, len(one.columns))


def _safe(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    try:
        yield from rows
    except FieldError:
        return


def _sampled(read: Mapping[str, Any], records: Iterator[Mapping[str, Any]]) -> Sample:
    columns: dict[str, list[Any]] = {}
    count = 0
    for record in islice(records, MOST_RECORDS):
        count += 1
        for path, value in _leaves(record, "", _DEEPEST):
            if path in columns or len(columns) < _MOST_FIELDS:
                columns.setdefault(path, []).append(value)
    return Sample(read, {path: tuple(values) for path, values in columns.items()}, count)


def _leaves(record: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Every plain value that is there, by its path; lists are left out."""
    for name, value in record.items():
        path = _joined(prefix, str(name))
        if isinstance(value, dict) and depth:
            yield from _leaves(value, path, depth - 1)
        elif value is not None and value != "" and not isinstance(value, dict | list):
            yield path, value


def _joined(prefix: str, name: str) -> str:
    if not name or any(character in name for character in '.[]"=$*'):
        name = f'["{name}"]' if '"' not in name and name else ""
        return f"{prefix}{name}" if prefix else name
    return f"{prefix}.{name}" if prefix else name
