"""Materialise all assets in this process, as `takeup run` does, in the order that Dagster gives them in its UI too."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from dagster import DagsterEventType

from orchestration import definitions as code_location
from orchestration.commands.dagster_home import dagster_home
from orchestration.defs.run_history import forget_old_runs, instance_of
from orchestration.opening import kept_open
from orchestration.workspace import Workspace

OnProgress = Callable[[int, int, str, str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: `failures` are steps and ERROR checks that failed, `warnings` checks that only warn.

    `seconds` is the wall time of each step that succeeded, in their order.
    """

    run_id: str
    success: bool
    failures: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class _Listener:
    """Turns Dagster's events into progress and findings while the run goes on."""

    on_progress: OnProgress
    steps: int
    done: int = 0
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, entry: Any) -> None:
        event = entry.dagster_event
        if event is None:
            self.on_progress(self.done, self.steps, _label(entry.step_key), entry.user_message)
        elif event.event_type is DagsterEventType.STEP_START:
            self.on_progress(self.done, self.steps, _label(event.step_key), "")
        elif event.event_type is DagsterEventType.STEP_SUCCESS:
            self.done += 1
            self.seconds.append((_label(event.step_key), event.step_success_data.duration_ms / 1000))
        elif event.event_type is DagsterEventType.STEP_FAILURE:
            self._failed(event)
        elif event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            self._checked(event.asset_check_evaluation_data)

    def _failed(self, event: dg.DagsterEvent) -> None:
        if not _is_failed_check(event):
            self.failures.append(f"{_label(event.step_key)}: {_reason(event)}")

    def _checked(self, check: Any) -> None:
        if not check.passed:
            found = self.failures if check.severity is dg.AssetCheckSeverity.ERROR else self.warnings
            found.append(f"{check.asset_key.to_user_string()}: {check.description or check.check_name}")


def materialize(workspace: Workspace, *, as_of: str | None, full: bool, on_progress: OnProgress) -> Outcome:
    """Materialise every asset of the workspace and run every check. `as_of`: an ISO date or instant; None means now."""
    with _workspace_in_environment(workspace), kept_open(workspace), _instance(workspace) as instance:
        job = code_location.definitions().resolve_job_def("refresh")
        run_id = str(uuid.uuid4())
        listener = _Listener(on_progress, steps=len(job.nodes))
        instance.add_event_listener(run_id, listener)
        result = job.execute_in_process(
            instance=instance, run_id=run_id, raise_on_error=False, run_config=_run_config(as_of, full)
        )
        forget_old_runs(instance)
    success = result.success and not listener.failures
    return Outcome(run_id, success, tuple(listener.failures), tuple(listener.warnings), tuple(listener.seconds))


def _run_config(as_of: str | None, full: bool) -> dict[str, Any]:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return quiet | {"ops": {"rule_book": {"config": {"as_of": as_of, "full": full}}}}


@contextmanager
def _workspace_in_environment(workspace: Workspace) -> Iterator[None]:
    """Definitions are loaded for the workspace that the environment names; put back what was there."""
    before = os.environ.get("TAKEUP_WORKSPACE")
    os.environ["TAKEUP_WORKSPACE"] = str(workspace.root)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TAKEUP_WORKSPACE"]
        else:
            os.environ["TAKEUP_WORKSPACE"] = before


@contextmanager
def _instance(workspace: Workspace) -> Iterator[dg.DagsterInstance]:
    """The instance that `takeup dagster` shows, so that runs from the command line have a history there."""
    with instance_of(dagster_home(workspace)) as instance:
        yield instance


def _label(step_key: str | None) -> str:
    return (step_key or "run").replace("__", "/").replace("_", " ")


def _is_failed_check(event: dg.DagsterEvent) -> bool:
    """A blocking check fails its step as well; the check's own finding says more."""
    error = event.step_failure_data.error
    return error is not None and error.cls_name == "DagsterAssetCheckFailedError"


def _reason(event: dg.DagsterEvent) -> str:
    """What the step's own code said, without the layers that Dagster wraps around it."""
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "failed"
