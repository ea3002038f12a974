"""The dbt project as a whole: its unit tests pass, and it describes and promises what the house rules ask."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest

from orchestration.judging import SCHEMA
from orchestration.parsed_project import PROJECT
from orchestration.registry.rule_models import Kind
from orchestration.registry.yaml_file import YamlFile
from orchestration.transform import manifest_path, run_models, run_unit_tests
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
ARROW_TYPES = {"varchar", "boolean", "bigint", "double", "date", "timestamp with time zone"}


@pytest.fixture(scope="module")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A warehouse with every raw table and no row."""
    workspace = Workspace(tmp_path_factory.mktemp("empty"))
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(SCHEMA.read_text())
    return workspace


@pytest.fixture(scope="module")
def manifest(empty_workspace: Workspace) -> Mapping[str, Any]:
    return json.loads(manifest_path(empty_workspace).read_bytes())


@pytest.fixture(scope="module")
def models(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def families() -> Mapping[str, list[str]]:
    return YamlFile.read(PROJECT / "dbt_project.yml").data["vars"]["obligation_families"]


def test_every_unit_test_passes_and_an_empty_warehouse_builds(empty_workspace: Workspace) -> None:
    assert run_models(empty_workspace).raise_if_failed()
    results = run_unit_tests(empty_workspace).raise_if_failed()
    assert len(results.nodes) >= 29
    assert {node.status for node in results.nodes} == {"pass"}


def test_every_kind_has_a_macro_a_model_and_a_unit_test(manifest: Mapping[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert sorted(kind for kinds in families().values() for kind in kinds) == sorted(get_args(Kind))
    for family, kinds in families().items():
        assert f"int_obligations__{family}" in tested
        for kind in kinds:
            assert (PROJECT / "dbt_project" / "macros" / "rules" / f"{kind}.sql").is_file()


def test_every_mart_has_a_contract_of_types_that_charts_can_draw(models: list[Mapping[str, Any]]) -> None:
    marts = [node for node in models if node["fqn"][1] == "marts"]
    assert len(marts) >= 14
    for node in marts:
        assert node["config"]["contract"]["enforced"], node["name"]
        types = {column["data_type"] for column in node["columns"].values()}
        assert types <= ARROW_TYPES, node["name"]
        assert all(column["description"] for column in node["columns"].values()), node["name"]


def test_shared_macros_hold_no_sql_that_spark_lacks() -> None:
    """Dialect differences stand in dialect.sql, behind dispatch; nothing else may use what only one engine knows."""
    foreign = re.compile(r"\b(qualify|asof|ignore nulls)\b|\bfilter \(|exclude \(", re.IGNORECASE)
    found = []
    for path in Path(PROJECT / "dbt_project").rglob("*.sql"):
        text = re.sub(r"\{#.*?#\}|--.*", "", path.read_text(), flags=re.DOTALL if path.parent.name == "rules" else 0)
        if foreign.search(text):
            found.append(path.name)
    assert not found
