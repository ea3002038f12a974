"""What is wrong with a tool, how ready each is, and who hears of it."""

from collections.abc import Sequence

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, TEAM, WorkspaceResource, final_errors
from orchestration.steps import govern, send_alerts, undelivered

FACTS = [
    dg.AssetKey(["marts", name])
    for name in (
        "dim_production", "dim_tool", "dim_tool_contact", "dim_tool_link", "fct_load_bearing", "fct_production_week",
        "fct_rule_week", "fct_source_drift", "fct_tool_day", "fct_tool_health",
    )
]  # fmt: skip
"""What alerts and audits are made from."""
OUTBOX = "outbox"


def governance_of(facts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset `governance`, after the marts that it looks at."""

    @dg.asset(group_name="derived", deps=facts, kinds={"duckdb"}, owners=[TEAM], pool=POOL, retry_policy=RETRIES)
    def governance(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        """What is wrong with a tool and since when, and how ready each is for what was promised of it."""
        with final_errors():
            return dg.MaterializeResult(metadata=govern(workspace.open()))

    return governance


@dg.asset(
    group_name="publication", deps=["publication"], owners=[TEAM], kinds={"email"}, pool=POOL, retry_policy=RETRIES
)
def notifications(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
    """Alerts that owners have not had yet, sent where config/alerts.yml says; what fails is tried again."""
    with final_errors():
        found = send_alerts(workspace.open())
        counts = {"sent": found.sent, "held": found.held, "failures": len(found.failures)}
        return dg.MaterializeResult(metadata=counts)


@dg.asset_check(asset="notifications", name="delivered", pool=POOL, retry_policy=RETRIES)
def delivered(workspace: WorkspaceResource) -> dg.AssetCheckResult:
    """Every alert that is due has reached its destination."""
    with final_errors():
        failures = undelivered(workspace.open())
        text = "; ".join(failures) or "nothing waits that could have been sent"
        return dg.AssetCheckResult(
            passed=not failures,
            severity=dg.AssetCheckSeverity.WARN,
            description=text,
            metadata={"findings": len(failures)},
        )


outbox_job = dg.define_asset_job(OUTBOX, dg.AssetSelection.assets("notifications"))
# What waited for the end of quiet hours, or for a server that was down, goes out between two runs.
hourly = dg.ScheduleDefinition(
    name="outbox_hourly",
    job=outbox_job,
    cron_schedule="10 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
