"""The only door to DuckDB: finds the newest publication, opens it read-only, asks, keeps the answers.

Timestamps come back as naive UTC. A share that nobody can know is None, never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import duckdb

Row = TypeVar("Row")


class OlderPublicationError(Exception):
    """The publication lacks a mart or a column that the question is about: an older takeup made it."""


def latest(workspace: Path) -> Path | None:
    """The real path of the newest publication, None when there is none. Resolved anew on every call."""
    link = workspace / "published" / "latest.duckdb"
    return link.resolve() if link.is_file() else None


def utc(column: str) -> str:
    """A UTC time without a zone: the published columns carry one, readers say 'UTC' themselves."""
    return f"timezone('UTC', {column}::timestamptz)"


def select(path: Path, sql: str, parameters: dict[str, Any], shape: Callable[..., Row]) -> list[Row]:
    """The answer of a publication, one object a row."""
    return [shape(*row) for row in _rows(str(path), sql, tuple(parameters.items()))]


def forget() -> None:
    """Answers are found anew from here on."""
    _rows.cache_clear()


@lru_cache(maxsize=512)
def _rows(real_path: str, sql: str, parameters: tuple[tuple[str, Any], ...]) -> list[tuple[Any, ...]]:
    """A publication never changes, so neither do its answers. A cursor per call: one connection shared by threads
    gives wrong results."""
    with _connection(real_path).cursor() as cursor:
        try:
            return cursor.execute(sql, dict(parameters)).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise OlderPublicationError(str(error).splitlines()[0]) from error


@lru_cache(maxsize=2)
def _connection(real_path: str) -> duckdb.DuckDBPyConnection:
    """One connection per publication: a new publication has a new real path. The one before it may still be read."""
    closed: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "autoload_known_extensions": False,
        "threads": 2,
    }
    connection = duckdb.connect(real_path, read_only=True, config=closed)
    connection.execute("set global timezone = 'UTC'")
    connection.execute("set lock_configuration = true")
    return connection
