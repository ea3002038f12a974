"""The synthetic company after `takeup demo`: every target has a frozen baseline and a forecast, or a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.registry import load_registry
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published(built_company: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_company.latest), read_only=True) as connection:
        yield connection


def test_every_target_is_foretold_or_refused_with_a_reason(
    built_company: Workspace, published: duckdb.DuckDBPyConnection
) -> None:
    targets = {(one.tool, one.org_unit or "All", one.measure) for one in load_registry(built_company).targets}
    rows = published.execute(
        "select tool_id, org_unit, measure, refusal, p10 <= p50 and p50 <= p90, chance between 0 and 1"
        " from fct_forecast where is_current and is_due_week"
    ).fetchall()
    assert targets <= {row[:3] for row in rows}
    assert all(row[3] is not None or row[4:] == (True, True) for row in rows)
    assert {row[3] for row in rows} >= {None, "too_short", "too_far", "too_few_people"}


def test_no_forecast_shows_a_unit_that_the_figures_hide(published: duckdb.DuckDBPyConnection) -> None:
    hidden = published.execute("""
        select org_unit from fct_forecast as forecast
        where org_level = 'org_unit' and (p50 is not null or last_share is not null) and not exists (
            from fct_adoption_week as figures
            where figures.tool_id = forecast.tool_id and figures.org_level = 'org_unit'
                and figures.org_unit = forecast.org_unit and figures.week_start = forecast.from_week_start
                and figures.correct_user + figures.active is not null and figures.eligible = forecast.eligible
        )
    """).fetchall()
    assert hidden == []


def test_baselines_are_those_of_their_weeks(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute("""
        select target.tool_id, baseline_share, if(measure = 'correct', correct_share, active_share)
        from dim_target as target
        inner join fct_adoption_week as week
            on week.tool_id = target.tool_id and week.week_start = baseline_week and org_level = 'total'
        where target.org_unit is null
    """).fetchall()
    assert len(rows) == 10
    assert all(frozen == share for _, frozen, share in rows)


def test_every_gap_has_the_pace_that_closes_it(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute("""
        select
            gap_correct_share,
            needed_pace_correct_share * date_diff('day', week_start, date_trunc('week', target_correct_due)) / 7
        from fct_adoption_week where needed_pace_correct_share is not null
    """).fetchall()
    assert rows
    assert all(gap + gained == pytest.approx(0, abs=1e-9) for gap, gained in rows)


def test_status_and_the_page_tell_of_every_target(built_company: Workspace, tmp_path: Path) -> None:
    status = takeup("status", "-w", str(built_company.root), "--json")
    targets = json.loads(status.stdout)["targets"]
    assert {one["tool_id"] for one in targets} == {tool.id for tool in load_registry(built_company).tools}
    done = takeup("report", "-w", str(built_company.root), "--out", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    assert " of 7 tools with a target " in json.loads(done.stdout)["headline"]
