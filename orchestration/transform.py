"""dbt, in process: build the models of a workspace and say what came of each.

dbt runs inside this process because starting it anew costs seconds per call and looks for a network; nothing else may
hold the warehouse open meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import DataError
from orchestration.workspace import Workspace

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What came of one model or test. `seconds` is wall time, `failures` the rows a test returned."""

    unique_id: str
    status: str
    message: str
    seconds: float
    failures: int


@dataclass(frozen=True, slots=True)
class DbtResult:
    """The outcome of one dbt call, nodes in the order in which they ran."""

    nodes: tuple[NodeResult, ...]

    @property
    def failed(self) -> tuple[NodeResult, ...]:
        return tuple(node for node in self.nodes if node.status in {"error", "fail", "runtime error"})

    @property
    def success(self) -> bool:
        return not self.failed

    def raise_if_failed(self) -> DbtResult:
        """Itself, or a DataError that names each node that failed and why."""
        if self.failed:
            raise DataError("\n".join(f"{node.unique_id}: {node.message}" for node in self.failed))
        return self


def build(workspace: Workspace, *, select: Sequence[str] = (), exclude: Sequence[str] = ()) -> DbtResult:
    """Build and test the selected models (all by default) on the workspace's warehouse."""
    return _invoke(workspace, "build", select, exclude)


def run_models(workspace: Workspace, *, select: Sequence[str] = ()) -> DbtResult:
    """Build the selected models without their tests."""
    return _invoke(workspace, "run", select, ())


def manifest_path(workspace: Workspace) -> Path:
    """The workspace's dbt manifest, parsed anew when it is missing or older than any file of the dbt project."""
    manifest = workspace.build / "target" / "manifest.json"
    sources = [PROJECT / "dbt_project.yml", PROJECT / "profiles.yml", *(PROJECT / "dbt_project").rglob("*.*")]
    if not manifest.is_file() or manifest.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        _invoke(workspace, "parse", (), ())
    return manifest


def _invoke(workspace: Workspace, command: str, select: Sequence[str], exclude: Sequence[str]) -> DbtResult:
    from dbt.cli.main import dbtRunner

    arguments = [command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet", "--no-use-colors"]
    arguments += ["--log-level-file", "none", "--no-version-check"]
    if select:
        arguments += ["--select", *select]
    if exclude:
        arguments += ["--exclude", *exclude]
    workspace.build.mkdir(parents=True, exist_ok=True)
    with _environment(_settings(workspace)):
        try:
            outcome = dbtRunner().invoke(arguments)
        finally:
            _release_warehouse()
    if outcome.exception is not None:
        raise DataError(f"dbt {command} could not run: {outcome.exception}") from outcome.exception
    return DbtResult(tuple(_node_result(result) for result in getattr(outcome.result, "results", ())))


def _release_warehouse() -> None:
    """Close the connection that dbt-duckdb keeps for the life of the process; the next writer needs the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV  # there is no public way: close_all_connections only forgets it
    DuckDBConnectionManager.close_all_connections()
    if environment is not None:
        environment.close()


def _settings(workspace: Workspace) -> Mapping[str, str]:
    return {
        "TAKEUP_WAREHOUSE": str(workspace.warehouse),
        "TAKEUP_MARTS": str(workspace.marts),
        "TAKEUP_SPILL": str(workspace.build / "spill"),
        "DBT_TARGET_PATH": str(workspace.build / "target"),
        "DBT_LOG_PATH": str(workspace.build / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """dbt reads its settings from the environment alone; put back what was there."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _node_result(result: Any) -> NodeResult:
    return NodeResult(
        unique_id=result.node.unique_id,
        status=str(result.status),
        message=str(result.message or ""),
        seconds=float(result.execution_time),
        failures=int(result.failures or 0),
    )
