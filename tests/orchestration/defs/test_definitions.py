"""What Dagster is given: every asset, described, owned and limited to one writer; none lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

READ = {
    "rule_book",
    "people",
    "logs/doc-extract",
    "logs/helper",
    "former_judgement",
    "forecasts",
    "training_effects",
    "governance",
}
OWN = READ | {"publication", "notifications", "leadership_page"}


def model_keys(repository: Path) -> set[str]:
    folder = repository / "dbt_project" / "models"
    return {f"{model.relative_to(folder).parts[0]}/{model.stem}" for model in folder.rglob("*.sql")}


def specs(definitions: Any) -> dict[str, Any]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_the_assets_are_exactly_these(definitions: Any, repository: Path) -> None:
    materializable = {key.to_user_string() for key in definitions.resolve_asset_graph().materializable_asset_keys}
    assert materializable == OWN | model_keys(repository)


def test_nothing_is_read_that_no_asset_writes(definitions: Any) -> None:
    graph = definitions.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.get_all_asset_keys() - graph.materializable_asset_keys} == set()


def test_every_asset_says_what_it_is_and_whose(definitions: Any) -> None:
    for name, spec in specs(definitions).items():
        assert spec.description, name
        assert spec.owners, name
        assert spec.group_name, name
        assert spec.kinds, name


def test_the_logs_of_a_tool_belong_to_its_owner(definitions: Any) -> None:
    assert specs(definitions)["logs/doc-extract"].owners == ["you@example.com"]


def test_every_step_writes_alone(definitions: Any) -> None:
    job = definitions.resolve_implicit_global_asset_job_def()
    assert {node.definition.pool for node in job.nodes} == {"warehouse"}


def test_every_step_is_tried_again(definitions: Any) -> None:
    job = definitions.resolve_implicit_global_asset_job_def()
    assert all(node.definition.retry_policy is not None for node in job.nodes)


def test_nothing_is_published_before_every_mart(definitions: Any) -> None:
    deps = {dep.asset_key.to_user_string() for dep in specs(definitions)["publication"].deps}
    assert deps == {name for name in specs(definitions) if name.startswith("marts/")}


def test_the_models_wait_for_logs_people_and_rules(definitions: Any) -> None:
    graph = definitions.resolve_asset_graph()
    roots = {
        parent.to_user_string()
        for key in graph.materializable_asset_keys
        if key.path[0] == "staging"
        for parent in graph.get(key).parent_keys
    }
    assert roots == READ


def test_our_own_checks_are_there(definitions: Any) -> None:
    checks = {(key.asset_key.to_user_string(), key.name) for key in definitions.resolve_asset_graph().asset_check_keys}
    assert checks >= {
        ("logs/doc-extract", "reconciliation"),
        ("logs/doc-extract", "freshness"),
        ("logs/helper", "reconciliation"),
        ("logs/helper", "freshness"),
        ("people", "reconciliation"),
        ("marts/fct_person_tool_week", "completeness"),
    }


def test_dbt_tests_are_checks(definitions: Any) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    assert len([key for key in checks if key.asset_key.path[0] == "marts"]) > 20


def test_runs_begin_by_themselves(definitions: Any) -> None:
    assert {schedule.name for schedule in definitions.schedules} == {"daily", "leadership_weekly", "outbox_hourly"}
    assert {sensor.name for sensor in definitions.sensors} == {"inbox", "run_failed"}


def test_the_job_is_all_but_the_weekly_page_and_cannot_run_for_ever(definitions: Any) -> None:
    job = definitions.resolve_job_def("refresh")
    assert job.tags["dagster/max_runtime"] == "21600"
    whole = definitions.resolve_implicit_global_asset_job_def()
    assert {node.name for node in job.nodes} == {node.name for node in whole.nodes} - {"leadership_page"}


def test_the_weekly_page_has_a_job_of_its_own(definitions: Any) -> None:
    assert [node.name for node in definitions.resolve_job_def("leadership").nodes] == ["leadership_page"]
