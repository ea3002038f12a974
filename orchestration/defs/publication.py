"""The file that dashboards and reports read."""

from collections.abc import Sequence

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import publish


def publication_of(marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `publication`, after all marts and their checks."""

    @dg.asset(group_name="publication", deps=marts, kinds={"duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES)
    def publication(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        """The marts of this run as one read-only file that readers can hold open during the next run."""
        with final_errors():
            return dg.MaterializeResult(metadata=publish(workspace.open(), context.run_id))

    return publication
