"""The registry as rows of the raw schema."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from workspaces import rules, tool, workspace

from orchestration.errors import ConfigError
from orchestration.raw_schema import raw_schema
from orchestration.registry import load_registry
from orchestration.registry.loading import Registry
from orchestration.registry.raw_rows import holiday_rows, listed_people, raw_rows, source_ids, weekday_bits

TODAY = date(2026, 6, 1)

FULL = """\
- id: doc-extract
  title: Invoice extraction
  owner: {name: Name Surname, email: you@example.com}
  escalation: {email: head@example.com}
  live_from: 2026-03-02
  sources:
  - {format: human-decision, path: inbox/a, late_days: 5, freshness_hours: 24}
  - {format: human-decision, path: inbox/b, late_days: 1}
  - {format: github-copilot-users}
  eligible: {from: people, where: "department = 'Finance' and cost_center = 'x'"}
  uses: ["accepted where amount > 5"]
  production: {expected_people_per_day: 40}
  paused: {from: 2026-05-04, reason: retraining, by: owner}
  rollup: correct_user
- id: listed
  title: Listed
  owner: {name: Name Surname, email: you@example.com}
  live_from: 2026-01-05
  sources: [{format: claude-code-analytics}]
  eligible: [you@example.com, NA]
"""
CALENDAR = """\
timezone: Europe/Berlin
working_days: mon-sat
holidays: {country: DE, extra: [{date: 2026-12-24, name: Eve}]}
"""
TARGETS = """\
targets:
- {tool: doc-extract, measure: correct, value: 45%, date: 2026-12-31, owner: ada@example.com, org_unit: Finance,
   baseline_week: 2026-W10}
- {tool: listed, measure: active, value: 0.9, date: 2026-12-31, owner: ada@example.com}
"""


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    made = workspace(
        tmp_path,
        FULL,
        targets=TARGETS,
        calendar=CALENDAR,
        people="org_unit: team\n",
        privacy="small_group: 7\n",
        rules_a=rules(),
    )
    return load_registry(made)


def test_every_row_fits_the_raw_schema(registry: Registry) -> None:
    connection = duckdb.connect()
    connection.execute(raw_schema())
    for table, rows in raw_rows(registry, TODAY).items():
        columns = [name for name, *_ in connection.execute(f"describe raw.{table}").fetchall()]
        for row in rows:
            assert list(row) == columns
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into raw.{table} values ({marks})", list(row.values()))


def test_the_first_tool_is_rendered_with_its_conditions(registry: Registry) -> None:
    row, _ = raw_rows(registry, TODAY)["tool"]
    connection = duckdb.connect()
    person = "select 'Finance' as department, 1.0 as fte, json '{\"cost_center\": \"x\"}' as attributes"
    event = "select 'accepted' as event_name, 7.0 as \"amount__double\""
    assert connection.execute(f"select {row['eligible_sql']} from ({person})").fetchall() == [(True,)]
    assert connection.execute(f"select {row['uses_sql']} from ({event})").fetchall() == [(True,)]
    assert (row["late_days"], row["is_paused"], row["rollup_unproven"]) == (5, True, "correct_user")
    assert (row["can_prove"], row["reads_aggregates"], row["has_work_items"]) == (True, True, False)
    assert row["production"] == '{"expected_people_per_day":40.0}'
    assert row["escalation_email"] == "head@example.com"


def test_what_a_tool_does_not_say_is_null_or_the_default(registry: Registry) -> None:
    _, row = raw_rows(registry, TODAY)["tool"]
    assert (row["eligible_sql"], row["uses_sql"], row["production"], row["escalation_email"]) == (None,) * 4
    assert (row["window_weeks"], row["min_uses"], row["min_available_days"], row["grace_days"]) == (4, 1, 5, 14)
    assert (row["late_days"], row["is_paused"], row["eligible_kind"], row["position"]) == (3, False, "list", 1)


def test_a_pause_that_has_not_begun_is_none(registry: Registry) -> None:
    assert raw_rows(registry, date(2026, 5, 3))["tool"][0]["is_paused"] is False


def test_a_second_source_of_one_format_gets_a_number(registry: Registry) -> None:
    assert source_ids(registry.tools[0]) == [
        "doc-extract/human-decision",
        "doc-extract/human-decision-2",
        "doc-extract/github-copilot-users",
    ]
    rows = raw_rows(registry, TODAY)["tool_source"]
    assert [(row["path"], row["grain"], row["late_days"], row["freshness_hours"]) for row in rows] == [
        ("inbox/a", "event", 5, 24.0),
        ("inbox/b", "event", 1, 48.0),
        ("inbox/doc-extract", "day", 3, 96.0),
        ("inbox/listed", "day", 3, 96.0),
    ]


def test_listed_people_are_addresses_or_ids(registry: Registry) -> None:
    assert listed_people(registry) == [("listed", "email", "you@example.com"), ("listed", "person_id", "NA")]


def test_targets_and_calendar_are_rows(registry: Registry) -> None:
    rows = raw_rows(registry, TODAY)
    assert rows["target"][0] == {
        "tool_id": "doc-extract",
        "org_unit": "Finance",
        "measure": "correct",
        "value": 0.45,
        "due_date": date(2026, 12, 31),
        "owner": "ada@example.com",
        "baseline_week": date(2026, 3, 2),
    }
    assert rows["calendar"] == [
        {"timezone": "Europe/Berlin", "working_days": 0b0111111, "org_unit": "team", "small_group": 7}
    ]


def test_holidays_reach_from_the_year_before_the_first_start_to_next_year(registry: Registry) -> None:
    rows = {row["holiday_date"]: row["name"] for row in holiday_rows(registry, TODAY)}
    assert {day.year for day in rows} == {2025, 2026, 2027}
    assert rows[date(2026, 12, 24)] == "Eve"
    assert date(2026, 10, 3) in rows
    assert list(rows) == sorted(rows)


def test_without_a_country_there_are_no_holidays(tmp_path: Path) -> None:
    assert raw_rows(load_registry(workspace(tmp_path, tool())), TODAY)["holiday"] == []
    assert raw_rows(load_registry(workspace(tmp_path)), TODAY)["tool"] == []


def test_weekday_bits_begin_on_monday() -> None:
    assert [weekday_bits((day,)) for day in ("mon", "tue", "sun")] == [1, 2, 64]


def test_all_conditions_that_do_not_compile_are_named(tmp_path: Path) -> None:
    bad = "  eligible: {from: people, where: 'departmnt('}\n  uses: ['accepted where']\n"
    made = workspace(tmp_path, tool(more=bad) + tool("second", more=bad))
    with pytest.raises(ConfigError) as caught:
        raw_rows(load_registry(made), TODAY)
    assert [problem.line for problem in caught.value.problems] == [7, 8, 14, 15]
