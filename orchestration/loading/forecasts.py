"""Targets and where they lead, out of the marts of the run under way: read for the forecasts, and kept for good.

What a run keeps counts once its publication has been seen: what was kept by a run that published nothing is taken back
by the next one, as if nobody had ever said it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import pyarrow as pa

from orchestration.forecasting.cells import MOST_WEEKS_KNOWN, Cell, Forecast, Goal, Week
from orchestration.loading.marts import attached_marts
from orchestration.loading.session import Session

Key = tuple[str, str, str, str]
Shape = TypeVar("Shape")

_UNPUBLISHED = "run_id not in (select publication_id from raw.publication)"
_MEASURED = """
    select tool_id, org_level, org_unit, measure, week_start, reached, eligible, is_provisional, not_judged_paused
    from (
        select *, 'correct' as measure, correct_user as reached from marts.fct_adoption_week
        union all by name
        select *, 'active' as measure, active as reached from marts.fct_adoption_week
    )
"""
# Final weeks whose window lies wholly behind the beginning of the logs; a paused week says nothing.
_WEEKS = f"""
    select tool_id, org_level, org_unit, measure, week_start, reached, eligible
    from ({_MEASURED})
    inner join (
        select
            tool_id, last_final_week_start,
            date_trunc('week', greatest(live_from, cast(timezone('UTC', data_from_at) as date)))
                + to_days(cast(7 * (window_weeks - 1) as integer)) as first_full_week
        from marts.dim_tool
    ) using (tool_id)
    where not is_provisional and eligible > 0 and not_judged_paused = 0
        and week_start >= first_full_week and week_start <= last_final_week_start
    order by all
"""
_GOALS = """
    select tool_id, org_level, org_unit, measure, week_start, value, due_date, is_of_company
    from warehouse.intermediate.int_target_weeks
    order by all
"""
_TOOLS = """
    select tool_id, last_final_week_start, is_paused, has_rules and can_prove as shows_correctness from marts.dim_tool
"""
# Org units in the last final week are shown by the small-group minimum already; a total may be small by itself.
_SHOWN = """
    select figures.tool_id, org_level, org_unit
    from marts.fct_adoption_week as figures
    inner join marts.dim_tool as tool on tool.tool_id = figures.tool_id
    where week_start = last_final_week_start and eligible >= (select small_group from raw.calendar)
"""
_FREEZE = f"""
    insert into raw.target_baseline
    select distinct
        run.run_id, week.tool_id, week.org_level, week.org_unit, week.measure, week.week_start, week.eligible,
        week.reached, run.started_at
    from raw.target as target
    inner join ({_MEASURED}) as week
        on week.tool_id = target.tool_id and week.measure = target.measure and week.week_start = target.baseline_week
        and week.org_level = case when target.org_unit is null then 'total' else 'org_unit' end
        and week.org_unit = coalesce(target.org_unit, 'All')
    inner join marts.dim_tool as tool on tool.tool_id = target.tool_id
    cross join raw.run as run
    where not week.is_provisional and week.eligible > 0
        and (target.measure = 'active' or (tool.has_rules and tool.can_prove))
        and not exists (
            from raw.target_baseline as frozen
            where frozen.tool_id = week.tool_id and frozen.org_level = week.org_level
                and frozen.org_unit = week.org_unit and frozen.measure = week.measure
                and frozen.week_start = week.week_start
        )
"""
_HELD = """
    select tool_id, org_level, org_unit, measure, inputs_hash, forecast_no
    from raw.forecast inner join raw.forecast_current using (forecast_no)
"""


@dataclass(frozen=True, slots=True)
class _Tool:
    last_final_week: date | None
    is_paused: bool
    shows_correctness: bool


def take_back(session: Session) -> None:
    """Forget what was kept by runs that published nothing, this one included: its step may be tried again."""
    with session.transaction():
        unseen = f"select forecast_no from raw.forecast where {_UNPUBLISHED}"
        session.run(f"delete from raw.forecast_week where forecast_no in ({unseen})")
        session.run(f"delete from raw.forecast where {_UNPUBLISHED}")
        session.run(f"delete from raw.target_baseline where {_UNPUBLISHED}")


def freeze_baselines(session: Session) -> int:
    """Keep where each target's measure stands in its baseline week, once that week is final; the number kept."""
    before = int(session.value("select count(*) from raw.target_baseline"))
    with attached_marts(session), session.transaction():
        session.run(_FREEZE)
    return int(session.value("select count(*) from raw.target_baseline")) - before


