"""What is foretold from the figures of a run, and the models that publish it."""

from collections.abc import Sequence

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import forecast


def forecasts_of(figures: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `forecasts`, after the figures that it is made from."""

    @dg.asset(group_name="derived", deps=figures, kinds={"duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES)
    def forecasts(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        """Where each measure will stand by the date of its target, and where it began: facts, kept for good."""
        with final_errors():
            return dg.MaterializeResult(metadata=forecast(workspace.open()))

    return forecasts
