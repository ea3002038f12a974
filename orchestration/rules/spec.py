"""The rendered form of a rule that the dbt macros read: the JSON of raw.rule_book.spec.

Keys are the same for every rule; what a kind does not use is null. Selectors stand as {"events": [...], "sql": boolean
that is never null}; `must_sql` is null where it is unknown. Columns in SQL are those of int_rule_events.
"""

from __future__ import annotations

from typing import Any

from orchestration.rules.columns import Dialect
from orchestration.rules.durations import UNITS
from orchestration.rules.expressions import render
from orchestration.rules.parsing import SELECTOR_KEYS, ParsedRule
from orchestration.rules.selectors import Selector

DEFAULT_SETTLE = UNITS["h"]


def spec(parsed: ParsedRule, dialect: Dialect = "duckdb") -> dict[str, Any]:
    """The options of the rule by key, everything in JSON types."""
    return {
        **{key: _selector(parsed.selectors.get(key), dialect) for key in (*SELECTOR_KEYS, "accepted")},
        **_sequence(parsed, dialect),
        **_counting(parsed, dialect),
        **_other(parsed, dialect),
        "reach_obligations": parsed.rule.reach_back.obligations if parsed.rule.reach_back else None,
        "reach_weeks": parsed.rule.reach_back.weeks if parsed.rule.reach_back else None,
        "roles": list(parsed.rule.roles or ()),
        "use_cases": list(parsed.rule.use_cases or ()),
        "attributes": [list(one) for one in parsed.attributes],
    }


def who(parsed: ParsedRule) -> str:
    """Whose target counts."""
    return parsed.rule.who or "same_user"


def settle(parsed: ParsedRule) -> int | None:
    """Microseconds of quiet after which a count is final; None for other kinds."""
    return (parsed.rule.settle or DEFAULT_SETTLE) if parsed.rule.kind == "count" else None


def kinds_of_items(parsed: ParsedRule) -> list[str]:
    """The kinds of work items that must be covered; empty: every kind."""
    return [kind for kind in parsed.rule.items or () if kind != "any"]


def bound(parsed: ParsedRule, value: float | None) -> float | int | None:
    """`min` or `max`: a whole number for a count, a double for a share."""
    if value is None:
        return None
    return int(value) if parsed.rule.kind == "count" else float(value)


def per(parsed: ParsedRule, dialect: Dialect = "duckdb") -> str | None:
    """The grouping column of a count, or `day`; `week` for a cadence."""
    return parsed.per.key(dialect) if parsed.per else "week" if parsed.rule.kind == "cadence" else parsed.rule.per


def _selector(selector: Selector | None, dialect: Dialect) -> dict[str, Any] | None:
    return {"events": list(selector.events), "sql": selector.sql(dialect)} if selector else None


def _sequence(parsed: ParsedRule, dialect: Dialect) -> dict[str, Any]:
    return {
        "who": who(parsed),
        "same": [column.key(dialect) for column in parsed.same],
        "immediately": bool(parsed.rule.immediately),
        "is_strict": parsed.is_strict,
    }


def _counting(parsed: ParsedRule, dialect: Dialect) -> dict[str, Any]:
    need = parsed.rule.at_least
    return {
        "per": per(parsed, dialect),
        "min": bound(parsed, parsed.rule.min),
        "max": bound(parsed, parsed.rule.max),
        "settle_us": settle(parsed),
        "need": need.count if need else None,
        "need_unit": need.unit if need else None,
        "measures": bool(parsed.measures),
        "of_measure": parsed.measures.get("of"),
        "among_measure": parsed.measures.get("among"),
    }


def _other(parsed: ParsedRule, dialect: Dialect) -> dict[str, Any]:
    rule = parsed.rule
    return {
        "must_sql": render(parsed.must, dialect) if parsed.must else None,
        "items": kinds_of_items(parsed),
        "confidence_sql": render(parsed.confidence, dialect) if parsed.confidence else None,
        "low": rule.low,
        "high": rule.high,
        "gap": rule.gap,
        "module": rule.module,
        "valid_for_us": rule.valid_for,
    }
