"""The home of Dagster inside a workspace: run history, one writer at a time, nothing sent anywhere."""

from __future__ import annotations

from pathlib import Path

from orchestration.workspace import Workspace

# granularity run: a second run waits as a whole, since every run begins by replacing the registry in the warehouse.
# max_runtime: the 50,000-person company takes minutes; six hours is beyond any honest run.
SETTINGS = """\
# Written by takeup when it is missing; your changes stay.
telemetry:
  enabled: false
nux:  # no invitation to sign up for anything
  enabled: false
compute_logs:  # steps print nothing, and capturing it would keep the progress bar from the terminal
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
concurrency:
  pools:
    granularity: run
    default_limit: 1
  runs:
    max_concurrent_runs: 4
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  max_runtime_seconds: 21600
  poll_interval_seconds: 60
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
retention:
  schedule:
    purge_after_days: 90
  sensor:
    purge_after_days:
      skipped: 7
      failure: 30
      success: 90
"""


def dagster_home(workspace: Workspace) -> Path:
    """The folder for DAGSTER_HOME, made on first use."""
    home = workspace.build / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS)
    return home
