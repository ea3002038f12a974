"""The configuration of the workspace as tables: tools, targets, calendar and the compiled rules."""

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import load_rule_book


class RunConfig(dg.Config):
    """`as_of`: judge as if it were this ISO date or instant (UTC), None means now; `full`: read all files anew."""

    as_of: str | None = None
    full: bool = False


@dg.asset(group_name="configuration", kinds={"yaml", "duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES)
def rule_book(
    context: dg.AssetExecutionContext, config: RunConfig, workspace: WorkspaceResource
) -> dg.MaterializeResult[None]:
    """Tools, targets, calendar and rules of the workspace, checked and compiled to SQL conditions."""
    with final_errors():
        counts = load_rule_book(workspace.open(), context.run_id, config.as_of, full=config.full)
        return dg.MaterializeResult(metadata=counts)
