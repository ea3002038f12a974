"""SQLite files that somebody delivered: opened to be read, never locked, changed or trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

MAGIC = b"SQLite format 3\0"
_TABLES = 500


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
    with suppress(sqlite3.Error), read_only(path) as database:
        rows = database.execute(
            "select name from sqlite_master where type = 'table' and sql not like 'create virtual%' limit ?", [_TABLES]
        ).fetchall()
        for (table,) in rows:
            columns = database.execute("select name from pragma_table_info(?)", [table]).fetchall()
            found[table] = tuple(column for (column,) in columns)
    return found
