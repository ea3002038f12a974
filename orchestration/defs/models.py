"""The dbt models as assets and their tests as checks; dbt runs in this process, not as a program of its own."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.quality import row_counts
from orchestration.transform import DbtResult, NodeResult, build
from orchestration.workspace import Workspace

REGISTRY = dg.AssetKey("rule_book")
PEOPLE = dg.AssetKey("people")
FORMER = dg.AssetKey("former_judgement")
FORECASTS = dg.AssetKey("forecasts")
GOVERNANCE = dg.AssetKey("governance")
EFFECTS = dg.AssetKey("training_effects")
LOGS = dg.AssetKey("logs")  # stands for the logs of all tools until get_asset_spec puts their keys in its place
WRITTEN = {
    PEOPLE: {
        "person", "person_span", "identity_alias", "known_absence", "outage", "valid_completion",
        "voided_completion", "work_item", "eligible", "known_roster", "decided_alias",
    },
    REGISTRY: {
        "tool", "tool_source", "eligible_listed", "target", "rule_book", "calendar", "holiday", "run", "tool_period",
        "tool_production", "tool_contact", "tool_link", "tool_pause",
        "publication", "published_week", "restatement", "published_status", "published_tool", "published_load",
        "training_plan", "training_plan_entry",
    },
    FORMER: {"former_tool", "former_status"},
    FORECASTS: {"target_baseline", "forecast", "forecast_week", "forecast_current"},
    GOVERNANCE: {"alert", "alert_sensitivity", "audit_answer"},
    EFFECTS: {"training_effect", "training_effect_week", "training_effect_current"},
}  # fmt: skip
"""The raw tables of each asset that writes some; every other one is written by the logs."""
WRITERS = {table: asset for asset, tables in WRITTEN.items() for table in tables}
DERIVED = "source:derived+"
"""The models that read what Python has worked out from the other models' figures: a second step of dbt."""


class Translator(DagsterDbtTranslator):
    """Says where each dbt node stands: layer as group and key prefix, raw tables as the assets that write them."""

    def __init__(self, logs: Sequence[dg.AssetKey]) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))
        self.logs = logs

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<layer>/<model>`; a raw table is the asset that writes it."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey([dbt_resource_props["fqn"][1], name])
        return WRITERS.get(name, LOGS)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer: staging, intermediate or marts."""
        return str(dbt_resource_props["fqn"][1]) if dbt_resource_props["resource_type"] != "source" else None

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The owner of the dbt group, else the team that runs takeup."""
        return super().get_owners(dbt_resource_props) or [TEAM]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The model's own description; its SQL is one click away in the code."""
        return str(dbt_resource_props.get("description") or f"dbt {dbt_resource_props['name']}")

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The default, with the logs of every tool in place of the one key that stands for them."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if all(dep.asset_key != LOGS for dep in spec.deps):
            return spec
        others = [dep for dep in spec.deps if dep.asset_key != LOGS]
        return spec.replace_attributes(deps=[*others, *self.logs])


def models_of(manifest_file: Path, logs: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The models that judge what was loaded, as one step, which builds what was asked for and no more."""
    manifest = json.loads(manifest_file.read_bytes())
    translator = Translator(logs)

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        exclude=f"test_type:unit {DERIVED}",
        name="models",
        pool=POOL,
        retry_policy=RETRIES,
    )
    def models(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        """Usage, obligations, verdicts, statuses and the marts, each tested as it is built."""
        with final_errors():
            yield from _told(context, workspace.open(), manifest, translator, exclude=[DERIVED])

    return models


def derived_models_of(manifest_file: Path) -> dg.AssetsDefinition:
    """The models that publish what was worked out from those figures, as a second step."""
    manifest = json.loads(manifest_file.read_bytes())
    translator = Translator([])

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        select=DERIVED,
        exclude="test_type:unit",
        name="derived_models",
        pool=POOL,
        retry_policy=RETRIES,
    )
    def derived_models(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        """Forecasts and baselines beside what came, and what training changed, each tested as it is built."""
        with final_errors():
            yield from _told(context, workspace.open(), manifest, translator, select=[DERIVED])

    return derived_models


def _told(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    manifest: Mapping[str, Any],
    translator: Translator,
    *,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Iterator[Any]:
    """Build what was asked for - when that is all of a step, but for the views that stand - and tell Dagster."""
    result = build(
        workspace,
        select=selection(context) or select,
        exclude=exclude,
        on_model=context.log.info,
        keep_views=not context.is_subset,
    )
    asked = {key.path[-1]: key for key in context.selected_asset_keys}
    for name in result.kept:
        if name in asked:  # untold, Dagster would skip the steps that read it
            yield dg.MaterializeResult(asset_key=asked[name], metadata={"seconds": 0.0})
    yield from events(manifest, translator, result, row_counts(workspace))
    result.raise_if_failed()


def selection(context: dg.AssetExecutionContext) -> list[str]:
    """Names of the models that were asked for; empty when that is all of them."""
    if not context.is_subset:
        return []
    return sorted(key.path[-1] for key in context.selected_asset_keys)


def events(
    manifest: Mapping[str, Any], translator: Translator, result: DbtResult, rows: Mapping[str, int]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What Dagster is told, in the order in which dbt ran: each model with its rows and time, each test."""
    for node in result.nodes:
        if node.unique_id.startswith("model.") and node.status == "success":
            yield _materialization(manifest, translator, node, rows)
        elif node.unique_id.startswith("test.") and node.status != "skipped":
            yield from _check(manifest, translator, node)


def _materialization(
    manifest: Mapping[str, Any], translator: Translator, node: NodeResult, rows: Mapping[str, int]
) -> dg.MaterializeResult[None]:
    name = manifest["nodes"][node.unique_id]["name"]
    metadata: dict[str, Any] = {"seconds": node.seconds}
    if name in rows:
        metadata["dagster/row_count"] = rows[name]
    return dg.MaterializeResult(
        asset_key=translator.get_asset_key(manifest["nodes"][node.unique_id]), metadata=metadata
    )


def _check(manifest: Mapping[str, Any], translator: Translator, node: NodeResult) -> Iterator[dg.AssetCheckResult]:
    """A test that belongs to no one model is no check; when it fails, raise_if_failed still stops the run."""
    key = get_asset_check_key_for_test(manifest, translator, node.unique_id, project=None)
    if key is None:
        return
    yield dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=node.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if node.status == "warn" else dg.AssetCheckSeverity.ERROR,
        description=node.message or None,
        metadata={"failures": node.failures, "seconds": node.seconds},
    )
