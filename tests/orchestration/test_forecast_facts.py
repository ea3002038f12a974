"""Forecasts and baselines as facts: made once, kept for good, taken back only when nobody has seen them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.registry.scaffold import init_workspace
from orchestration.steps import forecast
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
from tests.dashboards.contracts import schema

LIVE, LAST = date(2026, 3, 2), date(2026, 8, 31)
FIRST_FULL = LIVE + timedelta(weeks=3)
FIGURES = """
    insert into fct_adoption_week by name
    select
        't' as tool_id, org_level, org_unit, eligible, 0 as not_judged_paused, 10 + i as correct_user,
        20 + i as active, week_start > ? as is_provisional, week_start
    from (values ('total', 'All', 90), ('org_unit', 'Sales', 60), ('org_unit', 'Small groups', 30))
        as cells (org_level, org_unit, eligible)
    cross join (select i, (date '2026-03-02' + 7 * i::integer) as week_start from range(28) as weeks (i))
"""
TOOL = """
    insert into dim_tool by name
    select 't' as tool_id, false as is_paused, true as has_rules, true as can_prove, date '2026-03-02' as live_from,
        timestamptz '2026-03-02 08:00:00+00' as data_from_at, 4 as window_weeks, ?::date as last_final_week_start
"""
GOALS = """
    create or replace table intermediate.int_target_weeks as
    select 't' as tool_id, org_level, org_unit, 'correct' as measure, ?::double as value,
        org_level = 'org_unit' as is_of_company, date '2026-12-31' as due_date, date '2026-12-28' as due_week,
        (date '2026-03-02' + 7 * i::integer) as week_start
    from (values ('total', 'All'), ('org_unit', 'Sales'), ('org_unit', 'Tiny')) as cells (org_level, org_unit)
    cross join range(44) as weeks (i)
"""


class Firm:
    """A workspace whose marts are made by hand, run by run."""

    def __init__(self, space: Workspace) -> None:
        self.space = space
        self.build(LAST, 0.5)

    def build(self, last: date, target: float, change: str = "select 1") -> None:
        """The figures up to `last`, the rest provisional, and the company's target."""
        self.space.build.mkdir(exist_ok=True)
        self.space.marts.unlink(missing_ok=True)
        with duckdb.connect(str(self.space.marts)) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(schema())
            connection.execute(FIGURES, [last])
            connection.execute(TOOL, [last])
            connection.execute(change)
        with open_warehouse(self.space) as warehouse:
            warehouse.session.run("create schema if not exists intermediate")
            warehouse.session.run(GOALS, [target])
            warehouse.session.run("delete from raw.calendar")
            warehouse.session.run("insert into raw.calendar values ('UTC', 31, 'department', 10)")
            warehouse.session.run("delete from raw.target")
            warehouse.session.run(
                "insert into raw.target values ('t', null, 'correct', ?, date '2026-12-31', 'Ada', date '2026-04-06')",
                [target],
            )

    def run(self, run_id: str, *, is_published: bool = True) -> dict[str, int]:
        with open_warehouse(self.space) as warehouse:
            at = datetime(2026, 9, 10)
            warehouse.set_run(run_id, at, code_version="1", rule_book_hash="h", started_at=at)
        counts = forecast(self.space)
        if is_published:
            number = "(select count(*) + 1 from raw.publication)"
            self.rows(f"insert into raw.publication select {number}, '{run_id}', timestamp '2026-09-10'")
        return counts

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.space) as warehouse:
            return warehouse.session.rows(sql)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    yield Firm(init_workspace(tmp_path).workspace)


HOLDING = """
    select org_unit, refusal, weeks_known, eligible, from_week
    from raw.forecast inner join raw.forecast_current using (forecast_no) order by org_unit
"""


def test_every_shown_cell_is_foretold_from_the_weeks_whose_window_was_full(firm: Firm) -> None:
    assert firm.run("one") == {"made": 2, "refused": 0, "unchanged": 0, "baselines": 1}
    known = (LAST - FIRST_FULL).days // 7 + 1
    assert firm.rows(HOLDING) == [("All", None, known, 90, LAST), ("Sales", None, known, 60, LAST)]
    [(first, last, count)] = firm.rows(
        "select min(week_start), max(week_start), count(*) from raw.forecast_week where is_of_company"
    )
    assert (first, last, count) == (LAST + timedelta(weeks=1), date(2026, 12, 28), 17)


