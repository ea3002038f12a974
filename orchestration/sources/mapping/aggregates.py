"""Counts of a person and period, whole or in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.sources.aggregates import BARE, in_period
from orchestration.sources.fields import FieldError
from orchestration.sources.mapping.plan import Grain, Scope, Unpivot, Variant, When
from orchestration.sources.mapping.shared import Target, attributes_of, columns_of, key_of
from orchestration.sources.mapping.values import AGGREGATE_COLUMNS, day_of, moment_of, people_of
from orchestration.sources.periods import DAY, Period, is_settled
from orchestration.sources.records import MEASURES, AggregateRecord

_LENGTHS = {"day": 1, "week": 7, "28d": 28}
ACTS = tuple(name for name in MEASURES if name not in ("cost", "offered", "lines_suggested"))
"""Measures of what a person does; what is billed or shown to them is no act of theirs."""

_LISTS_IDLE = ("all_members", "licensed_only")
_GROUP = re.compile(r"\$(\d)")


def aggregates_of(variant: Variant, scope: Scope, target: Target) -> list[AggregateRecord]:
    """The row of one record, and the rows of its parts where columns hold parts."""
    period = period_of(variant.grain, variant.when, day_of(variant.when, scope, target.file))
    target.not_late(period.start, "the period")
    columns = columns_of(variant, scope)
    parts = list(_parts(variant.unpivot, scope)) if variant.unpivot else []
    if variant.unpivot and any(name in columns for name in variant.unpivot.to):
        # A total and its parts would be counted twice: the parts stay beside it by name.
        columns |= {
            f"{name}_{part}": value for part, told in parts for name, value in told.items() if value is not None
        }
        parts = []
    whole = _row(variant, scope, columns, target)
    rows = [replace(whole, part=part, measures=told, attributes={"feature": part}) for part, told in parts]
    if not rows or any(value is not None for value in whole.measures.values()) or whole.is_active is not None:
        rows.insert(0, whole)
    return [_keyed(variant, scope, row, period, target) for row in rows]


def _row(variant: Variant, scope: Scope, columns: Mapping[str, Any], target: Target) -> AggregateRecord:
    as_of = moment_of(variant.as_of, scope, target.file) if variant.as_of else None
    return replace(
        BARE,
        line_no=scope.number,
        lines=scope.lines,
        users=people_of(variant.who, scope),
        actor_type=_actor(columns.get("actor_type")),
        part=columns.get("part") or "",
        scope=columns.get("scope") or "",
        is_active=columns.get("is_active"),
        measures={name: columns[name] for name in MEASURES if name in columns},
        currency=columns.get("currency"),
        attributes=attributes_of(variant, scope, columns),
        coverage=variant.grain.coverage,
        as_of=as_of and target.not_late(as_of, "the time of the report"),
    )


def _actor(told: Any) -> str:
    return "human" if told is None else told if told in ("human", "service") else "unknown"


def _keyed(variant: Variant, scope: Scope, row: AggregateRecord, period: Period, target: Target) -> AggregateRecord:
    keyed = in_period(row, period)
    if variant.dedup:
        told = {
            **row.measures,
            "source": target.source,
            "user": row.users[0].value.casefold(),
            "period_start": period.start.isoformat(),
            "time": period.start.isoformat(),
            "part": row.part,
            "feature": row.part,
            "scope": row.scope,
            **{name: value for name, value in row.attributes.items() if name not in AGGREGATE_COLUMNS},
        }
        # The part always tells rows of one record apart, named or not.
        keyed = replace(keyed, key=(*key_of(variant, told, scope), row.part))
    is_active = _is_active(row) if row.is_active is None else row.is_active
    settled = is_settled(period, row.as_of or target.modified, variant.grain.final_after)
    return replace(keyed, is_active=is_active, is_final=settled)


def _is_active(row: AggregateRecord) -> bool | None:
    """What the counts say where the source does not: acts are use; none at all is idleness where idle people stand too.

    None: unknown, as where nobody is listed without a reason, or nothing but offers and bills is counted.
    """
    acts = [count for name in ACTS if (count := row.measures.get(name)) is not None]
    if any(acts):
        return True
    return False if acts and row.coverage in _LISTS_IDLE else None


def period_of(grain: Grain, when: When, day: date) -> Period:
    """The period that a record with this day is about."""
    try:
        if grain.period == "month":
            first = day.replace(day=1)
            return Period("month", first, (first + timedelta(days=31)).replace(day=1))
        if grain.period == "snapshot":
            return Period.looking_back(datetime.combine(day + DAY, datetime.min.time()), grain.days)
        length = _LENGTHS[grain.period]
        first = day - (length - 1) * DAY if when.is_last_day else day
        return Period(grain.period, first, first + length * DAY)
    except OverflowError as error:
        raise FieldError("bad_time", "the period lies outside the calendar") from error


def _parts(unpivot: Unpivot, scope: Scope) -> Iterator[tuple[str, dict[str, Any]]]:
    """(part, measures of it) of each column that the pattern fits and that is not empty."""
    for name, value in scope.values.items():
        written = scope.names.get(name, name)
        found = unpivot.match(name, written)
        if found is None or value is None or value == "":
            continue
        told = {ours: _filled(template, found, value) for ours, template in unpivot.to.items()}
        read = {ours: AGGREGATE_COLUMNS[ours](inner, ours) for ours, inner in told.items()}
        yield _filled(unpivot.part, found, value), read


def _filled(template: str, found: re.Match[str], value: Any) -> Any:
    """`value` is the cell; `$1` in any other template is what the first group of the pattern fits."""
    if template == "value":
        return value
    groups = found.groups()
    return _GROUP.sub(lambda one: groups[int(one[1]) - 1] or "" if 0 < int(one[1]) <= len(groups) else "", template)
