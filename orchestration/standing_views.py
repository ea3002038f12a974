"""Views of whole raw tables that need not be made again, because the warehouse holds them as dbt would make them.

Sixty of the models are `select *` of a raw table. Making one again costs as much as a small table and changes nothing;
its data is tested all the same. Nothing is remembered: what stands is read from the warehouse itself.
"""

from __future__ import annotations

import re
from typing import Any

from orchestration.opening import at_hand
from orchestration.workspace import Workspace

_WHOLE_TABLE = re.compile(r"select \* from \{\{ source\('\w+', '\w+'\) \}\}\s*")
# A view whose table has got another column since does not stand: DuckDB would refuse to read it.
_STANDING = """
    with columns_of as (
        select schema_name, table_name, list((column_name, data_type) order by column_index) as columns
        from duckdb_columns() group by all
    )
    select made.view_name, source.schema_name || '.' || source.table_name as source_name
    from duckdb_views() as made
    inner join columns_of as view on view.schema_name = made.schema_name and view.table_name = made.view_name
    inner join columns_of as source
        on source.columns = view.columns
        and replace(made.sql, '"', '') = format(
            'CREATE VIEW {}.{} AS SELECT * FROM {}.{};',
            made.schema_name, made.view_name, source.schema_name, source.table_name
        )
    where made.schema_name = 'staging'
"""


def standing_views(workspace: Workspace, manifest: Any) -> list[str]:
    """Names of the models in dbt's `manifest` that are such views and stand."""
    if not workspace.warehouse.is_file():
        return []
    with at_hand(workspace) as connection:
        standing = dict(connection.execute(_STANDING).fetchall())
    views = [node for node in manifest.nodes.values() if _shows_a_whole_table(node)]
    return sorted(view.name for view in views if standing.get(view.name) == _table_of(manifest, view))


def _shows_a_whole_table(node: Any) -> bool:
    is_view = str(node.resource_type) == "model" and node.config.materialized == "view"
    return is_view and _WHOLE_TABLE.fullmatch(node.raw_code) is not None


def _table_of(manifest: Any, view: Any) -> str:
    [source] = (manifest.sources[name] for name in view.depends_on.nodes)
    return f"{source.schema}.{source.identifier}"
