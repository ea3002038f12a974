"""What a failed test of the models found: its query, asked once more, since dbt hands on no more than a number."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.workspace import Workspace

SOUND = "sound"
"""The generic test that asks all that is asked of one model's rows (dbt_project/tests/generic/sound.sql)."""


def said_of(workspace: Workspace, query: str) -> str:
    """Each broken promise of a `sound` test with how often it is broken: `arm is null: 3; ...`."""
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        connection.execute(f"attach '{_quoted(workspace.marts)}' as marts (read_only)")
        found = connection.execute(query).fetchall()
    return "; ".join(f"{finding}: {failing:,}" for finding, failing in found)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