def test_what_nothing_has_changed_of_is_not_made_again(firm: Firm) -> None:
    firm.run("one")
    assert firm.run("two") == {"made": 0, "refused": 0, "unchanged": 2, "baselines": 0}
    assert firm.rows("select distinct run_id from raw.forecast") == [("one",)]
    assert len(firm.rows(HOLDING)) == 2


def test_a_new_week_or_another_target_makes_new_ones_and_keeps_the_old(firm: Firm) -> None:
    firm.run("one")
    firm.build(LAST + timedelta(weeks=1), 0.5)
    assert firm.run("two")["made"] == 2
    firm.build(LAST + timedelta(weeks=1), 0.6)
    assert firm.run("three")["made"] == 2
    assert firm.rows("select run_id, count(*) from raw.forecast group by 1 order by 1") == [
        ("one", 2), ("three", 2), ("two", 2),
    ]  # fmt: skip
    assert {row[4] for row in firm.rows(HOLDING)} == {LAST + timedelta(weeks=1)}


def test_provisional_weeks_change_nothing(firm: Firm) -> None:
    firm.run("one")
    firm.build(LAST, 0.5, "update fct_adoption_week set correct_user = 59 where is_provisional")
    assert firm.run("two")["unchanged"] == 2


def test_a_forecast_that_nobody_has_seen_was_never_made(firm: Firm) -> None:
    firm.run("one", is_published=False)
    assert firm.run("two") == {"made": 2, "refused": 0, "unchanged": 0, "baselines": 1}
    assert firm.rows("select distinct run_id from raw.forecast") == [("two",)]
    assert firm.rows("select count(*) from raw.forecast_week") == [(34,)]
    assert firm.rows("select run_id from raw.target_baseline") == [("two",)]


def test_a_step_that_is_tried_again_makes_the_same_once(firm: Firm) -> None:
    firm.run("one", is_published=False)
    before = firm.rows("select * exclude (made_at) from raw.forecast order by all")
    forecast(firm.space)
    assert firm.rows("select * exclude (made_at) from raw.forecast order by all") == before


def test_a_baseline_is_frozen_when_its_week_is_final_and_never_restated(firm: Firm) -> None:
    firm.build(date(2026, 3, 30), 0.5)
    firm.run("early")
    assert firm.rows("select * from raw.target_baseline") == []
    firm.build(LAST, 0.5)
    firm.run("one")
    firm.build(LAST, 0.5, "update fct_adoption_week set correct_user = 1")
    firm.run("two")
    found = firm.rows(
        "select run_id, org_level, org_unit, measure, week_start, eligible, reached from raw.target_baseline"
    )
    assert found == [("one", "total", "All", "correct", date(2026, 4, 6), 90, 15)]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("update dim_tool set is_paused = true", "paused"),
        ("update dim_tool set has_rules = false", "no_correctness"),
        ("update dim_tool set live_from = date '2026-08-01'", "too_short"),
        ("update fct_adoption_week set eligible = 9 where org_level = 'total'", "too_few_people"),
        ("update fct_adoption_week set not_judged_paused = 3 where week_start = date '2026-08-31'", "paused"),
    ],
)
def test_a_refusal_is_kept_with_its_reason(firm: Firm, change: str, refusal: str) -> None:
    firm.build(LAST, 0.5, change)
    firm.run("one")
    [(found, p50, week)] = firm.rows(
        "select refusal, p50, week_start from raw.forecast inner join raw.forecast_week using (forecast_no)"
        " where org_unit = 'All'"
    )
    assert (found, p50, week) == (refusal, None, date(2026, 12, 28))


def test_nothing_is_said_of_those_shown_together(firm: Firm) -> None:
    firm.run("one")
    assert firm.rows("select distinct org_unit from raw.forecast order by 1") == [("All",), ("Sales",)]
