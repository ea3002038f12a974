"""The leadership page, every Monday after the day's run: written beside the workspace's reports, and sent."""

import dagster as dg

from orchestration.defs.automation import MAX_RUNTIME
from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import leadership_page as write_and_send

GROUP = "reports"


@dg.asset(group_name=GROUP, deps=["publication"], kinds={"html", "pdf"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES)
def leadership_page(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
    """One sheet of A4 from the latest publication as HTML and PDF; each destination gets a week once."""
    with final_errors():
        return dg.MaterializeResult(metadata=write_and_send(workspace.open()))


leadership = dg.define_asset_job("leadership", selection=[leadership_page], tags=MAX_RUNTIME)

weekly = dg.ScheduleDefinition(
    name="leadership_weekly",
    job=leadership,
    cron_schedule="30 6 * * 1",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
