"""Time, CPU and peak memory of a whole run over a synthetic company, and of a run that finds nothing new.

    make bench ARGS="--people 50000 --weeks 26"

The company is written by a process of its own, so that the peak is the run's and not the sample's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from orchestration.commands.output import say, table
from orchestration.registry.scaffold import init_workspace

EXAMPLE = Path(__file__).resolve().parent.parent / "config"
AS_OF = "2026-11-19T06:00:00"  # the Thursday after the company's last logs
WRITE = "import sys; from pathlib import Path; from orchestration.sample.company import write_company as write; "
WRITE += "write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process and its children: wall and CPU seconds, peak resident memory in MB."""

    wall: float
    cpu: float
    peak: float


def main() -> None:
    """Print one line per measured run; exit with 1 when a run fails."""
    options = _options()
    root = Path(tempfile.mkdtemp(prefix="takeup-bench-"))
    try:
        workspace = root / "company"
        shutil.copytree(EXAMPLE, workspace / "config")
        init_workspace(workspace)
        written = measure([sys.executable, "-c", WRITE, str(workspace), str(options.people), str(options.weeks)])
        run = [sys.executable, "-m", "orchestration.cli", "run", "-w", str(workspace), "--as-of", AS_OF, "--json"]
        first, again = measure(run, root / "first.json"), measure(run)
        lines = json.loads((root / "first.json").read_text())["lines"]["read"]
        _say(options, lines, {"write the company": written, "first run": first, "nothing new": again})
    finally:
        shutil.rmtree(root)


def measure(command: list[str], output: Path | None = None) -> Cost:
    """Run `command` in a process that reports its own usage; its stdout goes to `output`."""
    wrapper = "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]); "
    wrapper += "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
    wrapper += "sys.stderr.write(f'\\n{used.ru_utime + used.ru_stime} {used.ru_maxrss}'); sys.exit(code)"
    began = time.monotonic()
    outcome = subprocess.run([sys.executable, "-c", wrapper, *command], capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    if outcome.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{outcome.stderr}")
    if output is not None:
        output.write_text(outcome.stdout)
    cpu, kilobytes = outcome.stderr.split()[-2:]
    return Cost(wall, float(cpu), int(kilobytes) / 1024)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--weeks", type=int, default=26)
    return parser.parse_args()


def _say(options: argparse.Namespace, lines: int, costs: dict[str, Cost]) -> None:
    say(f"{options.people:,} people, {options.weeks} weeks, {lines:,} lines\n")
    rows = [(name, round(cost.wall, 1), round(cost.cpu, 1), round(cost.peak)) for name, cost in costs.items()]
    say(table(("", "wall s", "CPU s", "peak MB"), rows))
    say(f"\n{lines / costs['first run'].wall:,.0f} lines per second of wall time")


if __name__ == "__main__":
    main()
