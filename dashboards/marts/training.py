"""What people need to learn, where, who, and whether training helped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dashboards.marts import reading
from dashboards.marts.people import Scope


@dataclass(frozen=True, slots=True)
class Need:
    """How many people a rule asks to train, in one unit or the whole company. None: hidden, for they are too few."""

    rule_id: str
    title: str
    module: str | None
    severity: str
    org_unit: str
    people: int | None
    judged_people: int | None
    people_share: float | None
    priority: int | None
    is_provisional: bool
    week_start: date


@dataclass(frozen=True, slots=True)
class PersonNeed:
    """One person's need: the rule, k of n, the proof and the way back."""

    person_key: str
    org_unit: str | None
    team: str | None
    rule_id: str
    rule_title: str
    module: str | None
    severity: str
    broken: int
    judged: int
    first_broken: tuple[str, ...]
    clean_case: str
    until_not_violated: int | None
    until_satisfied: int | None
    clean_from_week: date | None
    last_trained_at: datetime | None
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class PlanOfModule:
    """One module of one plan, counted in people; one person may stand on it for several rules."""

    plan_id: str
    made_at: datetime
    due_date: date
    module: str
    to_train: int
    held_out: int
    completed: int
    completed_late: int
    open: int
    overdue: int
    trained_anyway: int
    hold_out_share: float


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One person and rule on a plan, and what came of it."""

    person_key: str
    org_unit: str | None
    module: str
    rule_id: str
    rule_title: str
    arm: str
    state: str
    broken: int
    judged: int
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a training changed in how a rule is kept, or why that cannot be said."""

    effect_id: str
    rule_id: str
    title: str
    module: str
    measure: str
    design: str
    finding: str
    refusal: str | None
    placebo_refusal: str | None
    trained_people: int | None
    comparison_people: int | None
    left_out_people: int | None
    weeks_after: int | None
    trained_before: float | None
    estimate: float | None
    low: float | None
    high: float | None
    placebo_estimate: float | None
    placebo_low: float | None
    placebo_high: float | None


@dataclass(frozen=True, slots=True)
class EffectWeek:
    """One week around a training; None: hidden, for they are too few."""

    event_week: int
    trained_people: int | None
    comparison_people: int | None
    trained_level: float | None
    comparison_level: float | None


def needs(path: Path, tool_id: str, org_unit: str) -> list[Need]:
    """The rules that people of the unit break, the one to begin with first."""
    sql = f"""
        {_NEED} where need.tool_id = $tool_id and {_OF_UNIT} and (people > 0 or is_hidden)
        order by priority nulls last, people desc nulls last, rule_id"""
    return reading.select(path, sql, {"tool_id": tool_id, "org_unit": org_unit}, Need)


def needs_by_unit(path: Path, tool_id: str, scope: Scope) -> list[Need]:
    """Every rule in every unit that the reader may see, by unit."""
    sql = f"""
        {_NEED} where need.tool_id = $tool_id and org_level = 'org_unit'
            and ($scope is null or org_unit in (select unnest($scope::varchar[])))
        order by org_unit, priority nulls last, rule_id"""
    return reading.select(path, sql, {"tool_id": tool_id, "scope": scope}, Need)


def people_to_train(
    path: Path, scope: Scope, tool_id: str, org_unit: str | None, rule_id: str | None, limit: int | None, offset: int
) -> list[PersonNeed]:
    """Who needs it, in no order of merit: by rule, unit and key."""
    sql = f"""
        select {_NEED_OF_PERSON}
        {_OF_PEOPLE}
        order by priority, rule_id, need.org_unit nulls last, person_key
        limit $limit offset $offset"""
    asked = {"scope": scope, "tool_id": tool_id, "org_unit": org_unit, "rule_id": rule_id}
    return reading.select(path, sql, asked | {"limit": limit, "offset": offset}, _person_need)


def count_to_train(path: Path, scope: Scope, tool_id: str, org_unit: str | None, rule_id: str | None) -> int:
    """How many needs the list has."""
    asked = {"scope": scope, "tool_id": tool_id, "org_unit": org_unit, "rule_id": rule_id}
    return reading.select(path, f"select count(*) {_OF_PEOPLE}", asked, int)[0]


def needs_of_person(path: Path, scope: Scope, person_key: str, tool_id: str) -> list[PersonNeed]:
    """One person's needs with one tool."""
    sql = f"""
        select {_NEED_OF_PERSON}
        {_OF_PEOPLE} and person_key = $person_key
        order by priority, rule_id"""
    asked = {"scope": scope, "tool_id": tool_id, "org_unit": None, "rule_id": None, "person_key": person_key}
    return reading.select(path, sql, asked, _person_need)


