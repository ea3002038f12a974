"""How the outcome of dbt becomes materializations and check results."""

from __future__ import annotations

from typing import Any

import dagster as dg

from orchestration.defs.models import LOGS, PEOPLE, REGISTRY, Translator, events
from orchestration.transform import DbtResult, NodeResult


def model(name: str) -> dict[str, Any]:
    return {
        "unique_id": f"model.takeup.{name}",
        "name": name,
        "resource_type": "model",
        "fqn": ["takeup", "marts", name],
        "config": {"materialized": "table"},
        "depends_on": {"nodes": []},
    }


def data_test(name: str, attached: str | None, *parents: str) -> dict[str, Any]:
    return {
        "unique_id": f"test.takeup.{name}",
        "name": name,
        "resource_type": "test",
        "attached_node": attached,
        "config": {},
        "depends_on": {"nodes": list(parents)},
    }


A, B = "model.takeup.a", "model.takeup.b"
NODES = [model("a"), model("b"), data_test("a_is_unique", A, A), data_test("a_and_b_agree", None, A, B)]
MANIFEST: dict[str, Any] = {
    "metadata": {"project_name": "takeup"},
    "nodes": {node["unique_id"]: node for node in NODES},
    "sources": {},
}


def told(*nodes: NodeResult, rows: dict[str, int] | None = None) -> list[Any]:
    return list(events(MANIFEST, Translator([]), DbtResult(nodes), rows or {}))


def test_a_model_comes_with_its_rows_and_its_time() -> None:
    [result] = told(NodeResult(A, "success", "", 1.5, 0), rows={"a": 7})
    assert result.asset_key == dg.AssetKey(["marts", "a"])
    assert result.metadata == {"seconds": 1.5, "dagster/row_count": 7}


def test_a_model_that_failed_or_was_skipped_is_not_materialized() -> None:
    assert told(NodeResult(A, "error", "no such column", 0, 0), NodeResult(B, "skipped", "", 0, 0)) == []


def test_a_failed_test_says_how_many_rows_failed() -> None:
    [result] = told(NodeResult("test.takeup.a_is_unique", "fail", "Got 3 results", 0.1, 3))
    assert (result.asset_key, result.check_name, result.passed) == (dg.AssetKey(["marts", "a"]), "a_is_unique", False)
    assert result.severity is dg.AssetCheckSeverity.ERROR
    assert result.metadata["failures"].value == 3


def test_a_test_that_warns_does_not_stop_the_run() -> None:
    [result] = told(NodeResult("test.takeup.a_is_unique", "warn", "Got 1 result", 0.1, 1))
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_a_test_between_models_is_no_check_of_either() -> None:
    assert told(NodeResult("test.takeup.a_and_b_agree", "fail", "", 0, 1)) == []


def test_results_keep_the_order_in_which_dbt_ran() -> None:
    results = told(
        NodeResult(A, "success", "", 0, 0),
        NodeResult("test.takeup.a_is_unique", "pass", "", 0, 0),
        NodeResult(B, "success", "", 0, 0),
    )
    assert [type(result).__name__ for result in results] == [
        "MaterializeResult",
        "AssetCheckResult",
        "MaterializeResult",
    ]


def test_raw_tables_are_the_assets_that_write_them() -> None:
    translator = Translator([])
    for table, key in {"tool": REGISTRY, "person_span": PEOPLE, "usage_event": LOGS}.items():
        assert translator.get_asset_key({"resource_type": "source", "name": table}) == key
