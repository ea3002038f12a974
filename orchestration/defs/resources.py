"""Everything that depends on the workspace: its folder, the logs of its tools, the dbt models, the publication.

A function under `@dg.definitions` hides the assets that stand beside it in its module, hence no asset stands here.
"""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from orchestration.defs.checks import freshness_of, reconciliation_of
from orchestration.defs.forecasts import forecasts_of
from orchestration.defs.former_judgement import former_judgement_of
from orchestration.defs.governance import FACTS, governance_of
from orchestration.defs.logs import logs_of
from orchestration.defs.models import derived_models_of, models_of
from orchestration.defs.publication import publication_of
from orchestration.defs.pulls import key_of, pulls_of
from orchestration.defs.shared import WorkspaceResource
from orchestration.defs.training_effects import training_effects_of
from orchestration.pull.pulling import sources_of
from orchestration.registry import load_registry
from orchestration.transform import manifest_path
from orchestration.workspace import Workspace

FIGURES = [
    dg.AssetKey(["marts", "fct_adoption_week"]),
    dg.AssetKey(["marts", "dim_tool"]),
    dg.AssetKey(["intermediate", "int_target_weeks"]),
]
"""What is read to work out forecasts and baselines."""
COUNTS = [
    dg.AssetKey(["marts", "fct_rule_week"]),
    *(dg.AssetKey(["intermediate", name]) for name in ("int_rule_weeks", "int_tool_windows", "int_module_completions")),
]
"""What is read to work out the effects of training."""


@dg.definitions
def workspace_definitions() -> dg.Definitions:
    """The definitions of the workspace in TAKEUP_WORKSPACE, else of the current folder."""
    workspace = Workspace.at(Path(os.environ.get("TAKEUP_WORKSPACE", ".")))
    registry = load_registry(workspace)
    tools = registry.tools
    pulls = pulls_of(workspace, registry)
    logs = [logs_of(tool, [key_of(one) for one in sources_of(workspace, registry, tool.id)]) for tool in tools]
    keys = [asset.key for asset in logs]
    manifest = manifest_path(workspace)
    models, derived = models_of(manifest, keys), derived_models_of(manifest)
    marts = sorted(key for key in (*models.keys, *derived.keys) if key.path[0] == "marts")
    forecasts, effects = forecasts_of(FIGURES), training_effects_of(COUNTS)
    return dg.Definitions(
        assets=[
            *pulls.assets,
            *logs,
            former_judgement_of(keys),
            models,
            forecasts,
            governance_of(FACTS),
            effects,
            derived,
            publication_of(marts),
        ],
        asset_checks=[check for tool in tools for check in (reconciliation_of(tool.id), freshness_of(tool.id))],
        resources={"workspace": WorkspaceResource(root=str(workspace.root))},
        jobs=pulls.jobs,
        schedules=pulls.schedules,
        executor=dg.in_process_executor,
    )
