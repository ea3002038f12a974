"""Every question that the dashboard asks of a publication: one typed function each, no Streamlit.

Timestamps come back as naive UTC. A share that nobody can know is None, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import duckdb

CONTRACT_VERSION = 1
WHOLE_COMPANY = "All"
NOT_JUDGED_REASONS = ("paused", "away", "new", "no_opportunity", "unproven", "no_evidence")
NON_USER_REASONS = ("never", "tried", "lapsed")
LINE_KINDS = ("loaded", "duplicate", "superseded", "quarantined", "blank")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, when, and by which code and rules. `as_of` is the moment the figures are judged from."""

    publication_id: str
    run_id: str
    code_version: str
    rule_book_hash: str
    timezone: str
    org_unit_attribute: str
    small_group: int
    contract_version: int
    published_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered tool, its judging parameters and how far its weeks have come."""

    tool_id: str
    title: str
    owner_name: str
    window_weeks: int
    min_uses: int
    min_available_days: int
    grace_days: int
    late_days: int
    rollup_unproven: str | None
    is_paused: bool
    has_rules: bool
    can_prove: bool
    live_from: date
    last_week_start: date | None
    last_final_week_start: date | None
    watermark_at: datetime | None
    known_share: float | None
    """Usage records that belong to a known person, of all; None: there is no record."""
    least_known_share: float

    @property
    def has_few_known(self) -> bool:
        """So few records belong to a known person that users may look like non-users."""
        return self.known_share is not None and self.known_share < self.least_known_share

    @property
    def can_show_correctness(self) -> bool:
        """Without rules, or with sources that cannot prove anything, a share of correct users of 0 means unknown."""
        return self.has_rules and self.can_prove


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


@dataclass(frozen=True, slots=True)
class Lines:
    """The ledger: every line read is in exactly one of the five other counts."""

    read: int
    loaded: int
    duplicate: int
    superseded: int
    quarantined: int
    blank: int

    @property
    def missing(self) -> int:
        """Lines read that no count accounts for; 0 when the equation balances."""
        return self.read - self.loaded - self.duplicate - self.superseded - self.quarantined - self.blank


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source of one tool: how old its newest record is, in hours, and what became of its lines."""

    tool_id: str
    title: str
    source_id: str
    format: str
    grain: str
    newest_at: datetime | None
    freshness_hours: float | None
    deadline_hours: float | None
    is_late: bool
    resolved_share: float | None
    lines: Lines


@dataclass(frozen=True, slots=True)
class SourceDay:
    """Records dated this day, those of them that came after the deadline, and the people they name."""

    source_id: str
    day: date
    records: int
    late_records: int
    people: int


@dataclass(frozen=True, slots=True)
class QuarantineReason:
    """Lines of one source kept aside for one reason."""

    source_id: str
    reason_code: str
    reason_example: str
    lines: int
    last_loaded_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many identities of one kind, and records under them, belong to a known person."""

    source_id: str
    namespace: str
    aliases: int
    resolved_aliases: int
    records: int
    resolved_records: int


@dataclass(frozen=True, slots=True)
class Load:
    """One version of one file, as the ledger has it."""

    path: str
    source_id: str
    loaded_at: datetime
    status: str
    message: str | None
    lines: Lines


def latest(workspace: Path) -> Path | None:
    """The real path of the newest publication, None when there is none. Resolved anew on every call."""
    link = workspace / "published" / "latest.duckdb"
    return link.resolve() if link.is_file() else None


def publication(path: Path) -> Publication | None:
    """The one row that describes the publication; None when the file holds none."""
    columns = "publication_id, run_id, code_version, rule_book_hash, timezone, org_unit_attribute, small_group,"
    sql = f"select {columns} contract_version, {_utc('published_at')}, {_utc('as_of')} from dim_publication"
    return next(iter(_select(path, sql, {}, Publication)), None)


def tools(path: Path) -> list[Tool]:
    """All tools in the order of the registry."""
    sql = f"""
        select tool_id, title, owner_name, window_weeks, min_uses, min_available_days, grace_days, late_days,
            rollup_unproven, is_paused, has_rules, can_prove, live_from, last_week_start, last_final_week_start,
            {_utc("watermark_at")}, known_share, least_known_share
        from dim_tool order by position, tool_id"""
    return _select(path, sql, {}, Tool)


def org_units(path: Path) -> list[str]:
    """The org units that any tool has figures for, by name."""
    sql = "select distinct org_unit from fct_adoption_week where org_level = 'org_unit' order by org_unit"
    return _select(path, sql, {}, str)


def adoption(path: Path, tool_id: str, org_unit: str, weeks: int) -> list[AdoptionWeek]:
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
    rows = _select(path, sql, {"tool_id": tool_id, "org_unit": org_unit, "weeks": weeks}, _adoption_week)
    return rows[::-1]


def targets(path: Path, tool_id: str, org_unit: str) -> dict[str, Target]:
    """The targets of a tool by measure (`correct`, `active`): the unit's own, else the whole company's."""
    sql = """
        select measure, value, due_date, owner, org_unit is null and $org_unit <> 'All'
        from dim_target
        where tool_id = $tool_id and (org_unit is null or org_unit = $org_unit)
        order by org_unit nulls first, due_date"""
    rows = _select(path, sql, {"tool_id": tool_id, "org_unit": org_unit}, Target)
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
            from dim_target where measure = 'correct' and (org_unit is null or org_unit = $org_unit)
            group by tool_id
        )
        select tool_id, title, has_rules and can_prove as can_show, is_paused, week_start, is_provisional, eligible,
            correct_user, case when can_show then correct_share end as shown_share, target, due,
            shown_share - target as gap
        from newest inner join dim_tool using (tool_id) left join held using (tool_id)
        where recency = 1
        order by gap nulls last, position"""
    return _select(path, sql, {"org_unit": org_unit}, ToolGap)


