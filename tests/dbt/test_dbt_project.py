"""The dbt project as a whole: its unit tests pass, and it describes and promises what the house rules ask."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest

from orchestration.parsed_project import PROJECT
from orchestration.raw_schema import raw_schema
from orchestration.registry.rule_models import Kind
from orchestration.registry.yaml_file import YamlFile
from orchestration.transform import manifest_path, run_data_tests, run_models, run_unit_tests
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
ARROW_TYPES = {"varchar", "boolean", "bigint", "double", "date", "timestamp with time zone"}


@pytest.fixture(scope="module")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A warehouse with every raw table and no row."""
    workspace = Workspace(tmp_path_factory.mktemp("empty"))
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(raw_schema())
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


def test_a_model_that_is_not_sound_says_which_column_and_how_many_rows(empty_workspace: Workspace) -> None:
    bad = "insert into fct_training_plan (plan_id, person_key, tool_id, arm) values ('p', 'k', 't', 'lot'), "
    with duckdb.connect(str(empty_workspace.marts)) as connection:
        connection.execute(bad + "('p', 'k', 't', 'lot'), ('q', null, 't', 'train')")
    try:
        tested = {node.name: node for node in run_data_tests(empty_workspace, select=["fct_training_plan"]).nodes}
    finally:
        with duckdb.connect(str(empty_workspace.marts)) as connection:
            connection.execute("delete from fct_training_plan")
    sound = tested["fct_training_plan_is_sound"]
    found = dict(one.rsplit(": ", 1) for one in sound.message.split("; "))
    assert sound.status == "fail"
    assert found["person_key is null"] == "1"
    assert found["state is null"] == "3"
    assert found["arm is none of train, hold_out"] == "2"
    assert found["plan_id, person_key, tool_id, rule_id stands more than once"] == "1"
    assert "plan_id is null" not in found
    assert sound.failures == sum(int(count) for count in found.values())


def test_a_column_that_must_be_unique_says_how_many_values_are_not(empty_workspace: Workspace) -> None:
    twice = "insert into raw.person (person_no, person_key) select * from (values (1, 'k'), (2, 'k')) as t"
    with duckdb.connect(str(empty_workspace.warehouse)) as connection:
        connection.execute(twice)
    try:
        [sound] = run_data_tests(empty_workspace, select=["stg_people"]).nodes
    finally:
        with duckdb.connect(str(empty_workspace.warehouse)) as connection:
            connection.execute("delete from raw.person")
    assert (sound.status, sound.message, sound.failures) == ("fail", "person_key is not unique: 1", 1)


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
