"""One open warehouse: the connection, the vault and the clock that the loaders share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from orchestration.vault import Vault
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Session:
    """What a loader needs. `now` is UTC without a zone: the clock, unless the caller says otherwise."""

    workspace: Workspace
    connection: duckdb.DuckDBPyConnection
    vault: Vault
    now: datetime

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(sql, parameters or []).fetchall()

    def value(self, sql: str, parameters: list[Any] | None = None) -> Any:
        """The first column of the first row; None when there is no row."""
        rows = self.rows(sql, parameters)  # all of them: an unfinished result blocks the connection
        return rows[0][0] if rows else None

    def identity_columns(self) -> frozenset[str]:
        """Roster columns that the company says hold identifiers (people.yml)."""
        return frozenset(name for (name,) in self.rows("select column_name from raw.identity_column"))

    def roster_columns(self) -> dict[str, str]:
        """What the company's rosters call columns of ours (people.yml): our name -> theirs."""
        return dict(self.rows("select column_name, source_name from raw.roster_column order by column_name"))

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        """A statement without a result."""
        self.connection.execute(sql, parameters or [])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()
