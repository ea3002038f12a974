"""What vendors' APIs deliver: one asset per source that pulls, a partition per UTC day, backfilled like any other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from orchestration.defs.automation import MAX_RUNTIME
from orchestration.defs.logs import shown_owner
from orchestration.defs.shared import WorkspaceResource, final_errors
from orchestration.pull.pulling import PulledSource, Span, due_days, pull, sources_of
from orchestration.registry import load_registry
from orchestration.registry.loading import Registry
from orchestration.workspace import Workspace

GROUP = "landing"
JOB = "pull"
MOST_RUNS = 60
"""A tick that asks for hundreds of runs would hold up everything else for hours."""


def key_of(source: PulledSource) -> dg.AssetKey:
    """`landing/<tool_id>/<source>`."""
    return dg.AssetKey([GROUP, source.tool_id, source.name])


def days_of(sources: Sequence[PulledSource]) -> dg.DailyPartitionsDefinition:
    """The days of all sources alike, so that one job can fetch them; today is there for snapshots."""
    first = min(source.since for source in sources)
    return dg.DailyPartitionsDefinition(first.isoformat(), timezone="UTC", end_offset=1)


def landing_of(source: PulledSource, days: dg.DailyPartitionsDefinition, owner: str) -> dg.AssetsDefinition:
    """The asset of one source. It fetches its day whether due or not; a day that cannot be had is not materialized."""

    @dg.asset(
        key=key_of(source),
        group_name=GROUP,
        partitions_def=days,
        description=f"{source.title} as it was answered, a UTC day at a time.",
        kinds={"json"},
        owners=[owner],
        output_required=False,
        pool=f"pull_{source.spec.vendor}",  # the vendor's rate limit is for the company, not for the source
    )
    def landing(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        day = date.fromisoformat(context.partition_key)
        with final_errors():
            [found] = pull([_again(workspace.open(), source)], Span(day, day))
        if found.error:
            raise dg.Failure(
                description=found.error, allow_retries=False
            )  # the client has tried; the next tick goes on
        if found.windows:
            yield dg.MaterializeResult(metadata={"files": found.files, "bytes": found.bytes})

    return landing


def _again(space: Workspace, source: PulledSource) -> PulledSource:
    """The source as the configuration has it now."""
    found = sources_of(space, load_registry(space), source.tool_id)
    return next((one for one in found if one.name == source.name), source)


@dataclass(frozen=True, slots=True)
class Pulls:
    """What a workspace with sources that pull has beside the rest."""

    assets: list[dg.AssetsDefinition] = field(default_factory=list)
    jobs: list[Any] = field(default_factory=list)
    schedules: list[dg.ScheduleDefinition] = field(default_factory=list)


def pulls_of(space: Workspace, registry: Registry) -> Pulls:
    """Assets, job and schedule of the sources that pull; nothing in a workspace without any."""
    sources = sources_of(space, registry)
    if not sources:
        return Pulls()
    days = days_of(sources)
    owners = {tool.id: shown_owner(tool) for tool in registry.tools}
    assets = [landing_of(source, days, owners[source.tool_id]) for source in sources]
    job = dg.define_asset_job(JOB, dg.AssetSelection.groups(GROUP), partitions_def=days, tags=MAX_RUNTIME)
    return Pulls(assets, [job], [_schedule(job)])


def _schedule(job: Any) -> dg.ScheduleDefinition:
    @dg.schedule(
        job=job,
        name="pull_daily",
        cron_schedule="30 4,16 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def pull_daily(context: dg.ScheduleEvaluationContext, workspace: WorkspaceResource) -> Iterator[dg.RunRequest]:
        """Asks for every day that is due; what comes is news to the inbox sensor, which then runs everything."""
        yield from requests(workspace.open(), context.scheduled_execution_time.astimezone(UTC))

    return pull_daily


def requests(space: Workspace, now: datetime) -> Iterator[dg.RunRequest]:
    """A run for each day that is due of any source, with the sources of which it is; the latest days first.

    A long history comes over several ticks, or at once with `takeup pull` or a backfill.
    """
    wanted: dict[date, list[dg.AssetKey]] = {}
    for source in sources_of(space, load_registry(space)):
        for day in due_days(source, now):
            wanted.setdefault(day, []).append(key_of(source))
    stamp = now.strftime("%Y%m%dT%H%M")
    for day, keys in sorted(wanted.items(), reverse=True)[:MOST_RUNS]:
        yield dg.RunRequest(run_key=f"{day} {stamp}", partition_key=day.isoformat(), asset_selection=keys)
