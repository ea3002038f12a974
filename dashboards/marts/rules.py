"""The rules in words, and what they say of the people of a week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboards.marts import reading


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule."""

    rule_id: str
    version: int
    kind: str
    title: str
    sentence: str
    severity: str
    why: str | None
    train: str | None
    owner: str | None
    tolerate: float
    evidence_incorrect: int
    evidence_correct: int
    effective_from: date | None
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """People by what a rule says of them in one week, and the cases behind it."""

    rule_id: str
    people: int
    by_verdict: Mapping[str, int]
    judged: int
    broken: int


@dataclass(frozen=True, slots=True)
class ViolatedWeek:
    """People whom a rule finds violating it, of those whom it judges, in one week."""

    rule_id: str
    week_start: date
    violated: int
    decided: int
    is_provisional: bool


VERDICTS = ("satisfied", "violated", "unproven", "pending", "not_triggered")


def rules(path: Path, tool_id: str) -> list[Rule]:
    """Every version of every rule of a tool, the gravest rules first, a rule's newest version first."""
    sql = """
        select rule_id, version, kind, title, sentence, severity, why, train, owner, coalesce(tolerate, 0),
            coalesce(evidence_incorrect, 0), coalesce(evidence_correct, 0), effective_from, effective_to
        from dim_rule where tool_id = $tool_id
        order by array_position(['blocker', 'major', 'minor'], severity), rule_id, version desc"""
    return reading.select(path, sql, {"tool_id": tool_id}, Rule)


def verdicts(path: Path, tool_id: str, week_start: date) -> dict[str, Verdicts]:
    """What each rule says of the whole company's people in a week, by rule. Rules with fewer people than a small
    group are left out."""
    counts = ", ".join(f"count(*) filter (verdict = '{name}')" for name in VERDICTS)
    sql = f"""
        select rule_id, count(*), {counts}, sum(judged)::bigint, sum(broken)::bigint
        from fct_rule_week where tool_id = $tool_id and week_start = $week_start
        group by rule_id having count(*) >= (select small_group from dim_publication)"""
    rows = reading.select(path, sql, {"tool_id": tool_id, "week_start": week_start}, _verdicts)
    return {row.rule_id: row for row in rows}


def violated_by_week(path: Path, tool_id: str, weeks: int) -> list[ViolatedWeek]:
    """The course of each rule; weeks in which it judges fewer people than a small group are left out."""
    sql = """
        with newest as (select max(week_start) as week_start from fct_rule_week where tool_id = $tool_id)
        select rule_id, week_start, count(*) filter (verdict = 'violated'),
            count(*) filter (verdict in ('violated', 'satisfied')) as decided, bool_or(is_provisional)
        from fct_rule_week
        where tool_id = $tool_id
            and week_start > (select week_start - (7 * $weeks)::integer from newest)
        group by rule_id, week_start
        having count(*) filter (verdict in ('violated', 'satisfied')) >= (select small_group from dim_publication)
        order by rule_id, week_start"""
    return reading.select(path, sql, {"tool_id": tool_id, "weeks": weeks}, ViolatedWeek)


def _verdicts(rule_id: str, people: int, *rest: int) -> Verdicts:
    return Verdicts(rule_id, people, dict(zip(VERDICTS, rest[: len(VERDICTS)], strict=True)), *rest[len(VERDICTS) :])
