"""Who is on the roster, when, and under which names the tools know them."""

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import load_people


@dg.asset(
    group_name="people", deps=["rule_book"], kinds={"csv", "duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES
)
def people(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
    """Rosters, absences, outages, training, work items and seats, under pseudonyms."""
    with final_errors():
        return dg.MaterializeResult(metadata=load_people(workspace.open()))
