"""How the warehouse is opened: for writing by one process at a time, and once for all steps of a run.

To open a DuckDB file costs as much as a small step does, and a run has forty steps. Within `kept_open` the first one
opens it, with the writer's lock, and the next ones find it open; whoever needs the file closed says `release` first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import duckdb

from orchestration.errors import DataError
from orchestration.loading.lock import writer_lock
from orchestration.raw_schema import raw_schema
from orchestration.workspace import Workspace

_MEMORY_LIMIT = "1GB"


@dataclass(slots=True)
class _Kept:
    """The warehouse of one workspace, open from when a step first asks until it is released."""

    workspace: Workspace
    connection: duckdb.DuckDBPyConnection | None = None
    until: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A step's own: what it registers, or leaves undone by failing, ends with it. After an error of DuckDB nobody
        goes on with what is open: a step that is tried again opens it anew."""
        try:
            with self._open().cursor() as cursor:
                cursor.execute("set enable_progress_bar = false")  # the one setting that is a session's own
                yield cursor
        except duckdb.Error:
            self.release()
            raise

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self.connection is None:
            with ExitStack() as opened:
                opened.enter_context(writer_lock(self.workspace))
                self.connection = opened.enter_context(connected(self.workspace))
                self.until = opened.pop_all()
        return self.connection

    def release(self) -> None:
        self.connection = None
        self.until.close()


_kept: dict[Path, _Kept] = {}


@contextmanager
def kept_open(workspace: Workspace) -> Iterator[None]:
    """Let the steps of a run, one after another in this thread, share one connection."""
    _kept[workspace.root] = _Kept(workspace)
    try:
        yield
    finally:
        _kept.pop(workspace.root).release()


def release() -> None:
    """Close what is kept open, and let its lock go, for somebody else to open; the next step opens it again."""
    for kept in _kept.values():
        kept.release()


@contextmanager
def writing(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for this process alone. DataError names another process that is writing."""
    kept = _kept.get(workspace.root)
    if kept is None:
        with writer_lock(workspace), connected(workspace) as connection:
            yield connection
    else:
        with kept.session() as connection:
            yield connection


@contextmanager
def at_hand(workspace: Workspace, *, read_only: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as it stands, without laying or locking anything."""
    kept = _kept.get(workspace.root)
    if kept is None:
        with duckdb.connect(str(workspace.warehouse), read_only=read_only) as connection:
            yield connection
    else:
        with kept.session() as connection:
            yield connection


@contextmanager
def with_marts(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, and the marts of the run under way as the database `marts`."""
    place = str(workspace.marts).replace("'", "''")
    with at_hand(workspace) as connection:
        connection.execute(f"attach '{place}' as marts (read_only)")
        try:
            yield connection
        finally:
            connection.execute("detach marts")


@contextmanager
def connected(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as it is opened for writing, for whoever holds the lock already."""
    spill = workspace.build / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    spill.chmod(0o700)
    try:
        connection = duckdb.connect(str(workspace.warehouse))
    except duckdb.Error as error:
        raise DataError(f"{workspace.warehouse}: cannot be opened: {error} - close what else has it open") from error
    try:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        connection.execute("set temp_directory = ?", [str(spill)])
        _lay(connection)
        yield connection
    finally:
        connection.close()


def _lay(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing of the raw schema. To look for each of 75 tables costs as much as the rest of opening the
    warehouse: which schema was laid last is noted in the warehouse itself."""
    schema = raw_schema()
    digest = sha256(schema.encode()).hexdigest()
    laid = "select comment from duckdb_tables() where schema_name = 'raw' and table_name = 'load'"
    if connection.execute(laid).fetchall() != [(digest,)]:
        connection.execute(schema)
        connection.execute(f"comment on table raw.load is '{digest}'")
