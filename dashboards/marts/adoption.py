"""How many of the eligible people use a tool, and correctly: by week and unit, against targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboards.marts import reading

NOT_JUDGED_REASONS = ("paused", "away", "new", "no_opportunity", "unproven", "no_evidence")

NON_USER_REASONS = ("never", "tried", "lapsed")


@dataclass(frozen=True, slots=True)
class AdoptionWeek:
    """How the eligible people of one tool, week and unit stand. Counts are people, shares are of `eligible`."""

    week_start: date
    is_provisional: bool
    eligible: int
    active: int
    correct_user: int
    incorrect_user: int
    non_user: int
    not_judged: int
    active_share: float | None
    correct_share: float | None
    incorrect_share: float | None
    non_user_share: float | None
    not_judged_share: float | None
    correct_among_active_share: float | None
    not_judged_reasons: Mapping[str, int]
    non_user_reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: this share by this date. `is_of_company`: the unit has none of its own, the company's is shown."""

    measure: str
    value: float
    due: date
    owner: str | None
    is_of_company: bool


@dataclass(frozen=True, slots=True)
class ToolGap:
    """One tool's newest final week (or, before any is final, its newest) against its target of correct users."""

    tool_id: str
    title: str
    can_show_correctness: bool
    is_paused: bool
    week_start: date
    is_provisional: bool
    eligible: int
    correct_user: int
    correct_share: float | None
    target: float | None
    due: date | None
    gap: float | None


def by_week(path: Path, tool_id: str, org_unit: str, weeks: int) -> list[AdoptionWeek]:
    """The last `weeks` weeks of a tool, oldest first; `org_unit` is a unit's name or WHOLE_COMPANY."""
    reasons = [
        *(f"not_judged_{name}" for name in NOT_JUDGED_REASONS),
        *(f"non_user_{name}" for name in NON_USER_REASONS),
    ]
    sql = f"""
        select week_start, is_provisional, eligible, active, correct_user, incorrect_user, non_user, not_judged,
            active_share, correct_share, incorrect_share, non_user_share, not_judged_share,
            correct_among_active_share, {", ".join(reasons)}
        from fct_adoption_week
        where tool_id = $tool_id and {_OF_UNIT}
        order by week_start desc limit $weeks"""
    rows = reading.select(path, sql, {"tool_id": tool_id, "org_unit": org_unit, "weeks": weeks}, _adoption_week)
    return rows[::-1]


def targets(path: Path, tool_id: str, org_unit: str) -> dict[str, Target]:
    """The targets of a tool by measure (`correct`, `active`): the unit's own, else the whole company's.

    Of several dates the one that counts now.
    """
    sql = """
        select measure, value, due_date, owner, org_unit is null and $org_unit <> 'All'
        from dim_target
        where tool_id = $tool_id and (org_unit is null or org_unit = $org_unit)
        order by org_unit nulls first, is_in_force, due_date"""
    rows = reading.select(path, sql, {"tool_id": tool_id, "org_unit": org_unit}, Target)
    return {target.measure: target for target in rows}


def tools_against_target(path: Path, org_unit: str) -> list[ToolGap]:
    """Every tool that has figures for the unit; the worst gap first, tools without a target last."""
    sql = f"""
        with newest as (
            select *, row_number() over (partition by tool_id order by is_provisional, week_start desc) as recency
            from fct_adoption_week where {_OF_UNIT}
        ),
        held as (
            select tool_id, arg_max(value, org_unit is not null) as target,
                arg_max(due_date, org_unit is not null) as due
            from dim_target
            where measure = 'correct' and is_in_force and (org_unit is null or org_unit = $org_unit)
            group by tool_id
        )
        select tool_id, title, has_rules and can_prove as can_show, is_paused, week_start, is_provisional, eligible,
            correct_user, case when can_show then correct_share end as shown_share, target, due,
            shown_share - target as gap
        from newest inner join dim_tool using (tool_id) left join held using (tool_id)
        where recency = 1
        order by gap nulls last, position"""
    return reading.select(path, sql, {"org_unit": org_unit}, ToolGap)


_OF_UNIT = "org_level = case when $org_unit = 'All' then 'total' else 'org_unit' end and org_unit = $org_unit"


def _adoption_week(*row: Any) -> AdoptionWeek:
    reasons = len(NOT_JUDGED_REASONS) + len(NON_USER_REASONS)
    counted = iter(row[-reasons:])
    not_judged = {reason: next(counted) for reason in NOT_JUDGED_REASONS}
    non_user = {reason: next(counted) for reason in NON_USER_REASONS}
    values = (*row[:-reasons], not_judged, non_user)
    return AdoptionWeek(*values)
