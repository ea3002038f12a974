"""When runs begin by themselves: when files have arrived, and once a day for the calendar's sake."""

import json
from dataclasses import dataclass

import dagster as dg

from orchestration.defs.shared import WorkspaceResource
from orchestration.health import write_failure
from orchestration.run_stamp import last_run
from orchestration.warehouse import inputs_fingerprint

MAX_RUNTIME = {"dagster/max_runtime": "21600"}  # seconds; also the bound of run_monitoring in dagster.yaml

# What is fetched day by day has a job of its own (orchestration/defs/pulls.py): this one has no days. Nor does a run
# write the weekly page (orchestration/defs/leadership.py).
refresh = dg.define_asset_job(
    "refresh", selection=dg.AssetSelection.all() - dg.AssetSelection.groups("landing", "reports"), tags=MAX_RUNTIME
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the sensor remembers: the inputs at its last look, and those it last asked a run for."""

    seen: str = ""
    asked: str = ""

    @classmethod
    def parse(cls, cursor: str | None) -> "Look":
        return cls(**json.loads(cursor)) if cursor else cls()

    def text(self) -> str:
        return json.dumps({"seen": self.seen, "asked": self.asked})


def next_look(before: Look, inputs: str, judged: str) -> tuple[Look, str | None]:
    """The new memory, and the inputs to run for (None: no run).

    A file that is still being written changes from look to look: only inputs that two looks in a row found alike are
    run, once. Modification times would not do: a copy that keeps them looks old while it grows.
    """
    is_settled = inputs == before.seen
    if not is_settled or inputs in {before.asked, judged}:
        return Look(inputs, before.asked), None
    return Look(inputs, inputs), inputs


@dg.sensor(job=refresh, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext, workspace: WorkspaceResource) -> dg.SensorResult:
    """Runs everything when the inbox or the configuration has changed and no file is still being written."""
    space = workspace.open()
    judged = last_run(space)
    inputs = inputs_fingerprint(space)
    look, wanted = next_look(Look.parse(context.cursor), inputs, judged.inputs if judged else "")
    if wanted is None:
        return dg.SensorResult(skip_reason="nothing new, or a file is still being written", cursor=look.text())
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=wanted)], cursor=look.text())


@dg.run_failure_sensor(name="run_failed", default_status=dg.DefaultSensorStatus.RUNNING)
def run_failed(context: dg.RunFailureSensorContext, workspace: WorkspaceResource) -> None:
    """Leaves word for takeup watch, which may look from outside while Dagster itself is down."""
    write_failure(workspace.open(), context.dagster_run.run_id, context.failure_event.message or "a step failed")


# Weeks become final by the passing of days alone, so a run is due even when no file has come.
daily = dg.ScheduleDefinition(
    name="daily",
    job=refresh,
    cron_schedule="30 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