def plans(path: Path, scope: Scope, tool_id: str) -> list[PlanOfModule]:
    """What came of each module of each plan, the newest plan first; people of the units that the reader may see."""
    sql = f"""
        select plan_id, any_value({reading.utc("made_at")}), any_value(due_date), module,
            count(distinct person_key) filter (arm = 'train'), count(distinct person_key) filter (arm = 'hold_out'),
            count(distinct person_key) filter (state = 'completed'),
            count(distinct person_key) filter (state = 'completed_late'),
            count(distinct person_key) filter (state = 'open'), count(distinct person_key) filter (state = 'overdue'),
            count(distinct person_key) filter (state = 'trained_anyway'), max(hold_out_share)
        {_OF_PLANS}
        group by plan_id, module
        order by max(made_at) desc, plan_id, module"""
    return reading.select(path, sql, {"scope": scope, "tool_id": tool_id, "plan_id": None}, PlanOfModule)


def people_of_plan(
    path: Path, scope: Scope, tool_id: str, plan_id: str, limit: int | None, offset: int
) -> list[PlanEntry]:
    """Who is on the list of a plan, and what came of it, by module and key."""
    sql = f"""
        select person_key, org_unit, module, rule_id, coalesce(title, rule_id), arm, state, broken, judged,
            {reading.utc("completed_at")}
        {_OF_PLANS}
        order by module, person_key, rule_id
        limit $limit offset $offset"""
    asked = {"scope": scope, "tool_id": tool_id, "plan_id": plan_id, "limit": limit, "offset": offset}
    return reading.select(path, sql, asked, PlanEntry)


def count_of_plan(path: Path, scope: Scope, tool_id: str, plan_id: str) -> int:
    """How many entries the list of a plan has."""
    asked = {"scope": scope, "tool_id": tool_id, "plan_id": plan_id}
    return reading.select(path, f"select count(*) {_OF_PLANS}", asked, int)[0]


def effects(path: Path, tool_id: str) -> list[Effect]:
    """What holds now of every training of the tool; findings before refusals."""
    sql = f"""
        select effect_id, rule_id, coalesce(title, rule_id), module, measure, design, finding, refusal, placebo_refusal,
            trained_people, comparison_people, left_out_people, weeks_after, trained_before, estimate, low, high,
            placebo_estimate, placebo_low, placebo_high
        from fct_training_effect left join ({_TITLES}) using (tool_id, rule_id)
        where tool_id = $tool_id and is_current
        order by refusal is not null, rule_id, module, measure, design"""
    return reading.select(path, sql, {"tool_id": tool_id}, Effect)


def effect_weeks(path: Path, effect_id: str) -> list[EffectWeek]:
    """The weeks around the training, from before to after."""
    sql = """
        select event_week, trained_people, comparison_people, trained_level, comparison_level
        from fct_training_effect_week where effect_id = $effect_id order by event_week"""
    return reading.select(path, sql, {"effect_id": effect_id}, EffectWeek)


_OF_UNIT = "org_level = case when $org_unit = 'All' then 'total' else 'org_unit' end and org_unit = $org_unit"
_TITLES = "select tool_id, rule_id, arg_max(title, version) as title from dim_rule group by 1, 2"
_NEED = f"""
        select rule_id, coalesce(title, rule_id), module, severity, org_unit, people, judged_people, people_share,
            priority, is_provisional, week_start
        from fct_training_need_unit as need left join ({_TITLES}) using (tool_id, rule_id)"""
_NEED_OF_PERSON = f"""
            person_key, need.org_unit, team, rule_id, coalesce(title, rule_id), module, need.severity, broken, judged,
            first_broken_event_ids, clean_case, clean_cases_until_not_violated, clean_cases_until_satisfied,
            clean_from_week, {reading.utc("last_trained_at")}, is_provisional"""
_OF_PEOPLE = f"""
        from fct_training_need as need
        left join (select person_key, team from dim_person) using (person_key)
        left join ({_TITLES}) using (tool_id, rule_id)
        where tool_id = $tool_id and ($rule_id is null or rule_id = $rule_id)
            and ($org_unit is null or need.org_unit = $org_unit)
            and ($scope is null or need.org_unit in (select unnest($scope::varchar[])))"""

_OF_PLANS = f"""
        from fct_training_plan as entry
        left join (select plan_id, hold_out_share from dim_training_plan) using (plan_id)
        left join (select person_key, org_unit from dim_person) using (person_key)
        left join ({_TITLES}) using (tool_id, rule_id)
        where tool_id = $tool_id and ($plan_id is null or plan_id = $plan_id)
            and ($scope is null or org_unit in (select unnest($scope::varchar[])))"""


def _person_need(*row: Any) -> PersonNeed:
    values = (*row[:9], tuple(json.loads(row[9])) if row[9] else (), *row[10:])
    return PersonNeed(*values)
