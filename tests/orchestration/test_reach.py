"""What a run publishes of that which rules can meet, against the warehouse it was counted in."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.reach import published_reach
from orchestration.registry.loading import load
from orchestration.rules.compile import compile_rule_book
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow


def test_the_events_of_a_tool_are_counted_by_name(built_company: Workspace) -> None:
    with duckdb.connect(str(built_company.warehouse), read_only=True) as connection:
        counted = connection.execute(
            "select tool_id, event_name, count(*) from staging.stg_usage_events group by 1, 2"
        ).fetchall()
    events = published_reach(built_company).events
    assert counted
    assert {(tool_id, name): count for tool_id, name, count in counted} == {
        (tool_id, name): count for tool_id, names in events.items() for name, count in names.items()
    }


def test_every_key_of_every_rule_is_counted(built_company: Workspace) -> None:
    reach = published_reach(built_company)
    rows = compile_rule_book(load(built_company).rule_sources)
    assert len(rows) > 10
    for row in rows:
        counts = reach.counts[row.rule_id, row.semantic_hash]
        named = {key for key, value in row.spec.items() if isinstance(value, dict)}
        assert named <= set(counts)
        for key in named:
            events = reach.events.get(row.tool_id, {})
            assert counts[key].named == sum(events.get(name, 0) for name in row.spec[key]["events"])
            assert counts[key].named >= counts[key].met >= counts[key].used
