"""Rows about single people. Every question takes the reader's scope: the org units they may see, None for all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dashboards.marts import reading

Scope = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who a key stands for, as far as the publication says."""

    person_key: str
    org_unit: str | None
    department: str | None
    team: str | None
    location: str | None
    role: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """One person's standing with one tool in one week."""

    person_key: str
    tool_id: str
    week_start: date
    status: str
    reason: str
    is_provisional: bool
    uses: int
    active_days: int
    available_days: int
    rules_judged: int
    rules_violated: int
    first_violation_rule_id: str | None


@dataclass(frozen=True, slots=True)
class PersonRule:
    """One rule's verdict on one person in one week: `broken` of `judged`, and what the rule asks for."""

    rule_id: str
    version: int
    title: str
    sentence: str
    severity: str
    why: str | None
    train: str | None
    owner: str | None
    tolerate: float
    evidence_incorrect: int
    evidence_correct: int
    verdict: str
    judged: int
    broken: int
    pending: int
    unknown: int
    excused: int
    first_broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something a rule asked of a person, and what became of it."""

    rule_id: str
    outcome: str
    obligation_event_id: str
    evidence_event_id: str | None
    obligation_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list of people: who, where, and why they are on it."""

    person_key: str
    org_unit: str | None
    team: str | None
    status: str
    reason: str
    rule_id: str | None
    rule_title: str | None
    judged: int | None
    broken: int | None
    uses: int
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people of a tool and week are listed; None leaves a part open."""

    tool_id: str
    week_start: date
    org_unit: str | None = None
    status: str | None = None
    reason: str | None = None
    rule_id: str | None = None


def person(path: Path, scope: Scope, person_key: str) -> Person | None:
    """Who a key stands for; None when there is nobody, or nobody whom the reader may see."""
    sql = f"""
        select person_key, org_unit, department, team, location, role, is_current
        from dim_person where person_key = $person_key and {_IN_SCOPE}"""
    return next(iter(reading.select(path, sql, {"person_key": person_key, "scope": scope}, Person)), None)


def person_weeks(path: Path, scope: Scope, person_key: str, tool_id: str | None, weeks: int) -> list[PersonWeek]:
    """A person's last weeks with a tool (None: with every tool), oldest first."""
    sql = f"""
        select person_key, tool_id, week_start, status, reason, is_provisional, uses, active_days, available_days,
            rules_judged, rules_violated, first_violation_rule_id
        from fct_person_tool_week
        where person_key = $person_key and ($tool_id is null or tool_id = $tool_id) and {_IN_SCOPE}
        qualify dense_rank() over (partition by tool_id order by week_start desc) <= $weeks
        order by week_start, tool_id"""
    asked = {"person_key": person_key, "tool_id": tool_id, "scope": scope, "weeks": weeks}
    return reading.select(path, sql, asked, PersonWeek)


def person_rules(path: Path, scope: Scope, person_key: str, tool_id: str, week_start: date) -> list[PersonRule]:
    """What each rule said of a person in a week; violated rules first, the gravest first."""
    sql = f"""
        select rule_id, version, coalesce(title, rule_id), coalesce(sentence, ''), week.severity, why, train, owner,
            coalesce(tolerate, 0), coalesce(evidence_incorrect, 0), coalesce(evidence_correct, 0), verdict, judged,
            broken, pending, unknown, excused, first_broken_event_ids
        from fct_rule_week as week left join ({_RULES}) as rule using (tool_id, rule_id, version)
        where person_key = $person_key and tool_id = $tool_id and week_start = $week_start and {_IN_SCOPE}
        order by verdict = 'violated' desc, {_GRAVEST_FIRST}, rule_id"""
    asked = {"person_key": person_key, "tool_id": tool_id, "week_start": week_start, "scope": scope}
    return reading.select(path, sql, asked, _person_rule)


def obligations(
    path: Path, scope: Scope, person_key: str, tool_id: str, first_week: date, last_week: date
) -> list[Obligation]:
    """What was broken, is pending or excused in these weeks, the newest first."""
    sql = f"""
        select rule_id, outcome, obligation_event_id, evidence_event_id, {reading.utc("obligation_at")},
            {reading.utc("due_at")}
        from fct_obligation
        where person_key = $person_key and tool_id = $tool_id and week_start between $first_week and $last_week
            and person_key in (select person_key from dim_person where {_IN_SCOPE})
        order by obligation_at desc, rule_id, obligation_event_id"""
    asked = {"person_key": person_key, "tool_id": tool_id, "first_week": first_week, "last_week": last_week}
    return reading.select(path, sql, asked | {"scope": scope}, Obligation)


def listed(path: Path, scope: Scope, wanted: Wanted, limit: int | None = None, offset: int = 0) -> list[Listed]:
    """The people wanted, in no order of merit: by unit, team and key."""
    sql = f"""
        select week.person_key, week.org_unit, person.team, status, reason, ruled.rule_id, rule.title, ruled.judged,
            ruled.broken, uses, week.is_provisional
        {_LISTED}
        order by week.org_unit nulls last, person.team nulls last, week.person_key
        limit $limit offset $offset"""
    return reading.select(path, sql, _asked(scope, wanted) | {"limit": limit, "offset": offset}, Listed)


def count_listed(path: Path, scope: Scope, wanted: Wanted) -> int:
    """How many people a list has."""
    return reading.select(path, f"select count(*) {_LISTED}", _asked(scope, wanted), int)[0]


def _asked(scope: Scope, wanted: Wanted) -> dict[str, Any]:
    return {
        "scope": scope,
        "tool_id": wanted.tool_id,
        "week_start": wanted.week_start,
        "org_unit": wanted.org_unit,
        "status": wanted.status,
        "reason": wanted.reason,
        "rule_id": wanted.rule_id,
    }


# Units of the week itself: who moved since is judged where they were. A tuple of units arrives as a list.
_IN_SCOPE = "($scope is null or org_unit in (select unnest($scope::varchar[])))"
_GRAVEST_FIRST = "array_position(['blocker', 'major', 'minor'], week.severity)"
_RULES = """
    select tool_id, rule_id, version, any_value(title) as title, any_value(sentence) as sentence,
        any_value(why) as why, any_value(train) as train, any_value(owner) as owner,
        any_value(tolerate) as tolerate, any_value(evidence_incorrect) as evidence_incorrect,
        any_value(evidence_correct) as evidence_correct
    from dim_rule group by tool_id, rule_id, version"""
_LISTED = f"""
        from fct_person_tool_week as week
        left join dim_person as person on person.person_key = week.person_key
        left join fct_rule_week as ruled on ruled.person_key = week.person_key and ruled.tool_id = week.tool_id
            and ruled.week_start = week.week_start and ruled.rule_id = coalesce($rule_id, first_violation_rule_id)
            and ($rule_id is null or ruled.verdict = 'violated')
        left join ({_RULES}) as rule
            on rule.tool_id = ruled.tool_id and rule.rule_id = ruled.rule_id and rule.version = ruled.version
        where week.tool_id = $tool_id and week.week_start = $week_start
            and ($scope is null or week.org_unit in (select unnest($scope::varchar[])))
            and ($org_unit is null or week.org_unit = $org_unit)
            and ($status is null or status = $status) and ($reason is null or reason = $reason)
            and ($rule_id is null or ruled.rule_id is not null)"""


def _person_rule(*row: Any) -> PersonRule:
    values = (*row[:-1], tuple(json.loads(row[-1])) if row[-1] else ())
    return PersonRule(*values)
