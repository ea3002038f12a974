"""What a failed test of the models found: its query, asked once more, since dbt hands on no more than a number."""

from __future__ import annotations

from orchestration.opening import with_marts
from orchestration.workspace import Workspace

SOUND = "sound"
"""The generic test that asks all that is asked of one model's rows (dbt_project/tests/generic/sound.sql)."""


def said_of(workspace: Workspace, query: str) -> str:
    """Each broken promise of a `sound` test with how often it is broken: `arm is null: 3; ...`."""
    with with_marts(workspace) as connection:
        found = connection.execute(query).fetchall()
    return "; ".join(f"{finding}: {failing:,}" for finding, failing in found)
