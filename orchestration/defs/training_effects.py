"""What training has changed, by the figures of a run."""

from collections.abc import Sequence

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import measure_training


def training_effects_of(figures: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `training_effects`, after the counts of obligations and verdicts that it is made from."""

    @dg.asset(group_name="derived", deps=figures, kinds={"duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES)
    def training_effects(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        """What each training has changed in how its rule is kept, or why nothing is said: facts, kept for good."""
        with final_errors():
            return dg.MaterializeResult(metadata=measure_training(workspace.open()))

    return training_effects
