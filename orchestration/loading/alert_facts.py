"""What alerts are found in: the marts of the run under way, and the files that came within the last week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import Any, TypeVar

from orchestration.alerts.facts import Contact, Day, Delivery, Drift, Promise, Source, ToolFacts
from orchestration.health import SourceHealth
from orchestration.loading.marts import attached_marts
from orchestration.loading.session import Session

Fact = TypeVar("Fact")

_TOOLS = """
    select
        tool.tool_id, tool.owner_name, tool.owner_email, owner.is_on_roster, owner.on_roster_until,
        promised.error_measure, promised.retraining_on_drift, tool.is_paused,
        coalesce((
            select bool_or(other.is_on_roster) from marts.dim_tool_contact as other
            where other.tool_id = tool.tool_id and other.role <> 'owner' and other.is_on_roster is not null
        ), true)
    from marts.dim_tool as tool
    inner join marts.dim_production as promised on promised.tool_id = tool.tool_id
    left join marts.dim_tool_contact as owner on owner.tool_id = tool.tool_id and owner.role = 'owner'
    order by tool.position
"""
# Baselines reach back six weeks from four weeks ago; a quarter and a bit is enough.
_DAYS = """
    select
        tool_id, day, available_people, people, records, service_records, unknown_records, decisions, overridden,
        is_outage, is_paused
    from marts.fct_tool_day
    where day >= (select max(day) from marts.fct_tool_day) - 140
    order by tool_id, day
"""
_SOURCES = """
    select tool_id, source_id, freshness_hours, deadline_hours, is_late from marts.fct_tool_health order by source_id
"""
_DELIVERIES = """
    select
        tool_id, source_id, path, status, lines_read, lines_duplicate, lines_superseded, lines_quarantined,
        cast(loaded_at as date), cast(modified_at as date), dataset = 'events'
    from raw.load
    where dataset in ('events', 'aggregates') and loaded_at > (select started_at from raw.run) - interval 7 day
    order by tool_id, load_id
"""
_PROMISES = """
    select tool_id, criterion, week_start, promised, observed, holds, is_provisional, cases
    from marts.fct_production_week
    order by tool_id, criterion, week_start
"""


# Changes that nothing reads are for the Data health page.
_DRIFTS = """
    select tool_id, source_id, words, first_date from marts.fct_source_drift
    where is_open and is_untrustworthy
    order by tool_id, source_id, first_date, column_name
"""
# `--as-of DATE` is the moment that the next day begins.
_TODAY = """
    select cast(timezone(calendar.timezone, timezone('UTC', run.as_of - interval 1 microsecond)) as date)
    from raw.run as run cross join raw.calendar as calendar
"""


def tool_facts(session: Session) -> list[ToolFacts]:
    """The facts of every tool, in the order of tools.yml."""
    with attached_marts(session):
        tools = session.rows(_TOOLS)
        days, sources = _by_tool(session.rows(_DAYS), Day), _by_tool(session.rows(_SOURCES), Source)
        promises, drifts = _by_tool(session.rows(_PROMISES), Promise), _by_tool(session.rows(_DRIFTS), Drift)
    deliveries = _by_tool(session.rows(_DELIVERIES), Delivery)
    return [
        ToolFacts(
            tool_id=tool_id,
            owner=Contact(*owner),
            days=tuple(days[tool_id]),
            sources=tuple(sources[tool_id]),
            deliveries=tuple(deliveries[tool_id]),
            promises=tuple(promises[tool_id]),
            drifts=tuple(drifts[tool_id]),
            error_measure=measure,
            has_drift_trigger=on_drift,
            is_paused=is_paused,
            has_rostered_others=others,
        )
        for tool_id, *owner, measure, on_drift, is_paused, others in tools
    ]


def _by_tool(rows: Sequence[tuple[Any, ...]], shape: Callable[..., Fact]) -> defaultdict[str, list[Fact]]:
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for tool_id, *values in rows:
        found[tool_id].append(shape(*values))
    return found


def sources_health(session: Session) -> list[SourceHealth]:
    """How far each source reaches, and how old that may become."""
    with attached_marts(session):
        rows = session.rows(
            "select source_id, timezone('UTC', newest_at), deadline_hours from marts.fct_tool_health order by source_id"
        )
    return [
        SourceHealth(source_id, newest.replace(tzinfo=UTC).isoformat() if newest else None, hours)
        for source_id, newest, hours in rows
    ]


def today_of(session: Session) -> date:
    """The day on which the run judges, in the company's time zone."""
    return date.fromisoformat(str(session.value(_TODAY)))
