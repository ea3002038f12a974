"""Promises about a run that are checked on the tables themselves, not on the word of the code that wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.errors import DataError
from orchestration.opening import with_marts
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

# Spans times weeks, derived anew: the mart must hold exactly the people who were meant to use the tool. Asked of the
# weeks that the run has rebuilt: those before stand as they were checked then.
_INCOMPLETE = """
with
expected as (
    select span.tool_id, week.week_start, count(distinct span.person_no) as people
    from intermediate.int_eligible_spans as span
    inner join intermediate.int_tool_weeks as week
        on week.tool_id = span.tool_id
        and span.first_date < week.week_start + 7
        and span.last_date >= week.week_start
    inner join intermediate.int_refresh as refresh
        on refresh.tool_id = week.tool_id and week.week_start >= refresh.cut_week
    group by 1, 2
),
published as (
    select tool_id, week_start, count(*) as people, count(distinct person_key) as distinct_people
    from marts.main.fct_person_tool_week as status
    inner join intermediate.int_refresh as refresh using (tool_id)
    where status.week_start >= (select min(cut_week) from intermediate.int_refresh)
        and status.week_start >= refresh.cut_week
    group by 1, 2
)
select coalesce(expected.tool_id, published.tool_id) as tool_id,
    coalesce(expected.week_start, published.week_start) as week_start,
    expected.people as expected, published.people as published
from expected
full outer join published on published.tool_id = expected.tool_id and published.week_start = expected.week_start
where expected.people is distinct from published.people
   or published.people is distinct from published.distinct_people
order by 1, 2
"""

_LATE_SOURCES = """
select source_id, freshness_hours, deadline_hours from marts.main.fct_tool_health where tool_id = $tool_id and is_late
order by source_id
"""

_LATENESS = "{source_id}: newest record {freshness_hours:.0f} h old, allowed are {deadline_hours:g} h"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a promise held; `text` says where it did not, for at most three places."""

    holds: bool
    text: str
    count: int


def reconciliation(workspace: Workspace, tool_id: str | None) -> Finding:
    """Every line read of a tool (None: of everything) met one fate, and the tables hold what the ledger says."""
    with open_warehouse(workspace) as warehouse:
        try:
            warehouse.verify_ledger(tool_id)
        except DataError as error:
            return Finding(holds=False, text=str(error), count=1)
    return Finding(holds=True, text="every line read is accounted for", count=0)


def completeness(workspace: Workspace) -> Finding:
    """Eligible people times weeks, derived anew from spans and weeks, equals the rows of fct_person_tool_week."""
    with with_marts(workspace) as connection:
        rows = _rows(connection, _INCOMPLETE, {})
    texts = [
        f"{row['tool_id']}, week of {row['week_start']}: {row['expected'] or 0} people eligible, "
        f"{row['published'] or 0} in the mart"
        for row in rows
    ]
    return _finding(texts, "every eligible person has one row per tool and week")


def freshness(workspace: Workspace, tool_id: str) -> Finding:
    """The newest record of each of the tool's sources is younger than its deadline, where it has one."""
    with with_marts(workspace) as connection:
        rows = _rows(connection, _LATE_SOURCES, {"tool_id": tool_id})
    return _finding([_lateness(row) for row in rows], "the newest records are within their deadline")


def row_counts(workspace: Workspace) -> dict[str, int]:
    """Rows by name of every table that dbt built; views have no count."""
    tables = (
        "select database_name, schema_name, table_name from duckdb_tables() where schema_name != 'raw' and not internal"
    )
    with with_marts(workspace) as connection:
        found = connection.execute(tables).fetchall()
        return {name: _count(connection, database, schema, name) for database, schema, name in found}


def _count(connection: duckdb.DuckDBPyConnection, database: str, schema: str, name: str) -> int:
    found = connection.execute(f'select count(*) from "{database}"."{schema}"."{name}"').fetchone()
    return int(found[0]) if found else 0


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _finding(texts: list[str], otherwise: str) -> Finding:
    if not texts:
        return Finding(holds=True, text=otherwise, count=0)
    more = f" (and {len(texts) - 3} more)" if len(texts) > 3 else ""
    return Finding(holds=False, text="; ".join(texts[:3]) + more, count=len(texts))


def _lateness(row: dict[str, Any]) -> str:
    if row["freshness_hours"] is None:
        return f"{row['source_id']}: no record yet - is anything in its inbox?"
    return _LATENESS.format(**row)
