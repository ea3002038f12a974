"""Checks of takeup's own, beside the dbt tests: the ledger, freshness, completeness."""

import dagster as dg

from orchestration import quality
from orchestration.defs.shared import POOL, RETRIES, WorkspaceResource, final_errors

HEALTH = dg.AssetKey(["marts", "fct_tool_health"])
JUDGED = dg.AssetKey(["marts", "fct_person_tool_week"])


def reconciliation_of(tool_id: str) -> dg.AssetChecksDefinition:
    """Nothing of this run is published while a line of the tool's logs is unaccounted for."""

    @dg.asset_check(asset=["logs", tool_id], name="reconciliation", blocking=True, pool=POOL, retry_policy=RETRIES)
    def reconciliation(workspace: WorkspaceResource) -> dg.AssetCheckResult:
        """Lines read = loaded + duplicate + superseded + quarantined + blank, and the tables hold what was loaded."""
        with final_errors():
            return _result(quality.reconciliation(workspace.open(), tool_id), dg.AssetCheckSeverity.ERROR)

    return reconciliation


def freshness_of(tool_id: str) -> dg.AssetChecksDefinition:
    """Late logs make figures old, not wrong: they are published, marked, and somebody is told."""

    @dg.asset_check(
        asset=["logs", tool_id], name="freshness", additional_deps=[HEALTH], pool=POOL, retry_policy=RETRIES
    )
    def freshness(workspace: WorkspaceResource) -> dg.AssetCheckResult:
        """The newest record of each source is younger than the source's freshness_hours."""
        with final_errors():
            return _result(quality.freshness(workspace.open(), tool_id), dg.AssetCheckSeverity.WARN)

    return freshness


@dg.asset_check(asset="people", blocking=True, pool=POOL, retry_policy=RETRIES)
def reconciliation(workspace: WorkspaceResource) -> dg.AssetCheckResult:
    """All books balance: every line of every file that was ever read."""
    with final_errors():
        return _result(quality.reconciliation(workspace.open(), None), dg.AssetCheckSeverity.ERROR)


@dg.asset_check(asset=JUDGED, blocking=True, pool=POOL, retry_policy=RETRIES)
def completeness(workspace: WorkspaceResource) -> dg.AssetCheckResult:
    """Eligible people times tools times weeks equals the rows of the mart: nobody vanishes for lack of logs."""
    with final_errors():
        return _result(quality.completeness(workspace.open()), dg.AssetCheckSeverity.ERROR)


def _result(finding: quality.Finding, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=finding.holds, severity=severity, description=finding.text, metadata={"findings": finding.count}
    )
