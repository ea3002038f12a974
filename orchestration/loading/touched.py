"""What changes in the usage tables otherwise than by the rows that a load adds: raw.touched_day.

A refresh of the figures finds added rows by their load_id. Rows that were replaced, altered or taken out have left no
such trace, and what a replay adds stands under an old load: these are noted here, by account and week.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from orchestration.loading.datasets import Dataset

_NOTE = """
    insert into raw.touched_day
    select
        (select coalesce(max(touch_no), 0) + 1 from raw.touched_day),
        coalesce(?, (select max(load_id) from raw.load), 0),
        tool_id, source_id, alias_no, item_id, min(first_date), max(last_date)
    from changed
    group by tool_id, source_id, alias_no, item_id, date_trunc('week', first_date)
"""
_NOTE_ALL = """
    insert into raw.touched_day (touch_no, load_id, first_date, last_date)
    select
        coalesce(max(touch_no), 0) + 1,
        greatest(max(load_id), (select max(load_id) from raw.load), 0),
        date '0001-01-01', date '9999-12-31'
    from raw.touched_day
"""


def columns_of(dataset: Dataset) -> str:
    """What `note` needs of a changed row of the dataset, for `select` or `returning`."""
    first, last = dataset.days
    item_id = "item_id" if "item_id" in dataset.schema.names else "null::varchar as item_id"
    return f"tool_id, source_id, alias_no, {item_id}, {first} as first_date, {last} as last_date"


def note(connection: duckdb.DuckDBPyConnection, changed: pa.Table, load_id: int | None = None) -> None:
    """Remember `changed` rows (columns_of) as touched by a load; by none (None): the last one so far is named."""
    if changed.num_rows:
        connection.execute(_NOTE, [load_id])


def note_rows(connection: duckdb.DuckDBPyConnection, dataset: Dataset, where: str, parameters: list[Any]) -> None:
    """Remember the dataset's rows `where` as touched, before something is done to them."""
    if dataset.days:
        rows = connection.sql(f"select {columns_of(dataset)} from {dataset.table} where {where}", params=parameters)
        note(connection, rows.to_arrow_table())


def note_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember that everything may be another: one row without a tool in place of all others."""
    connection.execute(_NOTE_ALL)
    connection.execute("delete from raw.touched_day where touch_no < (select max(touch_no) from raw.touched_day)")
