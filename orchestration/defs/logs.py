"""One asset per tool: what its sources delivered."""

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, WorkspaceResource, final_errors
from orchestration.registry.models import Tool
from orchestration.steps import load_logs


def logs_of(tool: Tool) -> dg.AssetsDefinition:
    """The asset `logs/<tool_id>`, owned by the tool's owner."""

    @dg.asset(
        key=["logs", tool.id],
        group_name="logs",
        deps=["rule_book"],
        description=f"Usage of {tool.title}: every line of its inbox loaded, recognised as known, or in quarantine.",
        kinds={"duckdb"},
        owners=[tool.owner.email],
        tags={"format": tool.sources[0].format},
        pool=POOL,
        retry_policy=RETRIES,
    )
    def logs(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        with final_errors():
            return dg.MaterializeResult(metadata=load_logs(workspace.open(), tool.id))

    return logs
