"""Views of whole raw tables are made once; a view that is not what dbt would make is made anew, and all are tested."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.raw_schema import raw_schema
from orchestration.standing_views import standing_views
from orchestration.transform import DbtResult, build, manifest_in, manifest_path
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
VIEWS = ("stg_tools", "stg_people", "stg_loads")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("standing"))
    sql(workspace, raw_schema())
    assert made(build_views(workspace)) == set(VIEWS)
    return workspace


def sql(workspace: Workspace, text: str) -> None:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(text)


def build_views(workspace: Workspace) -> DbtResult:
    """Three views and whatever reads the raw tables in one step: their tests."""
    others = "config.materialized:table", "config.materialized:incremental", "path:dbt_project/models/intermediate"
    sources = [f"source:raw.{table}+1" for table in ("tool", "person", "load")]
    return build(workspace, select=[*sources, *(f"{view}_is_sound" for view in VIEWS)], exclude=others, keep_views=True)


def made(result: DbtResult) -> set[str]:
    return {node.name for node in result.nodes if node.unique_id.startswith("model.")}


def standing(workspace: Workspace) -> set[str]:
    return set(standing_views(workspace, manifest_in(manifest_path(workspace).parent)))


def test_nothing_stands_in_an_empty_workspace(tmp_path: Path) -> None:
    assert standing(Workspace(tmp_path)) == set()


def test_views_that_stand_are_tested_and_not_made_again(workspace: Workspace) -> None:
    result = build_views(workspace)
    assert made(result) == set()
    assert set(result.kept) == set(VIEWS)
    assert {f"{view}_is_sound" for view in VIEWS} <= {node.name for node in result.nodes}


@pytest.mark.parametrize(
    "change",
    [
        "drop view staging.stg_tools",
        "create or replace view staging.stg_tools as select * from raw.tool where tool_id <> 'a'",
        "create or replace view staging.stg_tools as select * from raw.person",
        "create or replace view staging.stg_tools as select * from raw.tool; alter table raw.tool add column more int",
    ],
    ids=["gone", "narrower", "of another table", "of a table that has another column since"],
)
def test_a_view_that_is_not_what_dbt_would_make_is_made_anew(workspace: Workspace, change: str) -> None:
    sql(workspace, change)
    assert standing(workspace) == set(VIEWS) - {"stg_tools"}
    assert made(build_views(workspace)) == {"stg_tools"}
    assert standing(workspace) == set(VIEWS)
