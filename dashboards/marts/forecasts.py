"""Where a measure will stand up to the date of its target, and how likely the target is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboards.marts import reading


@dataclass(frozen=True, slots=True)
class ForecastWeek:
    """One week of the forecast that holds now. With a refusal there is one row, of the due week, without figures."""

    week_start: date
    refusal: str | None
    method: str | None
    weeks_known: int | None
    p10: float | None
    p50: float | None
    p90: float | None
    target_share: float | None
    chance: float | None
    needed_people_per_week: float | None
    expected_people_per_week: float | None
    is_due_week: bool
    from_week_start: date | None
    target_due: date | None


@dataclass(frozen=True, slots=True)
class Made:
    """The chance of one forecast ever made, by the last week that it knew."""

    from_week_start: date
    chance: float


def current(path: Path, tool_id: str, org_unit: str, measure: str) -> list[ForecastWeek]:
    """The forecast that holds now, week by week."""
    sql = f"""
        select week_start, refusal, method, weeks_known, p10, p50, p90, target_share, chance, needed_people_per_week,
            expected_people_per_week, is_due_week, from_week_start, target_due
        from fct_forecast where {_OF} and is_current
        order by week_start"""
    return reading.select(path, sql, _asked(tool_id, org_unit, measure), ForecastWeek)


def chances(path: Path, tool_id: str, org_unit: str, measure: str) -> list[Made]:
    """How the chance to reach the target that counts now has changed, oldest forecast first; of forecasts that knew
    the same weeks the last one."""
    sql = f"""
        with holding as (select max(target_due) as due from fct_forecast where {_OF} and is_current)
        select from_week_start, arg_max(chance, made_at)
        from fct_forecast
        where {_OF} and is_due_week and chance is not null and from_week_start is not null
            and target_due = (select due from holding)
        group by from_week_start order by from_week_start"""
    return reading.select(path, sql, _asked(tool_id, org_unit, measure), Made)


_OF = """tool_id = $tool_id and measure = $measure and org_unit = $org_unit
            and org_level = case when $org_unit = 'All' then 'total' else 'org_unit' end"""


def _asked(tool_id: str, org_unit: str, measure: str) -> dict[str, str]:
    return {"tool_id": tool_id, "org_unit": org_unit, "measure": measure}
