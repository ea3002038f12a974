"""dbt, in process: build the models of a workspace and say what came of each.

dbt runs inside this process because starting it anew costs seconds per call and looks for a network; nothing else may
hold the warehouse open meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import dbt_events, dbt_templates, findings, opening, refresh
from orchestration.errors import DataError
from orchestration.parsed_project import MANIFEST, PARSED, PROJECT, parsed_project
from orchestration.standing_views import standing_views
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_PLACES = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
# Nothing of what dbt logs is shown, since its results and errors come back as objects.
_QUIETLY = ("--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "none", "--no-version-check")
_HEARD = frozenset({"NodeStart"})
_STANDS = "stands"
_NO_STATISTICS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What came of one model or test. `seconds` is wall time, `failures` the rows a test returned."""

    unique_id: str
    status: str
    message: str
    seconds: float
    failures: int
    is_part_of_refresh: bool = False
    """Whether it is a model that keeps rows from run to run, or says which."""

    @property
    def name(self) -> str:
        return self.unique_id.split(".")[2]


@dataclass(frozen=True, slots=True)
class DbtResult:
    """The outcome of one dbt call, nodes in the order in which they ran; `kept` names views that stand as they were."""

    nodes: tuple[NodeResult, ...]
    kept: tuple[str, ...] = ()

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


def build(
    workspace: Workspace,
    *,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    on_model: Callable[[str], None] | None = None,
    keep_views: bool = False,
) -> DbtResult:
    """Build the selected models (all by default) on the workspace's warehouse and test their data.

    `on_model` is told the name of each model as its turn comes. With `keep_views`, views of raw tables that stand as
    they would be made are tested alone; tests must then be reached by what is selected, as by all or by `source+`.
    """
    manifest = _manifest(workspace)
    kept = standing_views(workspace, manifest) if keep_views else []
    # Else dbt leaves out the tests of what is left out.
    tests = ["--indirect-selection", "empty"] if kept else []
    chosen = _chosen(select, [*exclude, f"tag:{_STANDS}"] if kept else exclude)
    with _tagged(manifest, kept):
        done = _materialize(
            workspace, "build", *chosen, *tests, "--exclude-resource-type", "unit_test", on_model=on_model
        )
    return replace(done, kept=tuple(kept))


def run_models(
    workspace: Workspace,
    *,
    select: Sequence[str] = (),
    on_model: Callable[[str], None] | None = None,
    loaded: Path | None = None,
) -> DbtResult:
    """Build the selected models without their tests. `on_model` is told the name of each model as its turn comes.

    `loaded` is another warehouse, attached read-only as `loaded` for views of the workspace's warehouse to look at.
    """
    return _materialize(workspace, "run", *_chosen(select, ()), on_model=on_model, loaded=loaded)


def compile_models(workspace: Workspace, *, select: Sequence[str]) -> Mapping[str, str]:
    """The SQL of the selected models by name, as it would run now. Nothing is built."""
    _invoke(workspace, "compile", *_chosen(select, ()))
    compiled = workspace.build / "target" / "compiled"
    return {path.stem: path.read_text() for path in compiled.rglob("*.sql") if path.stem in select}


def run_data_tests(workspace: Workspace, *, select: Sequence[str]) -> DbtResult:
    """Test the data of the selected models as they stand."""
    return _invoke(workspace, "test", *_chosen(select, ()), "--exclude-resource-type", "unit_test")


def run_unit_tests(workspace: Workspace) -> DbtResult:
    """Run the models' unit tests: literal rows in, literal rows out. The models must have been built before."""
    return _invoke(workspace, "test", "--select", "test_type:unit")


def manifest_path(workspace: Workspace) -> Path:
    """The dbt project's manifest, as Dagster and the tests read it."""
    return parsed_project(workspace, _parse) / MANIFEST