def source_health(path: Path) -> list[SourceHealth]:
    """Every source of every tool, the one that misses its deadline by most first."""
    sql = f"""
        select tool_id, title, source_id, format, grain, {_utc("newest_at")}, health.freshness_hours,
            deadline_hours, is_late, resolved_share, {_line_columns()}
        from fct_tool_health as health inner join dim_tool using (tool_id)
        order by is_late desc, health.freshness_hours / deadline_hours desc nulls last, position, source_id"""
    return _select(path, sql, {}, _source_health)


def lines(path: Path) -> Lines:
    """What became of every line that was ever read, people and absences included."""
    columns = ", ".join(f"coalesce(sum(lines_{kind}), 0)::bigint" for kind in ("read", *LINE_KINDS))
    return _select(path, f"select {columns} from fct_load", {}, Lines)[0]


def source_days(path: Path, tool_id: str, days: int) -> list[SourceDay]:
    """The last `days` days up to the tool's newest record, oldest first; days without a record are missing."""
    sql = """
        select source_id, day, records, late_records, people
        from fct_source_day
        where tool_id = $tool_id and records > 0
            and day > (select max(day) - $days::integer from fct_source_day where tool_id = $tool_id and records > 0)
        order by source_id, day"""
    return _select(path, sql, {"tool_id": tool_id, "days": days}, SourceDay)


def quarantine_reasons(path: Path, tool_id: str) -> list[QuarantineReason]:
    """Why lines of this tool were kept aside, the most frequent reason first."""
    sql = f"""
        select source_id, reason_code, reason_example, lines, {_utc("last_loaded_at")}
        from fct_quarantine_reason where tool_id = $tool_id and lines > 0
        order by lines desc, reason_code, source_id"""
    return _select(path, sql, {"tool_id": tool_id}, QuarantineReason)


def identity_coverage(path: Path, tool_id: str) -> list[Coverage]:
    """How many of this tool's identities are known people, by kind of identity."""
    sql = """
        select source_id, namespace, aliases, resolved_aliases, records, resolved_records
        from fct_identity_coverage where tool_id = $tool_id
        order by records desc, namespace, source_id"""
    return _select(path, sql, {"tool_id": tool_id}, Coverage)


def loads(path: Path, tool_id: str, limit: int) -> list[Load]:
    """This tool's newest files; refused ones come first, for they need somebody."""
    sql = f"""
        select path, source_id, {_utc("loaded_at")}, status, message, {_line_columns()}
        from fct_load where tool_id = $tool_id
        order by status = 'refused' desc, loaded_at desc, path desc limit $limit"""
    return _select(path, sql, {"tool_id": tool_id, "limit": limit}, _load)


_OF_UNIT = "org_level = case when $org_unit = 'All' then 'total' else 'org_unit' end and org_unit = $org_unit"


def _utc(column: str) -> str:
    """A UTC time without a zone: the published columns carry one, readers say 'UTC' themselves."""
    return f"timezone('UTC', {column}::timestamptz)"


def _line_columns() -> str:
    return ", ".join(f"lines_{kind}" for kind in ("read", *LINE_KINDS))


def _adoption_week(*row: Any) -> AdoptionWeek:
    reasons = len(NOT_JUDGED_REASONS) + len(NON_USER_REASONS)
    counted = iter(row[-reasons:])
    not_judged = {reason: next(counted) for reason in NOT_JUDGED_REASONS}
    non_user = {reason: next(counted) for reason in NON_USER_REASONS}
    values = (*row[:-reasons], not_judged, non_user)
    return AdoptionWeek(*values)


def _source_health(*row: Any) -> SourceHealth:
    values = (*row[:-6], Lines(*row[-6:]))
    return SourceHealth(*values)


def _load(*row: Any) -> Load:
    values = (*row[:-6], Lines(*row[-6:]))
    return Load(*values)


def _select(path: Path, sql: str, parameters: dict[str, Any], shape: Callable[..., Row]) -> list[Row]:
    return [shape(*row) for row in _rows(str(path), sql, tuple(parameters.items()))]


@lru_cache(maxsize=512)
def _rows(real_path: str, sql: str, parameters: tuple[tuple[str, Any], ...]) -> list[tuple[Any, ...]]:
    """A publication never changes, so neither do its answers. A cursor per call: one connection shared by threads
    gives wrong results."""
    with _connection(real_path).cursor() as cursor:
        return cursor.execute(sql, dict(parameters)).fetchall()


@lru_cache(maxsize=2)
def _connection(real_path: str) -> duckdb.DuckDBPyConnection:
    """One connection per publication: a new publication has a new real path. The one before it may still be read."""
    closed: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "autoload_known_extensions": False,
        "threads": 2,
    }
    connection = duckdb.connect(real_path, read_only=True, config=closed)
    connection.execute("set global timezone = 'UTC'")
    connection.execute("set lock_configuration = true")
    return connection
