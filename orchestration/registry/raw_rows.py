"""The registry as rows of the raw schema: what the warehouse replaces as a whole before every run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from orchestration.errors import ConfigError, Problem
from orchestration.registry.cross_checks import format_of
from orchestration.registry.loading import Registry
from orchestration.registry.models import DEFAULT_LATE_DAYS, Calendar, SourceSpec, Tool
from orchestration.registry.production_rows import pause_spans, paused_from, production_rows
from orchestration.registry.rendering import eligible_sql, uses_sql
from orchestration.registry.values import WEEKDAYS

Row = dict[str, Any]


def raw_rows(registry: Registry, today: date) -> dict[str, list[Row]]:
    """Rows by table name (without `raw.`): tool, tool_source, target, calendar, holiday, what production_rows adds.

    `today` decides which pauses have begun and where holidays end. Raises ConfigError for conditions and selectors
    that do not compile, all of them at once.
    """
    return {
        "tool": _tools(registry, today),
        "tool_source": [row for tool in registry.tools for row in _sources(registry, tool)],
        "target": _targets(registry),
        "calendar": [_calendar(registry)],
        "holiday": holiday_rows(registry, today),
        "identity_column": [{"column_name": name} for name in registry.people.namespaces],
        "roster_column": [
            {"column_name": ours, "source_name": theirs} for ours, theirs in registry.people.columns.items()
        ],
        **production_rows(registry),
    }


def listed_people(registry: Registry) -> list[tuple[str, str, str]]:
    """(tool_id, namespace, value) of everyone whom a tool's `eligible` list names; an `@` makes it an e-mail."""
    return [
        (tool.id, "email" if "@" in member else "person_id", member)
        for tool in registry.tools
        for member in tool.eligible.members
    ]


def source_ids(tool: Tool) -> list[str]:
    """The id of each source of `tool`, in order: `<tool>/<format>`, with `-2` for the second of the same format."""
    return [f"{tool.id}/{name}" for name in tool.source_names]


def weekday_bits(days: tuple[str, ...]) -> int:
    """Weekday names as a bit mask, bit 0 = Monday."""
    return sum(1 << WEEKDAYS.index(day) for day in days)


def _tools(registry: Registry, today: date) -> list[Row]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for position, tool in enumerate(registry.tools):
        rows.append(_tool(registry, tool, position, today))
        for column, render in (("eligible_sql", eligible_sql), ("uses_sql", uses_sql)):
            try:
                rows[-1][column] = render(registry, tool)
            except ConfigError as error:
                problems += error.problems
    if problems:
        raise ConfigError(problems)
    return rows


def _tool(registry: Registry, tool: Tool, position: int, today: date) -> Row:
    known = [format_of(registry, source) for source in tool.sources]
    pauses = [one for one in registry.pauses if one.tool_id == tool.id]
    return {
        "tool_id": tool.id,
        "title": tool.title,
        "owner_name": tool.owner.name,
        "owner_email": tool.owner.email,
        "escalation_email": tool.escalation.email if tool.escalation else None,
        "live_from": tool.live_from,
        "eligible_kind": tool.eligible.kind,
        "eligible_sql": None,
        "uses_sql": None,
        "window_weeks": tool.window_weeks,
        "min_uses": tool.min_uses,
        "min_available_days": tool.min_available_days,
        "grace_days": tool.grace_days,
        "late_days": max(_late_days(source) for source in tool.sources),
        "is_paused": any(one.covers(today) for one in pauses),
        "paused_from": paused_from(pauses, today),
        "rollup_unproven": tool.rollup.unproven if tool.rollup else None,
        "has_work_items": tool.work_items or _has_coverage(registry, tool),
        "can_prove": any(one is None or one.can_prove for one in known),
        "reads_aggregates": any(one is not None and "aggregates" in one.datasets for one in known),
        "production": _production(tool),
        "position": position,
        "pauses": pause_spans(pauses),
    }


def _production(tool: Tool) -> str | None:
    """What tools.yml says of production, and nothing that it leaves to the defaults."""
    if tool.production is None:
        return None
    return _json(tool.production.model_dump(exclude_none=True, exclude_defaults=True, by_alias=True))


def _has_coverage(registry: Registry, tool: Tool) -> bool:
    return any(rule.kind == "coverage" for rules in registry.rules_of(tool.id) for rule in rules.rules)


def _sources(registry: Registry, tool: Tool) -> Iterator[Row]:
    for source_id, source in zip(source_ids(tool), tool.sources, strict=True):
        known = format_of(registry, source)
        yield {
            "source_id": source_id,
            "tool_id": tool.id,
            "format": source.format,
            "grain": known.grain if known else "event",
            "path": source.path or f"inbox/{tool.id}",
            "late_days": _late_days(source),
            "freshness_hours": source.freshness_hours or _freshness_hours(_late_days(source)),
        }


def _freshness_hours(late_days: int) -> float:
    """The default deadline: a day more than the source may be late, so that a quiet weekend is no alarm."""
    return 24.0 * (late_days + 1)


def _late_days(source: SourceSpec) -> int:
    return DEFAULT_LATE_DAYS if source.late_days is None else source.late_days


def _targets(registry: Registry) -> list[Row]:
    return [
        {
            "tool_id": target.tool,
            "org_unit": target.org_unit,
            "measure": target.measure,
            "value": target.value,
            "due_date": target.due_date,
            "owner": target.owner,
            "baseline_week": target.baseline_week,
        }
        for target in registry.targets
    ]


def _calendar(registry: Registry) -> Row:
    return {
        "timezone": registry.calendar.timezone,
        "working_days": weekday_bits(registry.calendar.working_days),
        "org_unit": registry.people.org_unit,
        "small_group": registry.privacy.small_group,
    }


def holiday_rows(registry: Registry, today: date) -> list[Row]:
    """Public and own holidays from the year before the first `live_from` to next year, by date, one row per day."""
    first = min((tool.live_from.year for tool in registry.tools), default=today.year) - 1
    last = max(today.year + 1, first)
    named = _public(registry.calendar, range(first, last + 1))
    named.update({extra.day: extra.name for extra in registry.calendar.holidays.extra})
    return [{"holiday_date": day, "name": named[day]} for day in sorted(named)]


def _public(calendar: Calendar, years: range) -> dict[date, str]:
    if calendar.holidays.country is None:
        return {}
    import holidays  # slow to import, and only needed where a country is named

    found = holidays.country_holidays(calendar.holidays.country, subdiv=calendar.holidays.subdivision, years=years)
    return dict(found.items())


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
