"""JSON that stands as text in a cell or field."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

import orjson

from orchestration.sources.byte_source import CAPS
from orchestration.sources.csv_lines import column_name
from orchestration.sources.fields import FieldError, strict_json

_LONGEST_LITERAL = 100_000
_DEEPEST_LITERAL = 30


def parsed_cells(record: dict[str, Any], names: Iterable[str], *, is_table: bool) -> dict[str, Any]:
    """`record` with the texts under `names` as the JSON (or the Python literals) that they hold."""
    found = {column_name(name) if is_table else name for name in names}
    cells = {name: value for name in found if isinstance(value := record.get(name), str) and value}
    return {**record, **{name: _json(value, name) for name, value in cells.items()}} if cells else record


def _json(cell: str, name: str) -> Any:
    try:
        return strict_json(cell.encode(), CAPS.depth)
    except (FieldError, UnicodeEncodeError) as error:
        return _literal(cell, name, error)


def _literal(cell: str, name: str, cause: Exception) -> Any:
    """What some exports write in place of JSON: `{'a': None}`. Only literals, and neither long nor deep."""
    is_small = len(cell) <= _LONGEST_LITERAL and max(cell.count("{"), cell.count("["), cell.count("(")) <= 2_000
    if is_small and _depth(cell) <= _DEEPEST_LITERAL:
        try:
            return orjson.loads(orjson.dumps(ast.literal_eval(cell)))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            pass
    raise FieldError("not_json", f"{name} holds no JSON") from cause


def _depth(cell: str) -> int:
    depth = deepest = 0
    for character in cell:
        depth += (character in "{[(") - (character in "}])")
        deepest = max(deepest, depth)
    return deepest
