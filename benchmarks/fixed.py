"""What a run costs before it has anything to do: CPU seconds of the commands over a tiny workspace, and where they go.

    python -m benchmarks.fixed

The SQL of a run is what dbt sent, recorded and sent again to a copy of the same warehouse without dbt.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.whole_run import AS_OF, EXAMPLE, WRITE, measure
from orchestration.commands.output import say, table
from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace

PEOPLE, WEEKS, REPEATS = "100", "12", 3
CLI = [sys.executable, "-m", "orchestration.cli"]


def main() -> None:
    """Print both tables; with --parts DIR, only the parts of one run over that workspace, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fixed", description=__doc__)
    parser.add_argument("--parts", type=Path)
    options = parser.parse_args()
    if options.parts:
        sys.stdout.write(json.dumps(parts(Workspace(options.parts))))
        return
    root = Path(tempfile.mkdtemp(prefix="takeup-bench-"))
    try:
        workspace = _company(root / "company")
        _say(_commands(workspace), _parts_of_runs(workspace, root / "parts.json"))
    finally:
        shutil.rmtree(root)


def _company(workspace: Path) -> Path:
    shutil.copytree(EXAMPLE, workspace / "config")
    init_workspace(workspace)
    measure([sys.executable, "-c", WRITE, str(workspace), PEOPLE, WEEKS])
    measure(_run(workspace))
    return workspace


def _run(workspace: Path) -> list[str]:
    return [*CLI, "run", "-w", str(workspace), "--as-of", AS_OF]


def _commands(workspace: Path) -> dict[str, float]:
    """Median CPU seconds of each command."""
    commands = {
        "takeup --help": [*CLI, "--help"],
        "takeup status": [*CLI, "status", "-w", str(workspace)],
        "takeup check": [*CLI, "check", "-w", str(workspace)],
        "takeup run, nothing new": _run(workspace),
    }
    found = {name: statistics.median(measure(one).cpu for _ in range(REPEATS)) for name, one in commands.items()}
    return found | {"takeup run, one file new": statistics.median(_news(workspace) for _ in range(REPEATS))}


def _news(workspace: Path) -> float:
    (workspace / "config" / "tools.yml").touch()
    return measure(_run(workspace)).cpu


def _parts_of_runs(workspace: Path, output: Path) -> dict[str, float]:
    found: list[dict[str, float]] = []
    for _ in range(REPEATS):
        measure([sys.executable, "-m", "benchmarks.fixed", "--parts", str(workspace)], output)
        found.append(json.loads(output.read_text()))
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def parts(workspace: Workspace) -> dict[str, float]:
    """One run in this process, its CPU seconds by part."""
    clock = _Clock()
    from orchestration.commands.run import refuse_broken_configuration

    clock.lap("imports: takeup, DuckDB, Arrow")
    refuse_broken_configuration(workspace)
    clock.lap("configuration, read and checked")
    import_module("dbt.cli.main")
    import orchestration.defs.in_process

    clock.lap("imports: Dagster, dbt")
    from orchestration import transform

    transform.manifest_in(transform.manifest_path(workspace).parent)
    clock.lap("dbt project, parsed before")
    build = _Recorded(workspace)
    import orchestration.defs.models

    orchestration.defs.models.build = build  # type: ignore[assignment]
    run = orchestration.defs.in_process.materialize(workspace, as_of=AS_OF, full=False, on_progress=lambda *_: None)
    if not run.success:
        sys.exit("\n".join(run.failures))
    clock.lap("materialize")
    replayed = build.replayed()
    rest = clock.laps.pop("materialize") - build.seconds
    return clock.laps | {
        "Dagster, loading and publishing": rest,
        "dbt, above its SQL": build.seconds - replayed,
        "the SQL of dbt": replayed,
    }


class _Clock:
    def __init__(self) -> None:
        self.last, self.laps = 0.0, dict[str, float]()

    def lap(self, name: str) -> None:
        now = time.process_time()
        self.laps[name], self.last = now - self.last, now


class _Recorded:
    """Stands in for `transform.build`: builds, keeps the warehouse as it was and every statement that dbt sends."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.seconds = workspace, 0.0
        self.builds: list[tuple[Path, list[str]]] = []

    def __call__(self, workspace: Workspace, **options: Any) -> Any:
        from orchestration import opening, transform

        opening.release()  # else the last of what was written stands beside the file
        copy = Path(tempfile.mkdtemp(prefix="takeup-bench-sql-"))
        for file in (workspace.warehouse, workspace.marts):
            shutil.copy(file, copy / file.name)
        self.builds.append((copy, []))
        began, telling, heard = time.process_time(), transform._telling, transform._HEARD
        transform._telling = lambda on_model: lambda event: (self._hear(event), telling(on_model)(event))[1]
        transform._HEARD = heard | {"SQLQuery", "SQLCommit"}
        try:
            return transform.build(workspace, **options)
        finally:
            transform._telling, transform._HEARD = telling, heard
            self.seconds += time.process_time() - began

    def _hear(self, event: Any) -> None:
        _, statements = self.builds[-1]
        if event.info.name == "SQLQuery":
            statements.append(event.data.sql)
        elif event.info.name == "SQLCommit":
            statements.append("commit")

    def replayed(self) -> float:
        """CPU seconds of the statements alone."""
        return sum(self._replayed(copy, statements) for copy, statements in self.builds)

    def _replayed(self, copy: Path, statements: list[str]) -> float:
        with duckdb.connect(str(copy / self.workspace.warehouse.name)) as connection:
            connection.execute(f"attach '{copy / self.workspace.marts.name}' as marts")
            connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
            began = time.process_time()
            for statement in statements:
                _send(connection, statement)
            seconds = time.process_time() - began
        shutil.rmtree(copy)
        return seconds


def _send(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """dbt commits where nothing was begun, and leaves a connection without saying that it rolls back."""
    if statement.lower() == "begin":
        with contextlib.suppress(duckdb.TransactionException):
            connection.execute("rollback")
    with contextlib.suppress(*((duckdb.TransactionException,) if statement.lower() == "commit" else ())):
        connection.execute(statement).fetchall()


def _say(commands: dict[str, float], found: dict[str, float]) -> None:
    say(f"{PEOPLE} people, {WEEKS} weeks, 7 tools; CPU seconds, medians of {REPEATS}\n")
    say(table(("command", "CPU s"), [(name, round(value, 2)) for name, value in commands.items()]))
    rows = [(name, round(value, 2)) for name, value in found.items()]
    say("\n" + table(("part of a run with news", "CPU s"), [*rows, ("together", round(sum(found.values()), 2))]))


if __name__ == "__main__":
    main()
