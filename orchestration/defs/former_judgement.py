"""How the rules and terms of the last publication would judge what this run has loaded."""

from collections.abc import Sequence

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import judge_as_before


def former_judgement_of(logs: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `former_judgement`, after everything is loaded and before the models that compare with it."""

    @dg.asset(
        group_name="history", deps=["people", *logs], kinds={"duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES
    )
    def former_judgement(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        """This run's data by the rules and terms of the last publication; nothing while these stand unchanged."""
        with final_errors():
            return dg.MaterializeResult(metadata=judge_as_before(workspace.open(), context.log.info))

    return former_judgement
