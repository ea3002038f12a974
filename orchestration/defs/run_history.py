"""Dagster's record of a run in this process: the same files that `takeup dagster` shows, held open while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

KEPT_RUNS = 60
"""A run leaves 3 MB of history: two months of daily runs are looked at, the years before them only fill the disk."""


class HeldOpen(SqliteEventLogStorage):
    """Dagster's event log in SQLite, with one connection per file for the length of a run.

    Dagster opens and closes a connection for each event, and SQLite folds its log into the file and waits for the disk
    every time: of a run's 800 events that is a quarter of its time. Held open, a commit is written to the log and is
    safe against the end of this process, though not against the machine's: then the last lines of a history may lack.
    """

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: dict[str, str]) -> HeldOpen:  # type: ignore[override]
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        engines: dict[str, Engine] = self.__dict__.setdefault("_engines", {})
        if shard not in engines:
            settings = {"timeout": 30, "check_same_thread": False}  # the lock of _connect serves all threads
            engine = create_engine(self.conn_string_for_shard(shard), poolclass=StaticPool, connect_args=settings)
            self._initdb(engine)
            with engine.connect() as connection:
                connection.exec_driver_sql("pragma synchronous = normal")
            engines[shard] = engine
        return engines[shard]

    def has_table(self, table_name: str) -> bool:
        """Dagster opens the file anew to ask this at every check; what is there stays there."""
        known: set[str] = self.__dict__.setdefault("_known_tables", set())
        if table_name not in known and super().has_table(table_name):
            known.add(table_name)
        return table_name in known

    def has_secondary_index(self, name: str) -> bool:
        """Likewise asked anew for every asset that is looked up."""
        done: set[str] = self.__dict__.setdefault("_known_indexes", set())
        if name not in done and super().has_secondary_index(name):
            done.add(name)
        return name in done

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        """Dagster reads the table's columns anew for every asset that is stored or looked up."""
        columns: set[str] = self.__dict__.setdefault("_known_columns", set())
        if column_name not in columns and super()._has_asset_key_col_on_connection(conn, column_name):
            columns.add(column_name)
        return column_name in columns

    def delete_events(self, run_id: str) -> None:
        """Dagster's own deletion leaves the run's file, and what the run's checks found."""
        with self.index_connection() as connection:
            self.delete_events_for_run(connection, run_id)
            found = AssetCheckExecutionsTable.c.run_id == run_id
            connection.execute(AssetCheckExecutionsTable.delete().where(found))
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path_for_shard(run_id)}{ending}").unlink(missing_ok=True)

    def dispose(self) -> None:
        for engine in self.__dict__.pop("_engines", {}).values():
            engine.dispose()
        super().dispose()


def instance_of(home: Path) -> dg.DagsterInstance:
    """The instance at `home`. A storage that its dagster.yaml names is left as it is."""
    ref = InstanceRef.from_dir(str(home))
    kept = ref.event_storage_data
    if kept is None or kept.class_name != SqliteEventLogStorage.__name__:
        return dg.DagsterInstance.from_ref(ref)
    ours = {"module": HeldOpen.__module__, "class": HeldOpen.__name__, "config": kept.config_dict}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides={"event_log_storage": ours}))


def forget_old_runs(instance: dg.DagsterInstance) -> None:
    """Keep the newest KEPT_RUNS runs of the history; of a storage that somebody chose, everything."""
    if isinstance(instance.event_log_storage, HeldOpen):
        for record in instance.get_run_records(limit=None)[KEPT_RUNS:]:
            if record.dagster_run.is_finished:
                instance.delete_run(record.dagster_run.run_id)
