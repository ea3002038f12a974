"""SQLite files that somebody delivered: opened to be read, never locked, changed or trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from orchestration.sources.byte_source import CAPS
from orchestration.sources.fields import FieldError

MAGIC = b"SQLite format 3\0"
_TABLES = 500
_BROKEN = (sqlite3.Error, UnicodeError)
"""What a damaged file raises; of names that are not UTF-8, the module itself fails."""


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that takes no lock, writes no journal beside the file and runs nothing that its schema defines.

    Bytes that are not UTF-8 become replacement characters. Raises sqlite3.Error when the file is no sound database.
    """
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        database.text_factory = _text
        database.execute("pragma trusted_schema = off")
        yield database


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def tables_of(path: Path) -> dict[str, tuple[str, ...]]:
    """The columns of every table, virtual ones excepted; as many as can be read."""
    found: dict[str, tuple[str, ...]] = {}
    with suppress(*_BROKEN), read_only(path) as database:
        rows = database.execute(
            "select name from sqlite_master where type = 'table' and sql not like 'create virtual%' limit ?", [_TABLES]
        ).fetchall()
        for (table,) in rows:
            columns = database.execute("select name from pragma_table_info(?)", [table]).fetchall()
            found[table] = tuple(column for (column,) in columns)
    return found


def rows_of(path: Path, table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table that `tables_of` lists, by column, in the order in which the file has them.

    FieldError when the file is damaged. Names reach SQL only as the file's own schema spells them, in quotes.
    """
    columns = tables_of(path).get(table)
    if not columns:
        raise FieldError("unknown_shape", "the database has no such table, or the table no columns")
    names = ", ".join(map(_quoted, columns))
    try:
        with read_only(path) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CAPS.line)
            for row in database.execute(f"select {names} from {_quoted(table)}"):
                yield dict(zip(columns, row, strict=True))
    except _BROKEN as error:
        raise FieldError("unknown_shape", "the database is damaged; fetch or copy it again") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
