"""How the warehouse tells one event from another; what a former layout holds is never mixed with the present one."""

from __future__ import annotations

import duckdb

from orchestration.errors import DataError
from orchestration.loading.session import Session

_FORMER = (
    "select count(*) from duckdb_columns() "
    "where schema_name = 'raw' and table_name = 'usage_event' and column_name = 'record_key'"
)


def require_present(session: Session) -> None:
    """DataError when events were loaded by an earlier version: their keys are others, every line would count twice."""
    if session.value(_FORMER):
        raise DataError(
            f"{session.workspace.warehouse}: an earlier version made it and told events apart in another way - "
            "takeup run --full reads the inbox anew"
        )


def renew(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the table of events anew by `schema` when it is of a former layout; whatever it holds is forgotten."""
    if connection.execute(_FORMER).fetchall()[0][0]:
        connection.execute("drop table raw.usage_event")
        connection.execute(schema)
