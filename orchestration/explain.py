"""`takeup rules explain`: why a person has their status for a tool and week, from the latest publication alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import duckdb

from orchestration.errors import DataError, UsageError
from orchestration.publication import latest_publication
from orchestration.registry.explain import suggest
from orchestration.way_back import Standing, WayBack, way_back
from orchestration.workspace import Workspace

SHOWN_BREACHES = 3
Row = Mapping[str, Any]

_KEY = re.compile(r"[0-9a-f]{32}")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_STATUS = """
    select status.*, tool.title, tool.window_weeks, tool.min_uses, tool.min_available_days, tool.grace_days
    from fct_person_tool_week as status
    inner join dim_tool as tool on tool.tool_id = status.tool_id
    where status.person_key = $person and status.tool_id = $tool and status.week_start = $week
"""
# Every rule that was in force on some day of the window, judged or not; of several versions the newest judged one.
_RULES = """
    select distinct on (rule.rule_id)
        rule.*, judged.judged, judged.broken, judged.pending, judged.unknown, judged.excused, judged.value,
        judged.verdict, judged.reached_to_week
    from dim_rule as rule
    left join fct_rule_week as judged
        on judged.rule_id = rule.rule_id and judged.version = rule.version and judged.tool_id = rule.tool_id
        and judged.person_key = $person and judged.week_start = $week
    where rule.tool_id = $tool
        and (judged.rule_id is not null
            or (coalesce(rule.effective_from, date '0001-01-01') < $window_end
                and coalesce(rule.effective_to, date '9999-12-31') >= $window_start))
    order by rule.rule_id, judged.rule_id is null, rule.version desc
"""
_BREACHES = """
    select
        rule_id, obligation_event_id as event_id, evidence_event_id, weight,
        epoch_us(obligation_at) as at_us, epoch_us(due_at) as due_us, week_start
    from fct_obligation
    where person_key = $person and tool_id = $tool and outcome = 'broken'
        and week_start >= $first_week and week_start < $window_end
    order by obligation_at, obligation_event_id
"""


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken obligation; times in UTC. Of daily counts the event is `<tool>:<day>` and stands for `weight` cases."""

    event_id: str
    at: datetime
    due_at: datetime
    evidence_event_id: str | None
    weight: int


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule in the window: its terms, counts and verdict, what broke it, what is missing, the way back.

    `clean_from` is the Monday of the first week whose window holds none of these breaches any more.
    """

    terms: Row
    verdict: str
    judged: int
    broken: int
    pending: int
    unknown: int
    excused: int
    breaches: tuple[Breach, ...]
    missing: tuple[str, ...]
    way_back: WayBack | None
    clean_from: date | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The status with the row it comes from, and every rule that could have decided it. `timezone`: the company's."""

    person_key: str
    tool_id: str
    week_start: date
    window_start: date
    window_end: date
    status: Row
    says: str
    rules: tuple[RuleExplanation, ...]
    timezone: str

    @property
    def week(self) -> str:
        return f"{self.week_start:%G-W%V}"


