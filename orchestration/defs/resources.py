"""Everything that depends on the workspace: its folder, the logs of its tools, the dbt models, the publication.

A function under `@dg.definitions` hides the assets that stand beside it in its module, hence no asset stands here.
"""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from orchestration.defs.checks import freshness_of, reconciliation_of
from orchestration.defs.former_judgement import former_judgement_of
from orchestration.defs.logs import logs_of
from orchestration.defs.models import models_of
from orchestration.defs.publication import publication_of
from orchestration.defs.shared import WorkspaceResource
from orchestration.registry import load_registry
from orchestration.transform import manifest_path
from orchestration.workspace import Workspace


@dg.definitions
def workspace_definitions() -> dg.Definitions:
    """The definitions of the workspace in TAKEUP_WORKSPACE, else of the current folder."""
    workspace = Workspace.at(Path(os.environ.get("TAKEUP_WORKSPACE", ".")))
    tools = load_registry(workspace).tools
    logs = [logs_of(tool) for tool in tools]
    keys = [asset.key for asset in logs]
    models = models_of(manifest_path(workspace), keys)
    marts = sorted(key for key in models.keys if key.path[0] == "marts")
    return dg.Definitions(
        assets=[*logs, former_judgement_of(keys), models, publication_of(marts)],
        asset_checks=[check for tool in tools for check in (reconciliation_of(tool.id), freshness_of(tool.id))],
        resources={"workspace": WorkspaceResource(root=str(workspace.root))},
        executor=dg.in_process_executor,
    )