@lru_cache(maxsize=1)
def manifest_in(folder: Path) -> Manifest:
    """dbt's own form of what was parsed, read once per process: parsing takes seconds, reading a fifth of one."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack((folder / PARSED).read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_parent_and_child_maps()  # type: ignore[no-untyped-call]
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


@contextmanager
def _tagged(manifest: Manifest, names: Collection[str]) -> Iterator[None]:
    """Models by these names bear the tag for a while: dbt looks through all nodes for each name it is to leave out."""
    nodes = [node for node in manifest.nodes.values() if node.name in names]
    for node in nodes:
        node.tags.append(_STANDS)
    try:
        yield
    finally:
        for node in nodes:
            node.tags.remove(_STANDS)


def _chosen(select: Sequence[str], exclude: Sequence[str]) -> list[str]:
    return [*(["--select", *select] if select else []), *(["--exclude", *exclude] if exclude else [])]


def _materialize(
    workspace: Workspace,
    command: str,
    *arguments: str,
    on_model: Callable[[str], None] | None,
    loaded: Path | None = None,
) -> DbtResult:
    """Build models; those that keep their rows from run to run anew when nothing of them can be kept."""
    anew = ["--full-refresh"] if refresh.starts_anew(workspace) else []
    result = _invoke(workspace, command, *arguments, *anew, on_model=on_model, loaded=loaded)
    if loaded is None:
        done = [node.name for node in result.nodes if node.is_part_of_refresh and node.status == "success"]
        refresh.note_built(workspace, _models_of_refresh(workspace), done)
    return result


def _models_of_refresh(workspace: Workspace) -> list[str]:
    return [node.name for node in _manifest(workspace).nodes.values() if _is_part_of_refresh(node)]


def _manifest(workspace: Workspace) -> Manifest:
    return manifest_in(parsed_project(workspace, _parse))


def _is_part_of_refresh(node: Any) -> bool:
    is_model = str(node.resource_type) == "model"
    return is_model and (node.config.materialized == "incremental" or node.name == "int_refresh")


def _invoke(
    workspace: Workspace,
    command: str,
    *arguments: str,
    on_model: Callable[[str], None] | None = None,
    loaded: Path | None = None,
) -> DbtResult:
    from dbt.cli.main import dbtRunner

    callbacks = [_telling(on_model)] if on_model else []
    opening.release()  # two connections of one process cannot differ in their settings
    workspace.build.mkdir(parents=True, exist_ok=True)
    with (
        _environment(_settings(workspace) | ({"TAKEUP_LOADED": str(loaded)} if loaded else {})),
        dbt_events.only(_HEARD),
        dbt_templates.compiled_once(parsed_project(workspace, _parse)),
    ):
        try:
            runner = dbtRunner(manifest=_manifest(workspace), callbacks=callbacks)
            outcome = runner.invoke([command, *_PLACES, *_QUIETLY, "--no-write-json", *arguments])
        finally:
            _release_warehouse()
    if outcome.exception is not None:
        raise DataError(f"dbt {command} could not run: {outcome.exception}") from outcome.exception
    return DbtResult(tuple(_node_result(workspace, result) for result in getattr(outcome.result, "results", ())))


def _telling(on_model: Callable[[str], None]) -> Callable[[Any], None]:
    """A listener to dbt's events that passes on the models as they start."""

    def listen(event: Any) -> None:
        if event.info.name == "NodeStart" and event.data.node_info.resource_type == "model":
            on_model(event.data.node_info.node_name)

    return listen


def _parse(target: Path) -> None:
    from dbt.cli.main import dbtRunner

    with _environment({"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target), **_NO_STATISTICS}):
        outcome = dbtRunner().invoke(["parse", *_PLACES, *_QUIETLY])
    if outcome.exception is not None:
        raise DataError(f"dbt parse could not run: {outcome.exception}") from outcome.exception


def _release_warehouse() -> None:
    """Close the connection that dbt-duckdb keeps for the life of the process; the next writer needs the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    manager: Any = DuckDBConnectionManager
    environment = manager._ENV  # there is no public way: close_all_connections only forgets it
    manager.close_all_connections()
    if environment is not None:
        environment.close()


def _settings(workspace: Workspace) -> dict[str, str]:
    return {
        "TAKEUP_WAREHOUSE": str(workspace.warehouse),
        "TAKEUP_MARTS": str(workspace.marts),
        "TAKEUP_SPILL": str(workspace.build / "spill"),
        "DBT_TARGET_PATH": str(workspace.build / "target"),
        "DBT_LOG_PATH": str(workspace.build / "logs"),
        **_NO_STATISTICS,
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


def _node_result(workspace: Workspace, result: Any) -> NodeResult:
    return NodeResult(
        unique_id=result.node.unique_id,
        status=str(result.status),
        message=_message(workspace, result),
        seconds=float(result.execution_time),
        failures=int(result.failures or 0),
        is_part_of_refresh=_is_part_of_refresh(result.node),
    )


def _message(workspace: Workspace, result: Any) -> str:
    """What dbt says; of a test that asks several things at once, which of them do not hold."""
    test = getattr(result.node, "test_metadata", None)
    if result.failures and test is not None and test.name == findings.SOUND:
        return findings.said_of(workspace, result.node.compiled_code)
    return str(result.message or "")
