"""A hand-made publication with forecasts by the real method, an earlier publication, and why figures moved since."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.forecasting.cells import Cell, Forecast, Goal, Week
from orchestration.forecasting.outlook import forecasts
from tests.dashboards.publication import Company, publish

WEEKS = """
    select figures.tool_id, measure, week_start, if(measure = 'correct', correct_user, active), eligible
    from fct_adoption_week as figures
    cross join (values ('correct'), ('active')) as measures (measure)
    where org_level = 'total' and not is_provisional
    order by all
"""
EARLIER = """
    insert into fct_published_week by name
    select * exclude (publication_id, published_at, correct_user),
        'before' as publication_id, published_at - to_days(8) as published_at, correct_user + 3 as correct_user
    from fct_published_week
    where week_start <= (select max(last_final_week_start) - 7 from dim_tool) and org_level = 'total'
"""
RESTATED = """
    insert into fct_restatement by name
    select dim_publication.publication_id, 'before' as previous_publication_id, tool_id, org_level, org_unit,
        'correct_user' as status, correct_user + 3 as before, correct_user as after, 0 as behaviour, -5 as rule,
        0 as population, 2 as late_data, dim_publication.published_at,
        dim_publication.published_at - to_days(8) as previous_published_at, week_start
    from fct_adoption_week cross join dim_publication
    where org_level = 'total' and week_start = (select max(last_final_week_start) - 7 from dim_tool)
"""
STEPS = """
    insert into fct_transition_week by name
    select tool_id, org_level, org_unit, 'incorrect_user' as from_status, 'correct_user' as to_status,
        'recovery' as movement, 11 as people, is_provisional, week_start
    from fct_adoption_week where org_level = 'total'
    union all by name
    select tool_id, org_level, org_unit, 'correct_user' as from_status, 'non_user' as to_status,
        'abandonment' as movement, 4 as people, is_provisional, week_start
    from fct_adoption_week where org_level = 'total'
"""


def publish_for_leadership(workspace: Path, company: Company | None = None) -> Path:
    """The published file; its fixture's own restatements of the day before are taken out."""
    path = publish(workspace, company)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        for table in ("fct_restatement", "fct_transition_week", "fct_forecast"):
            connection.execute(f"delete from {table}")
        for statement in (EARLIER, RESTATED, STEPS):
            connection.execute(statement)
        rows = [row for one in forecasts(list(_cells(connection).values())) for row in _rows(one, connection)]
        if rows:
            connection.register("rows", pa.Table.from_pylist(rows))
            connection.execute("insert into fct_forecast by name select * from rows")
    return path


def _cells(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Cell]:
    targets = {
        row[:2]: row[2:]
        for row in connection.execute("select tool_id, measure, value, due_date from dim_target").fetchall()
    }
    found: dict[tuple[str, str], Cell] = {}
    weeks: dict[tuple[str, str], list[Week]] = {}
    for tool, measure, *week in connection.execute(WEEKS).fetchall():
        weeks.setdefault((tool, measure), []).append(Week(*week))
    for key, (value, due) in targets.items():
        if key in weeks:
            goals = _goals(weeks[key][-1].start, value, due)
            found[key] = Cell(key[0], "total", "All", key[1], tuple(weeks[key]), goals, goals[-1])
    return found


def _goals(last: date, value: float, due: date) -> tuple[Goal, ...]:
    count = (due - timedelta(days=due.weekday()) - last).days // 7
    return tuple(Goal(last + timedelta(weeks=ahead + 1), value, due, is_of_company=False) for ahead in range(count))


def _rows(one: Forecast, connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    [(made_at,)] = connection.execute("select published_at from dim_publication").fetchall()
    newest = one.cell.weeks[-1]
    common = {
        "publication_id": "now", "tool_id": one.cell.tool_id, "org_level": "total", "org_unit": "All",
        "measure": one.cell.measure, "refusal": one.refusal, "method": "test", "weeks_known": len(one.cell.weeks),
        "eligible": newest.eligible, "last_share": newest.reached / newest.eligible, "is_current": True,
        "is_target_of_company": False, "made_at": made_at, "from_week_start": newest.start,
    }  # fmt: skip
    return [common | _week(one, asdict(week)) for week in one.weeks]


def _week(one: Forecast, week: dict[str, Any]) -> dict[str, Any]:
    goal = week.pop("goal")
    newest = one.cell.weeks[-1]
    left = max((one.cell.last.due_week - newest.start).days / 7, 1)
    needed = max(goal["value"] - newest.reached / newest.eligible, 0) * newest.eligible / left
    return week | {
        "target_share": goal["value"], "target_due": goal["due_date"], "week_start": goal["start"],
        "is_due_week": one.cell.last.due_week == goal["start"], "needed_people_per_week": needed,
        "expected_people_per_week": ((week["p50"] or 0) - newest.reached / newest.eligible) * newest.eligible / left,
    }  # fmt: skip
