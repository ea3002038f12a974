"""What a full rebuild and a new day cost as history grows, as a ratio to the leanest SQL for the same three results.

takeup builds all its marts beside these three; what the models of the three alone cost is told by the processor time
that has gone by whenever dbt starts another model.

    .venv/bin/python -m benchmarks.refresh --events 1e7 3e7 1e8 --tools 5

History is written into the raw tables by SQL, 550,000 events a day; the new day comes as files through the real loader
and the real steps (1 % of its events are up to 7 days late, 1 % are repeats). Every measured step is a process of its
own with the same limits. Both sides must agree on every status, verdict and obligation, row by row.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.refresh_bare import day_statements, differences, full_statements
from benchmarks.refresh_company import Size, add_day, found
from orchestration import steps
from orchestration.commands.output import say, table
from orchestration.transform import manifest_path, run_models
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

HEADER = ("events", "tools", "step", "bare CPU s", "CPU s", "ratio", "wall s", "peak MB", "file MB")
LIMITS = {"memory_limit": "3GB", "preserve_insertion_order": "false"}
RESULTS = ("fct_person_tool_week", "fct_rule_week", "fct_obligation")
"""What the SQL by hand makes too."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall seconds and peak resident memory in MB of one process; `same`: CPU seconds for `RESULTS` alone."""

    cpu: float
    wall: float
    peak: float
    same: float = 0.0


def main() -> None:
    """Print one table; exit with 1 when the two sides differ."""
    options = _options()
    if options.step:
        _run_step(options)
        return
    rows: list[tuple[object, ...]] = []
    for events in options.events:
        for tools in options.tools:
            root = Path(tempfile.mkdtemp(prefix="takeup-bench-", dir=options.scratch))
            try:
                rows += _measure(root, Size(int(events), options.people, tools), options.days)
            finally:
                shutil.rmtree(root)
            say(table(HEADER, rows))


def _measure(root: Path, size: Size, days: int) -> list[tuple[object, ...]]:
    workspace = found(root, size)
    rows = []

    def row(step: str, bare: Cost | None, cost: Cost) -> None:
        ratio = f"{cost.cpu / bare.cpu:.2f}" if bare else ""
        shown = [f"{bare.cpu:.1f}" if bare else "", f"{cost.cpu:.1f}", ratio, f"{cost.wall:.1f}", f"{cost.peak:.0f}"]
        rows.append((f"{size.events:,}", size.tools, step, *shown, _megabytes(workspace)))
        say(" ".join(str(cell) for cell in rows[-1]))

    _child(root, size, "load")  # looks at the days of history, as the loads of those days would have
    bare_full, full = _child(root, size, "bare-full"), _child(root, size, "models")
    _refuse_difference(workspace, "a full rebuild")
    fixed = _child(root, size, "models")  # nothing has come since: what is left is dbt's own cost
    row("dbt, nothing new", None, fixed)
    row("full rebuild", bare_full, full)
    row("full rebuild without dbt's own", bare_full, _above(full, fixed))
    row("the three results alone", bare_full, _same(full, fixed))
    for number in range(1, days + 1):
        add_day(workspace, size, number)
        bare_day = _child(root, size, "bare-day", number)
        load, models = _child(root, size, "load"), _child(root, size, "models")
        _refuse_difference(workspace, f"day {number}")
        row(f"day {number}, loading", None, load)
        row(f"day {number}, models", bare_day, models)
        row(f"day {number}, models without dbt's own", bare_day, _above(models, fixed))
        row(f"day {number}, the three results alone", bare_day, _same(models, fixed))
    return rows


def _above(cost: Cost, fixed: Cost) -> Cost:
    return Cost(cost.cpu - fixed.cpu, cost.wall - fixed.wall, cost.peak)


def _same(cost: Cost, fixed: Cost) -> Cost:
    return Cost(cost.same - fixed.same, cost.wall, cost.peak)


def _megabytes(workspace: Workspace) -> str:
    return " + ".join(
        f"{path.stat().st_size / 1e6:.0f}" for path in (workspace.warehouse, workspace.marts) if path.is_file()
    )


def _child(root: Path, size: Size, step: str, number: int = 0) -> Cost:
    sizes = ["--events", str(size.events), "--people", str(size.people), "--tools", str(size.tools)]
    command = [sys.executable, "-m", "benchmarks.refresh", "--step", step, "--scratch", str(root), "--day", str(number)]
    outcome = subprocess.run([*command, *sizes], capture_output=True, text=True, check=False)
    if outcome.returncode:
        sys.exit(f"{step}: {outcome.stdout}\n{outcome.stderr}")
    return Cost(*json.loads(outcome.stdout.splitlines()[-1]))


def _run_step(options: argparse.Namespace) -> None:
    """In the child: the step, then what it cost."""
    root = options.scratch
    size = Size(int(options.events[0]), options.people, options.tools[0])
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    same = _run(options.step, Workspace.at(root), size, options.day)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write("\n" + json.dumps([cpu, time.monotonic() - began, after.ru_maxrss / 1024, same]) + "\n")


def _bare(statements: list[str], workspace: Workspace) -> None:
    import duckdb

    with duckdb.connect(
        str(workspace.warehouse), config=LIMITS | {"temp_directory": str(workspace.build)}
    ) as connection:
        connection.execute("set enable_progress_bar = false")
        for statement in statements:
            connection.execute(statement)


def _load(workspace: Workspace, size: Size) -> None:
    steps.load_rule_book(workspace, f"run-{time.time_ns()}", None, full=False)
    steps.load_people(workspace)
    for number in range(size.tools):
        steps.load_logs(workspace, f"tool-{number}")


def _publish(workspace: Workspace) -> None:
    with open_warehouse(workspace) as warehouse:
        warehouse.publish(str(warehouse.session.value("select run_id from raw.run")))


def _models(workspace: Workspace) -> float:
    """Build all models; the CPU seconds of those that `RESULTS` need."""
    needed = _needed_by_results(workspace)
    started: list[tuple[str, float]] = []
    run_models(workspace, on_model=lambda model: started.append((model, time.process_time()))).raise_if_failed()
    started.append(("", time.process_time()))
    _publish(workspace)
    return sum(after - begun for (model, begun), (_, after) in pairwise(started) if model in needed)


def _needed_by_results(workspace: Workspace) -> set[str]:
    """The names of `RESULTS` and of all models that they read, directly or not."""
    manifest = json.loads(manifest_path(workspace).read_text())
    waiting = [node for node in manifest["parent_map"] if node.rpartition(".")[2] in RESULTS]
    found: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += manifest["parent_map"].get(node, [])
    return {node.rpartition(".")[2] for node in found}


def _run(name: str, workspace: Workspace, size: Size, day: int) -> float:
    """Do the step; the CPU seconds for `RESULTS`, where it builds more."""
    if name == "bare-full":
        _bare(full_statements(size), workspace)
    elif name == "bare-day":
        _bare(day_statements(workspace, size, day), workspace)
    elif name == "load":
        _load(workspace, size)
    else:
        return _models(workspace)
    return 0.0


def _refuse_difference(workspace: Workspace, after: str) -> None:
    if found := differences(workspace):
        sys.exit(f"after {after}, rows differ: {found}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refresh", description=__doc__)
    parser.add_argument("--events", type=float, nargs="+", default=[1e6])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--tools", type=int, nargs="+", default=[5])
    parser.add_argument("--days", type=int, default=1, help="how many new days are measured")
    parser.add_argument("--scratch", type=Path, default=None)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--day", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
