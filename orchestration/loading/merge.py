"""Merge staged rows into their table: repeats are dropped, of two versions one stays, and every line is counted."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from orchestration.loading.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of staged lines."""

    loaded: int = 0
    duplicate: int = 0
    superseded: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.loaded + other.loaded, self.duplicate + other.duplicate, self.superseded + other.superseded)


class Merger:
    """Takes the rows of one load, in batches, into the dataset's table. Runs inside the caller's transaction.

    The outcome depends on the set of rows alone: of all versions of a record the first by `dataset.order` stays,
    whichever came first. Rows are merged in stages so that memory stays flat and the table's keys are read rarely.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, dataset: Dataset, load_id: int) -> None:
        self._connection = connection
        self._dataset = dataset
        self._load_id = load_id
        self._staged: list[pa.Table] = []
        self._outcome = Outcome()

    def add(self, rows: pa.Table, stage_rows: int) -> None:
        """Stage `rows`; merge when at least `stage_rows` are waiting."""
        self._staged.append(rows)
        if sum(batch.num_rows for batch in self._staged) >= stage_rows:
            self._merge()

    def finish(self) -> Outcome:
        """Merge what is still waiting and return what became of all lines of this load."""
        if self._staged:
            self._merge()
        return self._outcome

    def _merge(self) -> None:
        """Decide what becomes of each staged row and do it.

        `stage` and `fate` are Arrow tables that DuckDB finds by the names of the variables: temporary tables and
        registered views would be held in memory until the end of the transaction.
        """
        rows = pa.concat_tables(self._staged)
        self._staged = []
        stage = rows.append_column("row_no", pa.array(range(rows.num_rows), pa.int64()))
        fate = self._decide(stage)
        counts = self._counts(fate)
        self._outcome += Outcome(counts.get("loaded", 0), counts.get("duplicate", 0), counts.get("superseded", 0))
        if "replaced" in counts:
            self._take_out_replaced(fate)
        self._connection.execute(
            f"insert into {self._dataset.table} by name select * exclude (row_no) from stage "
            "where row_no in (select row_no from fate where fate = 'loaded')"
        )
        if self._dataset.dated and "duplicate" in counts:
            self._say_again(stage)

    def _counts(self, fate: pa.Table) -> dict[str, int]:  # noqa: ARG002
        return dict(self._connection.execute("select fate, sum(lines)::bigint from fate group by fate").fetchall())

    def _decide(self, stage: pa.Table) -> pa.Table:  # noqa: ARG002
        """One row per staged row, and per stored row with the same key, with what becomes of it."""
        order = self._dataset.order
        ranks = sorted({term.split()[0] for term in order.split(",")} - {"record_hash"})
        columns = ", ".join(["load_id", "line_no", "lines", *ranks])
        fate: pa.Table = self._connection.sql(f"""
            with staged as (
                select row_no, record_key::uuid as record_key, record_hash::uuid as record_hash, {columns} from stage
            ),
            candidate as (
                select *, false as is_old from staged
                union all by name
                select rowid as row_no, record_key, record_hash, {columns}, true as is_old
                from {self._dataset.table} where record_key in (select record_key from staged)
            ),
            ranked as (
                select
                    row_no, is_old, load_id, lines, record_hash,
                    first_value(record_hash) over (partition by record_key order by {order}) as winner,
                    row_number() over (
                        partition by record_key, record_hash order by is_old desc, {order}, line_no
                    ) as copy_no
                from candidate
            )
            select row_no, is_old, load_id, lines,
                case
                    when is_old and record_hash = winner then 'kept'
                    when is_old then 'replaced'
                    when copy_no > 1 then 'duplicate'
                    when record_hash = winner then 'loaded'
                    else 'superseded'
                end as fate
            from ranked
        """).to_arrow_table()
        return fate

    def _take_out_replaced(self, fate: pa.Table) -> None:  # noqa: ARG002
        """Stored rows that lost leave the table; their lines move from loaded to superseded in their own load."""
        moved = self._connection.execute(
            "select load_id, sum(lines)::bigint from fate where fate = 'replaced' group by load_id"
        ).fetchall()
        self._connection.execute(
            f"delete from {self._dataset.table} where rowid in (select row_no from fate where fate = 'replaced')"
        )
        for load_id, lines in moved:
            if load_id == self._load_id:
                self._outcome += Outcome(loaded=-lines, superseded=lines)
            else:
                self._connection.execute(
                    "update raw.load set lines_loaded = lines_loaded - ?, lines_superseded = lines_superseded + ? "
                    "where load_id = ?",
                    [lines, lines, load_id],
                )

    def _say_again(self, stage: pa.Table) -> None:  # noqa: ARG002
        """The same content said again at a later time: the stored row takes the later time."""
        dated = self._dataset.dated
        newest = ", ".join(f"{column} desc" for column in dated)
        said, stored = (", ".join(f"{table}.{column}" for column in dated) for table in ("said", "stored"))
        self._connection.execute(f"""
            update {self._dataset.table} as stored
            set {", ".join(f"{column} = said.{column}" for column in dated)}
            from (
                select distinct on (record_key, record_hash)
                    record_key::uuid as record_key, record_hash::uuid as record_hash, {", ".join(dated)}
                from stage order by record_key, record_hash, {newest}
            ) as said
            where stored.record_key = said.record_key and stored.record_hash = said.record_hash
              and row({said}) > row({stored})
        """)
