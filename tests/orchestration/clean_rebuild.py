"""The same models built from nothing on the same data: what every run must come to, whatever it has kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.transform import run_models
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

LOADING = Path(__file__).resolve().parents[2] / "orchestration" / "loading"
_SAME = """
    select count(*) from (
        (select * from {left} except all select * from {right})
        union all
        (select * from {right} except all select * from {left})
    )"""


_STATUSES = """
    (
        select status.tool_id, status.person_no, status.week_start, unit.shown_as as org_unit, status.status
        from intermediate.int_statuses as status
        inner join intermediate.int_org_units as unit
            on unit.tool_id = status.tool_id and unit.week_start = status.week_start
            and unit.org_unit = coalesce(status.org_unit, 'Unknown')
    )"""


def forgotten_statuses(workspace: Workspace) -> int:
    """Statuses that the next run will remember otherwise than they have just been published."""
    with open_warehouse(workspace) as warehouse:
        warehouse.remember_publication()
        found = warehouse.session.value(_SAME.format(left="raw.published_status", right=_STATUSES))
    return int(found)


def differences(workspace: Workspace, scratch: Path) -> dict[str, int]:
    """Rows by table that differ between what the last run left and the same models built from nothing."""
    clean = Workspace(scratch)
    clean.build.mkdir(parents=True)
    shutil.copyfile(workspace.warehouse, clean.warehouse)
    with duckdb.connect(str(clean.warehouse)) as connection:
        connection.execute("delete from built.refresh")
    run_models(clean).raise_if_failed()
    found = {}
    with _both(workspace, clean) as connection:
        for schema, table in _kept_tables(connection):
            place = "_marts.main" if schema == "main" else ".intermediate"
            columns = _columns(connection, schema, table)
            left, right = (f"(select {columns} from {side}{place}.{table})" for side in ("kept", "clean"))
            count = connection.execute(_SAME.format(left=left, right=right)).fetchone()
            if count and count[0]:
                found[table] = count[0]
    shutil.rmtree(scratch)
    return found


def _kept_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """All marts, and the tables below them that keep their rows from run to run or that later steps read."""
    read = ", ".join(f"'{name}'" for name in sorted(_read_by_steps()))
    return connection.execute(
        "select 'main', table_name from duckdb_tables() where database_name = 'clean_marts' "
        "union all select 'intermediate', model from clean.built.model "
        "where model like 'int_%' and model <> 'int_refresh' "
        f"union select 'intermediate', unnest([{read}]) "
        "order by all"
    ).fetchall()


def _read_by_steps() -> set[str]:
    """The models that forecasts, effects, alerts and audits are worked out from: half a history would mislead them."""
    steps = (LOADING / f"{name}.py" for name in ("forecasts", "effects", "alert_facts", "audits"))
    return {name for step in steps for name in re.findall(r"intermediate\.(int_\w+)", step.read_text())}


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """The table's columns; sums of fractions differ in their last digits by the order in which they were added."""
    database = "clean_marts" if schema == "main" else "clean"
    found = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ? and table_name = ?",
        [database, table],
    ).fetchall()
    return ", ".join(f"round({name}, 9) as {name}" if kind == "DOUBLE" else name for name, kind in found)


@contextmanager
def _both(kept: Workspace, clean: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        databases = {"kept": kept.warehouse, "kept_marts": kept.marts}
        databases |= {"clean": clean.warehouse, "clean_marts": clean.marts}
        for name, path in databases.items():
            connection.execute(f"attach '{path}' as {name} (read_only)")
        yield connection
