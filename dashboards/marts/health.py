"""Whether the figures can be trusted: sources, lines, quarantine, identities, files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dashboards.marts import reading

LINE_KINDS = ("loaded", "duplicate", "superseded", "quarantined", "blank")


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
class Drift:
    """A change in the form of a source's logs, and what reads it."""

    source_id: str
    words: str
    rule_ids: str | None
    is_read_by_use: bool
    is_untrustworthy: bool
    is_open: bool
    first_date: date
    last_date: date | None


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


def source_health(path: Path) -> list[SourceHealth]:
    """Every source of every tool, the one that misses its deadline by most first."""
    sql = f"""
        select tool_id, title, source_id, format, grain, {reading.utc("newest_at")}, health.freshness_hours,
            deadline_hours, is_late, resolved_share, {_line_columns()}
        from fct_tool_health as health inner join dim_tool using (tool_id)
        order by is_late desc, health.freshness_hours / deadline_hours desc nulls last, position, source_id"""
    return reading.select(path, sql, {}, _source_health)


def lines(path: Path) -> Lines:
    """What became of every line that was ever read, people and absences included."""
    columns = ", ".join(f"coalesce(sum(lines_{kind}), 0)::bigint" for kind in ("read", *LINE_KINDS))
    return reading.select(path, f"select {columns} from fct_load", {}, Lines)[0]


def source_days(path: Path, tool_id: str, days: int) -> list[SourceDay]:
    """The last `days` days up to the tool's newest record, oldest first; days without a record are missing."""
    sql = """
        select source_id, day, records, late_records, people
        from fct_source_day
        where tool_id = $tool_id and records > 0
            and day > (select max(day) - $days::integer from fct_source_day where tool_id = $tool_id and records > 0)
        order by source_id, day"""
    return reading.select(path, sql, {"tool_id": tool_id, "days": days}, SourceDay)


def quarantine_reasons(path: Path, tool_id: str) -> list[QuarantineReason]:
    """Why lines of this tool were kept aside, the most frequent reason first."""
    sql = f"""
        select source_id, reason_code, reason_example, lines, {reading.utc("last_loaded_at")}
        from fct_quarantine_reason where tool_id = $tool_id and lines > 0
        order by lines desc, reason_code, source_id"""
    return reading.select(path, sql, {"tool_id": tool_id}, QuarantineReason)


def drifts(path: Path, tool_id: str) -> list[Drift]:
    """What has changed in the form of a tool's logs; what still goes on and touches figures first."""
    sql = """
        select source_id, words, rule_ids, is_read_by_use, is_untrustworthy, is_open, first_date, last_date
        from fct_source_drift where tool_id = $tool_id
        order by is_open desc, is_untrustworthy desc, first_date desc, words"""
    return reading.select(path, sql, {"tool_id": tool_id}, Drift)


def identity_coverage(path: Path, tool_id: str) -> list[Coverage]:
    """How many of this tool's identities are known people, by kind of identity."""
    sql = """
        select source_id, namespace, aliases, resolved_aliases, records, resolved_records
        from fct_identity_coverage where tool_id = $tool_id
        order by records desc, namespace, source_id"""
    return reading.select(path, sql, {"tool_id": tool_id}, Coverage)


def loads(path: Path, tool_id: str, limit: int) -> list[Load]:
    """This tool's newest files; refused ones come first, for they need somebody."""
    sql = f"""
        select path, source_id, {reading.utc("loaded_at")}, status, message, {_line_columns()}
        from fct_load where tool_id = $tool_id
        order by status = 'refused' desc, loaded_at desc, path desc limit $limit"""
    return reading.select(path, sql, {"tool_id": tool_id, "limit": limit}, _load)


def _line_columns() -> str:
    return ", ".join(f"lines_{kind}" for kind in ("read", *LINE_KINDS))


def _source_health(*row: Any) -> SourceHealth:
    values = (*row[:-6], Lines(*row[-6:]))
    return SourceHealth(*values)


def _load(*row: Any) -> Load:
    values = (*row[:-6], Lines(*row[-6:]))
    return Load(*values)