def cells(session: Session) -> list[Cell]:
    """Every measure with a target, of every tool and every org unit that is shown or has a target of its own."""
    with attached_marts(session):
        tools = {row[0]: _Tool(*row[1:]) for row in session.rows(_TOOLS)}
        shown = set(session.rows(_SHOWN))
        weeks, goals = _by_key(session.rows(_WEEKS), Week), _by_key(session.rows(_GOALS), Goal)
    return [
        _cell(key, tools[key[0]], weeks[key], own, is_shown=key[:3] in shown)
        for key, own in goals.items()
        if key[:3] in shown or key[1] == "total" or not own[-1].is_of_company
    ]


def held(session: Session) -> dict[Key, tuple[str, int]]:
    """The forecasts that hold now: inputs_hash and forecast_no by cell."""
    return {row[:4]: (row[4], row[5]) for row in session.rows(_HELD)}


def keep(session: Session, made: Sequence[Forecast], still_hold: Iterable[int], method: str) -> None:
    """Add forecasts to all that were ever made, and let them hold together with those that still do."""
    first = int(session.value("select coalesce(max(forecast_no), 0) + 1 from raw.forecast"))
    run_id, made_at = session.rows("select run_id, started_at from raw.run")[0]
    numbered = list(enumerate(made, start=first))
    stamp = {"run_id": run_id, "made_at": made_at}
    with session.transaction():
        _insert(session, "forecast", [_head(number, one, method) | stamp for number, one in numbered])
        _insert(session, "forecast_week", [row for number, one in numbered for row in _weeks(number, one)])
        session.run("delete from raw.forecast_current")
        current = [*still_hold, *(number for number, _ in numbered)]
        _insert(session, "forecast_current", [{"forecast_no": number} for number in current])


def _by_key(rows: Iterable[tuple[Any, ...]], shape: Callable[..., Shape]) -> dict[Key, list[Shape]]:
    found: dict[Key, list[Shape]] = defaultdict(list)
    for row in rows:
        found[row[:4]].append(shape(*row[4:]))
    return found


def _cell(key: Key, tool: _Tool, weeks: Sequence[Week], goals: Sequence[Goal], *, is_shown: bool) -> Cell:
    last, known_to = goals[-1], tool.last_final_week or date.min
    ahead = tuple(goal for goal in goals if known_to < goal.start <= last.due_week)
    obstacle = _obstacle(key[3], tool, weeks, is_shown=is_shown)
    return Cell(*key, tuple(weeks[-MOST_WEEKS_KNOWN:]), ahead, last, obstacle)


def _obstacle(measure: str, tool: _Tool, weeks: Sequence[Week], *, is_shown: bool) -> str | None:
    if tool.is_paused:
        return "paused"
    if measure == "correct" and not tool.shows_correctness:
        return "no_correctness"
    if tool.last_final_week is None:
        return "no_final_week"
    if not is_shown:
        return "too_few_people"
    return "paused" if weeks and weeks[-1].start < tool.last_final_week else None


def _head(number: int, forecast: Forecast, method: str) -> dict[str, Any]:
    cell = forecast.cell
    newest = cell.weeks[-1] if cell.weeks and forecast.refusal != "too_few_people" else None
    return {
        "forecast_no": number,
        "tool_id": cell.tool_id,
        "org_level": cell.org_level,
        "org_unit": cell.org_unit,
        "measure": cell.measure,
        "inputs_hash": cell.inputs_hash(method),
        "refusal": forecast.refusal,
        "method": method,
        "from_week": newest.start if newest else None,
        "weeks_known": len(cell.weeks),
        "eligible": newest.eligible if newest else None,
        "share": newest.reached / newest.eligible if newest else None,
    }


def _weeks(number: int, forecast: Forecast) -> Iterator[dict[str, Any]]:
    for week in forecast.weeks:
        yield {
            "forecast_no": number,
            "week_start": week.goal.start,
            "p10": week.p10,
            "p50": week.p50,
            "p90": week.p90,
            "target": week.goal.value,
            "due_date": week.goal.due_date,
            "chance": week.chance,
            "is_of_company": week.goal.is_of_company,
        }


def _insert(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    session.connection.register("batch", pa.Table.from_pylist([dict(row) for row in rows]))
    session.run(f"insert into raw.{table} by name select * from batch")
    session.connection.unregister("batch")
