"""How people move: from status to status, into and out of use, cohort by cohort; and Microsoft's usage segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboards.marts import reading


@dataclass(frozen=True, slots=True)
class Step:
    """People who went from one status to another from a week to the next, added up over several weeks."""

    from_status: str
    to_status: str
    people: int
    weeks: int


@dataclass(frozen=True, slots=True)
class MovementWeek:
    """People who took one kind of step (decay, recovery, ...) into a week."""

    week_start: date
    movement: str
    people: int
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class LifecycleWeek:
    """People in one state of their life as users in a week, of `eligible`."""

    week_start: date
    lifecycle: str
    people: int
    eligible: int
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """What became, after `age_weeks`, of those who began in the same week. None: hidden, for they are too few."""

    cohort_week: date
    age_weeks: int
    people: int | None
    active: int | None
    active_share: float | None
    correct_share: float | None
    began_before: bool
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class SegmentStatus:
    """People of one of Microsoft's segments and one of takeup's statuses in the same week."""

    segment: str
    status: str
    people: int
    eligible: int
    week_start: date


@dataclass(frozen=True, slots=True)
class UseState:
    """Intended users by what they have made of the tool so far."""

    use_state: str
    people: int
    eligible: int
    week_start: date


def steps(path: Path, tool_id: str, org_unit: str, weeks: int) -> list[Step]:
    """All steps of the last `weeks` final weeks, stays included; without a final week, of the newest ones."""
    sql = f"""
        with newest as ({_NEWEST.format(table="fct_transition_week")})
        select from_status, to_status, sum(people)::bigint, (select count(*) from newest)
        from fct_transition_week inner join newest using (week_start)
        where tool_id = $tool_id and {_OF_UNIT}
        group by 1, 2 order by 1, 2"""
    return reading.select(path, sql, _asked(tool_id, org_unit, weeks), Step)


def movements(path: Path, tool_id: str, org_unit: str, weeks: int) -> list[MovementWeek]:
    """Each kind of step by week, oldest first; a week without one has a row of 0."""
    sql = f"""
        with shown as (
            select * from fct_transition_week
            where tool_id = $tool_id and {_OF_UNIT}
            qualify dense_rank() over (order by week_start desc) <= $weeks
        ),
        all_weeks as (select week_start, bool_or(is_provisional) as is_provisional from shown group by 1),
        counted as (select week_start, movement, sum(people)::bigint as people from shown group by 1, 2)
        select week_start, kind.movement, coalesce(people, 0), is_provisional
        from all_weeks cross join (select unnest($movements::varchar[]) as movement) as kind
        left join counted using (week_start, movement)
        order by week_start, kind.movement"""
    return reading.select(path, sql, _asked(tool_id, org_unit, weeks) | {"movements": MOVEMENTS}, MovementWeek)


def lifecycle(path: Path, tool_id: str, org_unit: str, weeks: int) -> list[LifecycleWeek]:
    """The states of the last `weeks` weeks, oldest first."""
    sql = f"""
        select week_start, lifecycle, people, eligible, is_provisional from fct_lifecycle_week
        where tool_id = $tool_id and {_OF_UNIT}
        qualify dense_rank() over (order by week_start desc) <= $weeks
        order by week_start, lifecycle"""
    return reading.select(path, sql, _asked(tool_id, org_unit, weeks), LifecycleWeek)


def cohorts(path: Path, tool_id: str, weeks: int) -> list[Cohort]:
    """The cohorts that began in the last `weeks` weeks, the oldest first."""
    sql = """
        select cohort_week, age_weeks, people, active, active_share, correct_share, began_before, is_provisional
        from fct_retention where tool_id = $tool_id
        qualify max(week_start) over () - cohort_week < 7 * $weeks
        order by cohort_week, age_weeks"""
    return reading.select(path, sql, {"tool_id": tool_id, "weeks": weeks}, Cohort)


def segments(path: Path, tool_id: str, org_unit: str, window_weeks: int) -> list[SegmentStatus]:
    """Both readings of the newest final week (without one, of the newest)."""
    sql = f"""
        select segment, status, people, eligible, week_start from fct_usage_segment_week
        where tool_id = $tool_id and {_OF_UNIT} and window_weeks = $window_weeks
        qualify dense_rank() over (order by is_provisional, week_start desc) = 1
        order by segment, status"""
    asked = {"tool_id": tool_id, "org_unit": org_unit, "window_weeks": window_weeks}
    return reading.select(path, sql, asked, SegmentStatus)


def use_states(path: Path, tool_id: str, org_unit: str) -> list[UseState]:
    """The register of intended users, counted; the most frequent state first."""
    sql = f"""
        select use_state, people, eligible, week_start from fct_intended_use_unit
        where tool_id = $tool_id and {_OF_UNIT}
        order by people desc, use_state"""
    return reading.select(path, sql, {"tool_id": tool_id, "org_unit": org_unit}, UseState)


MOVEMENTS = ("adoption", "recovery", "decay", "abandonment")
_OF_UNIT = "org_level = case when $org_unit = 'All' then 'total' else 'org_unit' end and org_unit = $org_unit"
_NEWEST = f"""
            select week_start from {{table}}
            where tool_id = $tool_id and {_OF_UNIT}
            group by week_start
            qualify bool_or(is_provisional) = bool_and(bool_or(is_provisional)) over ()
            order by week_start desc limit $weeks"""


def _asked(tool_id: str, org_unit: str, weeks: int) -> dict[str, str | int | tuple[str, ...]]:
    return {"tool_id": tool_id, "org_unit": org_unit, "weeks": weeks}
