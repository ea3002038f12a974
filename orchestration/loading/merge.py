"""Merge staged rows into their table: repeats are dropped, of two versions one stays, and every line is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.loading.datasets import FIRST_FILE, Dataset
from orchestration.loading.touched import columns_of, note

# Rows with the key of another, staged or stored: all others are loaded, whatever they say. Stored rows are found by one
# narrow column alone, which costs as little as history allows.
_HELD = """
select rowid as row_no, {key} from {table} where {first} in (select {staged_first} from stage)
"""
_CONTESTED = """
select {key} from (select {staged_key} from stage) group by all having count(*) > 1
union
select {key} from held
"""

# Stored rows are step 0 and every load is a step after it. A row is `loaded` when it wins in its own step over all
# that came before; only the last such row of a key is stored, those before it count as superseded.
_DECIDE = """
with staged as (
    select row_no, {staged_key}, {hash} as record_hash, {columns}, {first_file} as first_file_at
    from stage
),
candidate as (
    select *, false as is_old, load_id as step from staged semi join contested using ({key})
    union all by name
    select rowid as row_no, {key}, {hash} as record_hash, {columns}, {stored_first_file} as first_file_at,
        true as is_old, 0 as step
    from {table} where rowid in (select row_no from held)
),
placed as (
    select *,
        row_number() over (partition by {key} order by {order}, step, line_no, lines desc) as place,
        row_number() over (partition by {key}, record_hash, step order by {order}, line_no, lines desc) as copy_no,
        min(first_file_at) over (partition by {key}) as came_at
    from candidate
),
walked as (
    select *,
        arg_min(record_hash, place) over (
            partition by {key} order by step range between unbounded preceding and 1 preceding
        ) as stored_hash,
        arg_min(record_hash, place) over (
            partition by {key} order by step range between unbounded preceding and current row
        ) as winner
    from placed
),
judged as (
    select *,
        case
            when is_old then 'kept'
            when record_hash = stored_hash or copy_no > 1 then 'duplicate'
            when record_hash = winner then 'loaded'
            else 'superseded'
        end as verdict
    from walked
),
settled as (
    select *, max(step) filter (where verdict = 'loaded') over (partition by {key}) as last_step
    from judged
),
decided as (
    select row_no, is_old, load_id, lines, came_at,
        case
            when is_old and last_step is not null then 'replaced'
            when is_old and came_at < first_file_at then 'earlier'
            when verdict = 'loaded' and step < last_step then 'superseded'
            else verdict
        end as fate
    from settled
)
from decided where fate <> 'kept'
"""


_ROW_GROUP = 122_880
"""Rows of a row group of DuckDB."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of staged lines."""

    loaded: int = 0
    duplicate: int = 0
    superseded: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.loaded + other.loaded, self.duplicate + other.duplicate, self.superseded + other.superseded)


