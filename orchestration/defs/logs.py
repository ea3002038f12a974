"""One asset per tool: what its sources delivered."""

import re
from collections.abc import Sequence

import dagster as dg

from orchestration.defs.shared import POOL, RETRIES, WorkspaceResource, final_errors
from orchestration.registry.models import Tool
from orchestration.steps import load_logs

# What Dagster takes for an address; it refuses the definitions of the whole workspace over any other.
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,7}")


def shown_owner(tool: Tool) -> str:
    """The owner's address where Dagster can show it, else a team named after the tool; metadata has it always."""
    return tool.owner.email if ADDRESS.fullmatch(tool.owner.email) else f"team:{tool.id}-owner"


def logs_of(tool: Tool, landing: Sequence[dg.AssetKey] = ()) -> dg.AssetsDefinition:
    """The asset `logs/<tool_id>`, owned by the tool's owner; `landing` is what is fetched for it."""

    @dg.asset(
        key=["logs", tool.id],
        group_name="logs",
        deps=["rule_book", *landing],
        description=f"Usage of {tool.title}: every line of its inbox loaded, recognised as known, or in quarantine.",
        kinds={"duckdb"},
        owners=[shown_owner(tool)],
        metadata={"owner": tool.owner.email, "formats": ", ".join(source.format for source in tool.sources)},
        pool=POOL,
        retry_policy=RETRIES,
    )
    def logs(workspace: WorkspaceResource) -> dg.MaterializeResult[None]:
        with final_errors():
            return dg.MaterializeResult(metadata=load_logs(workspace.open(), tool.id))

    return logs