class Publication:
    """The latest publication, open for reading. A context manager; raises DataError when there is none."""

    def __init__(self, workspace: Workspace) -> None:
        path = latest_publication(workspace)
        if path is None:
            raise DataError("nothing was published yet - takeup run makes the first publication")
        self._connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})

    def __enter__(self) -> Publication:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows by column name; only the parameters that `sql` names are passed."""
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        result = self._connection.execute(sql, named)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def knows_key(self, person: str) -> bool:
        """Whether `person` is the person_key of somebody published."""
        if not _KEY.fullmatch(person):
            return False
        return bool(self.rows("select 1 from dim_person where person_key = $person", person=person))


def explain(publication: Publication, person_key: str, tool_id: str, week: str | None = None) -> Explanation:
    """Why the person has the status; `week` as '2026-W45', by default the tool's latest final week, else its latest.

    Raises UsageError for an unknown tool or a week that is none, DataError when the person was not eligible then.
    """
    monday = week_of(publication, tool_id, week)
    found = publication.rows(_STATUS, person=person_key, tool=tool_id, week=monday)
    if not found:
        raise DataError(_not_eligible(publication, person_key, tool_id, monday))
    start, end = monday - timedelta(weeks=found[0]["window_weeks"] - 1), monday + timedelta(weeks=1)
    scope = {"person": person_key, "tool": tool_id, "week": monday, "window_start": start, "window_end": end}
    terms = publication.rows(_RULES, **scope)
    first_week = min((row["reached_to_week"] for row in terms if row["reached_to_week"]), default=start)
    breaches = publication.rows(_BREACHES, **scope, first_week=first_week)
    weeks = found[0]["window_weeks"]
    rules = [_rule(row, _of_rule(breaches, row, start), weeks) for row in terms]
    rules.sort(key=lambda one: (("blocker", "major", "minor").index(one.terms["severity"]), one.terms["rule_id"]))
    zone = publication.rows("select timezone from dim_publication")[0]["timezone"]
    return Explanation(person_key, tool_id, monday, start, end, found[0], _says(found[0]), tuple(rules), zone)


def week_of(publication: Publication, tool_id: str, week: str | None = None) -> date:
    """The Monday of `week` ('2026-W45'), by default of the tool's latest final week, else of its latest.

    Raises UsageError for an unknown tool or a week that is none, DataError when no week has ended yet.
    """
    tool = published_tool(publication, tool_id)
    monday = _monday(week) if week else tool["last_final_week_start"] or tool["last_week_start"]
    if monday is None:
        raise DataError(f"no week of {tool_id} has ended yet - run again when one has")
    return cast("date", monday)


def published_tool(publication: Publication, tool_id: str) -> Row:
    """The row of dim_tool; raises UsageError for a tool that is not published, so that no misspelt one looks well."""
    tools = {tool["tool_id"]: tool for tool in publication.rows("select * from dim_tool order by position")}
    if tool_id not in tools:
        known = ", ".join(tools)
        near = suggest(tool_id, tools)
        raise UsageError(f"there is no tool {tool_id!r} in the latest publication{near} - published are {known}")
    return tools[tool_id]


def _monday(week: str) -> date:
    match = _WEEK.fullmatch(week)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)  # type: ignore[index]
    except (TypeError, ValueError):
        raise UsageError(f"{week!r} is not an ISO week - write it like 2026-W45") from None


def _not_eligible(publication: Publication, person_key: str, tool_id: str, monday: date) -> str:
    sql = """
        select min(week_start) as first, max(week_start) as last from fct_person_tool_week
        where person_key = $person and tool_id = $tool
    """
    first, last = publication.rows(sql, person=person_key, tool=tool_id)[0].values()
    what = f"{person_key} has no status for {tool_id} in {monday:%G-W%V}"
    if first is None:
        return f"{what}: never meant to use it while it was judged - name another tool"
    return f"{what}: not meant to use it then, or not judged yet - known weeks lie in {first:%G-W%V} to {last:%G-W%V}"


def _rule(row: Row, breaches: Sequence[Row], window_weeks: int) -> RuleExplanation:
    counts = {key: int(row[key] or 0) for key in ("judged", "broken", "pending", "unknown", "excused")}
    verdict = row["verdict"] or "not_triggered"
    return RuleExplanation(
        terms=row,
        verdict=verdict,
        **counts,
        breaches=tuple(_breach(one) for one in breaches[:SHOWN_BREACHES]),
        missing=tuple(_missing(row, verdict, counts)),
        way_back=None if verdict == "satisfied" else way_back(_standing(row, counts)),
        clean_from=_clean_from(row, breaches, window_weeks),
    )


def _clean_from(rule: Row, breaches: Sequence[Row], window_weeks: int) -> date | None:
    if not breaches:
        return None
    reach = max(window_weeks, rule["reach_weeks"] or 0)
    return max(cast("date", one["week_start"]) for one in breaches) + timedelta(weeks=reach)


def _of_rule(breaches: Sequence[Row], rule: Row, window_start: date) -> list[Row]:
    """The breaches that its verdict counts: those of the window, and of the weeks before it that it reaches back to."""
    first_week = rule["reached_to_week"] or window_start
    return [one for one in breaches if one["rule_id"] == rule["rule_id"] and one["week_start"] >= first_week]


def _standing(row: Row, counts: Mapping[str, int]) -> Standing:
    return Standing(
        kind=row["kind"],
        severity=row["severity"],
        tolerate=row["tolerate"],
        evidence_incorrect=row["evidence_incorrect"],
        evidence_correct=row["evidence_correct"],
        judged=counts["judged"],
        broken=counts["broken"],
        share_min=row.get("share_min"),
        share_max=row.get("share_max"),
    )


def _breach(row: Row) -> Breach:
    return Breach(
        row["event_id"], _moment(row["at_us"]), _moment(row["due_us"]), row["evidence_event_id"], int(row["weight"])
    )


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


def _missing(row: Row, verdict: str, counts: Mapping[str, int]) -> list[str]:
    """What keeps the rule from a verdict, and what was left out of it."""
    judged, found = counts["judged"], []
    if verdict == "not_triggered":
        found.append("nothing in the window called for it")
    short = row["evidence_correct"] - judged
    if verdict == "unproven":
        found.append(
            f"{short:,} more case{'' if short == 1 else 's'} to judge ({judged} of {row['evidence_correct']})"
            if short > 0
            else f"{_cases(judged)} leave open on which side of the limit the rate lies"
        )
    if row["reached_to_week"]:
        found.append(f"rare: cases since {row['reached_to_week']:%G-W%V} count, before the window")
    if counts["pending"]:
        found.append(f"{_cases(counts['pending'])} whose time is not over yet")
    if counts["unknown"]:
        found.append(f"{_cases(counts['unknown'])} that cannot be judged: a value is missing, or the log begins later")
    if counts["excused"]:
        found.append(f"{_cases(counts['excused'])} excused by an outage")
    return found


def _cases(count: int) -> str:
    return f"{count:,} case{'' if count == 1 else 's'}"


REASONS = {
    "paused": "the tool is paused; nobody is judged",
    "away": "away: there were fewer than {min_available_days} working days with the person and the tool available",
    "new": "new: meant to use the tool for less than {grace_days} days",
    "blocker": "broke a rule that permits no breach: {first_violation_rule_id}",
    "no_opportunity": "had no work item for the tool in the window",
    "tried": "used it {uses} times in the window; {min_uses} make a user",
    "lapsed": "used it before the window, not in it",
    "never": "has never used it",
    "no_evidence": "its logs cannot tell correct from incorrect use, or not even whether it is used",
    "major": "breaks a rule that matters: {first_violation_rule_id}",
    "several_minor": "breaks at least two minor rules, first of them {first_violation_rule_id}",
    "proven": "uses it, breaks no major rule and has proven at least one",
    "unproven": "uses it, but there are too few judged cases for a class",
}


def _says(status: Row) -> str:
    """The reason in words."""
    return REASONS.get(status["reason"], "{reason}").format(**status)