class Mergers:
    """A merger for each of `datasets`: what a source brings that speaks of events and of counts in one file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, datasets: Iterable[Dataset], *, is_replay: bool = False
    ) -> None:
        self._mergers = {dataset.name: Merger(connection, dataset, is_replay=is_replay) for dataset in datasets}

    def add(self, dataset: Dataset, rows: pa.Table, stage_rows: int) -> None:
        """Stage `rows` of one of the datasets; rows that are added together are merged together."""
        self._mergers[dataset.name].add(rows, stage_rows)

    def finish(self) -> dict[int, Outcome]:
        """Merge what is still waiting; what became of the lines of each load, over all datasets."""
        total: dict[int, Outcome] = {}
        for merger in self._mergers.values():
            for load_id, outcome in merger.finish().items():
                total[load_id] = total.get(load_id, Outcome()) + outcome
        return total


class Merger:
    """Takes the rows of loads, in batches, into the dataset's table. Runs inside the caller's transaction.

    The outcome depends on the set of rows alone: of all versions of a record the first by `dataset.order` stays,
    whichever came first. Loads that are merged at once are counted as if each had been merged by itself, in the order
    of their ids. Rows are merged in stages so that memory stays flat and the table's keys are read rarely.
    A replay adds rows under loads of before, which nobody would take for news: they are noted as touched.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, dataset: Dataset, *, is_replay: bool = False) -> None:
        self._connection = connection
        self._dataset = dataset
        self._is_replay = is_replay
        self._staged: list[pa.Table] = []
        self._outcomes: dict[int, Outcome] = {}

    def add(self, rows: pa.Table, stage_rows: int) -> None:
        """Stage `rows`; merge when at least `stage_rows` are waiting."""
        self._staged.append(rows)
        if sum(batch.num_rows for batch in self._staged) >= stage_rows:
            self._merge(is_last=False)

    def finish(self) -> dict[int, Outcome]:
        """Merge what is still waiting and return what became of the lines of each load that brought any."""
        if self._staged:
            self._merge(is_last=True)
        return self._outcomes

    def _merge(self, *, is_last: bool) -> None:
        """Decide what becomes of each staged row and do it.

        `stage`, `held`, `contested` and `fate` are Arrow tables that DuckDB finds by the names of the variables:
        temporary tables and registered views would be held in memory until the end of the transaction.
        """
        rows = pa.concat_tables(self._staged)
        self._staged = []
        stage = rows.append_column("row_no", pa.array(np.arange(rows.num_rows)))
        held = self._arrow(_HELD, stage=stage)
        contested = self._arrow(_CONTESTED, stage=stage, held=held)
        if not contested.num_rows:
            self._insert(rows, is_last=is_last)
            return
        fate = self._decide(stage, held, contested)
        newest: int = pc.max(stage["load_id"]).as_py()
        self._settle(fate, newest)
        added = [self._others(stage, contested), self._winners(stage, fate)]
        self._insert(pa.concat_tables(added).drop_columns("row_no"), is_last=is_last)
        if self._dataset.dated:
            self._say_again(stage, newest)

    def _settle(self, fate: pa.Table, newest: int) -> None:
        """Count the lines that are not loaded, and change the stored rows."""
        fates = self._count(fate)
        if "replaced" in fates:
            self._take_out_replaced(fate, newest)
        if "earlier" in fates:
            self._date_back(fate, newest)

    def _insert(self, rows: pa.Table, *, is_last: bool) -> None:
        """Store rows that nothing speaks against, in whole row groups: a checkpoint would write smaller ones again.

        The rest waits for the next merge, where it is decided anew. Rows that a repeat can raise are stored at once.
        """
        whole = rows.num_rows if is_last or self._dataset.dated else rows.num_rows // _ROW_GROUP * _ROW_GROUP
        for start in range(0, whole, _ROW_GROUP):
            self._store(rows.slice(start, min(_ROW_GROUP, whole - start)))
        if whole < rows.num_rows:
            self._staged.append(rows.slice(whole))

    def _store(self, rows: pa.Table) -> None:
        added = self._connection.sql(
            f"insert into {self._dataset.table} by name select * from rows {self._returning if self._is_replay else ''}"
        )
        if self._is_replay:
            self._note(added, pc.max(rows["load_id"]).as_py())
        sums = rows.group_by("load_id").aggregate([("lines", "sum")])
        for load_id, lines in zip(*(sums[name].to_pylist() for name in ("load_id", "lines_sum")), strict=True):
            self._add(load_id, Outcome(loaded=lines))

    def _arrow(self, sql: str, *, stage: pa.Table, held: pa.Table | None = None) -> pa.Table:  # noqa: ARG002
        """The result of a query over what is staged, and over what is stored of it."""
        found: pa.Table = self._connection.sql(sql.format(**self._names())).to_arrow_table()
        return found

    def _names(self) -> dict[str, str]:
        """What the queries call the dataset's table, its key and its digest; uuids are staged as text."""
        key = self._dataset.key
        staged = [f"{name}::uuid" if name == "record_key" else name for name in key]
        return {
            "table": self._dataset.table,
            "key": ", ".join(key),
            "first": key[0],
            "staged_first": staged[0],
            "staged_key": ", ".join(f"{value} as {name}" for name, value in zip(key, staged, strict=True)),
            "hash": self._dataset.hash,
        }

    def _others(self, stage: pa.Table, contested: pa.Table) -> pa.Table:  # noqa: ARG002
        """Rows whose key nobody else has."""
        staged = (f"{name}::uuid" if name == "record_key" else name for name in self._dataset.key)
        is_same = " and ".join(
            f"contested.{name} = stage.{value}" for name, value in zip(self._dataset.key, staged, strict=True)
        )
        rest: pa.Table = self._connection.sql(
            f"select stage.* from stage anti join contested on {is_same}"
        ).to_arrow_table()
        return rest.cast(stage.schema)

    def _winners(self, stage: pa.Table, fate: pa.Table) -> pa.Table:  # noqa: ARG002
        """Contested rows that are loaded, with the time of the first file of any version."""
        came = f"replace (fate.came_at as {FIRST_FILE})" if self._dataset.has_first_file else ""
        rows: pa.Table = self._connection.sql(
            f"select stage.* {came} from stage join fate on fate.row_no = stage.row_no and fate.fate = 'loaded'"
        ).to_arrow_table()
        return rows.cast(stage.schema)

    @property
    def _returning(self) -> str:
        """The end of a statement whose rows are given to `_note`."""
        return f"returning {columns_of(self._dataset)}" if self._dataset.days else ""

    def _note(self, changed: duckdb.DuckDBPyRelation | None, load_id: int) -> None:
        """Remember the days of the rows that a statement returned, where figures are made of them."""
        if changed is not None and self._dataset.days:
            note(self._connection, changed.to_arrow_table(), load_id)

    def _count(self, fate: pa.Table) -> set[str]:  # noqa: ARG002
        """Add up the lines of each load that are not loaded; returns the fates that occur."""
        counts = self._connection.execute(
            "select load_id, fate, sum(lines)::bigint from fate where not is_old group by load_id, fate "
            "union all select distinct 0, fate, 0 from fate where is_old"
        ).fetchall()
        for load_id, name, lines in counts:
            if load_id and name != "loaded":
                self._add(load_id, Outcome(**{name: lines}))
        return {name for _, name, _ in counts}

    def _add(self, load_id: int, outcome: Outcome) -> None:
        self._outcomes[load_id] = self._outcomes.get(load_id, Outcome()) + outcome

    def _decide(self, stage: pa.Table, held: pa.Table, contested: pa.Table) -> pa.Table:  # noqa: ARG002
        """One row per contested staged row, and per stored row that loses to one or came earlier than was known."""
        order = self._dataset.order
        ranks = sorted({term.split()[0] for term in order.split(",")} - {"record_hash"})
        first, stored_first = self._first_file()
        fate: pa.Table = self._connection.sql(
            _DECIDE.format(
                **self._names(),
                order=order,
                columns=", ".join(["load_id", "line_no", "lines", *ranks]),
                first_file=first,
                stored_first_file=stored_first,
            )
        ).to_arrow_table()
        return fate

    def _first_file(self) -> tuple[str, str]:
        """The column for staged and for stored rows; rows from before it existed came with their load, or earlier."""
        if not self._dataset.has_first_file:
            return "null::timestamp", "null::timestamp"
        table = self._dataset.table
        stored_load = f"(select modified_at from raw.load where load.load_id = {table}.load_id)"
        return FIRST_FILE, f"coalesce({FIRST_FILE}, {stored_load})"

    def _take_out_replaced(self, fate: pa.Table, newest: int) -> None:  # noqa: ARG002
        """Stored rows that lost leave the table; their lines move from loaded to superseded in their own load."""
        moved = self._connection.execute(
            "select load_id, sum(lines)::bigint from fate where fate = 'replaced' group by load_id"
        ).fetchall()
        gone = self._connection.sql(
            f"delete from {self._dataset.table} where rowid in (select row_no from fate where fate = 'replaced') "
            f"{self._returning}"
        )
        self._note(gone, newest)
        for load_id, lines in moved:
            if load_id in self._outcomes:
                self._add(load_id, Outcome(loaded=-lines, superseded=lines))
            else:
                self._connection.execute(
                    "update raw.load set lines_loaded = lines_loaded - ?, lines_superseded = lines_superseded + ? "
                    "where load_id = ?",
                    [lines, lines, load_id],
                )

    def _date_back(self, fate: pa.Table, newest: int) -> None:  # noqa: ARG002
        """Stored rows that stay, but came with an older file than was known."""
        table = self._dataset.table
        changed = self._connection.sql(
            f"update {table} set {FIRST_FILE} = fate.came_at from fate "
            f"where fate.fate = 'earlier' and {table}.rowid = fate.row_no {self._returning}"
        )
        self._note(changed, newest)

    def _say_again(self, stage: pa.Table, newest: int) -> None:  # noqa: ARG002
        """The same content said again at a later time: the stored row takes the later time."""
        dated = self._dataset.dated
        latest = ", ".join(f"{column} desc" for column in dated)
        said, stored = (", ".join(f"{table}.{column}" for column in dated) for table in ("said", "stored"))
        changed = self._connection.sql(f"""
            update {self._dataset.table} as stored
            set {", ".join(f"{column} = said.{column}" for column in dated)}
            from (
                select distinct on (record_key, record_hash)
                    record_key::uuid as record_key, record_hash::uuid as record_hash, {", ".join(dated)}
                from stage order by record_key, record_hash, {latest}
            ) as said
            where stored.record_key = said.record_key and stored.record_hash = said.record_hash
              and row({said}) > row({stored})
            {self._returning}
        """)
        self._note(changed, newest)
