"""What the latest publication holds of that which rules name: enough to tell a rule that can never fire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.publication import latest_publication
from orchestration.workspace import Workspace

_TABLES = {"fct_event_name", "fct_rule_reach"}
_EVENTS = "select tool_id, event_name, events from fct_event_name where event_name is not null"
_ORG_UNITS = "select distinct org_unit from dim_person where org_unit is not null"
_REACH = "select rule_id, semantic_hash, rule_key, named, met, used from fct_rule_reach"

Meaning = tuple[str, str]
"""A rule and the hash of its meaning: counts of another meaning say nothing."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of the names a key gives, those that meet its condition, those that can count for somebody."""

    named: int
    met: int
    used: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Events per tool and name, and counts per meaning and key. Empty when nothing was published."""

    events: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    counts: Mapping[Meaning, Mapping[str, Counts]] = field(default_factory=dict)


def published_reach(workspace: Workspace) -> Reach:
    """What the latest publication says; nothing when there is none, or it is broken or older than these tables."""
    path = latest_publication(workspace)
    try:
        return _read(path) if path else Reach()
    except duckdb.Error:
        return Reach()  # takeup doctor tells of a publication that cannot be read


def published_org_units(workspace: Workspace) -> frozenset[str]:
    """Every org unit that anybody of the latest publication is in; none when there is none, or it is broken."""
    path = latest_publication(workspace)
    if path is None:
        return frozenset()
    try:
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as connection:
            return frozenset(unit for (unit,) in connection.execute(_ORG_UNITS).fetchall())
    except duckdb.Error:
        return frozenset()


def _read(path: Path) -> Reach:
    with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as connection:
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        if not tables >= _TABLES:
            return Reach()
        events: dict[str, dict[str, int]] = {}
        for tool_id, name, count in connection.execute(_EVENTS).fetchall():
            events.setdefault(tool_id, {})[name] = count
        counts: dict[Meaning, dict[str, Counts]] = {}
        for rule_id, meaning, key, *found in connection.execute(_REACH).fetchall():
            counts.setdefault((rule_id, meaning), {})[key] = Counts(*found)
        return Reach(events, counts)
