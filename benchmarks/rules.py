"""CPU and memory of judging by rules, as a ratio to the leanest SQL written by hand for the same result.

    .venv/bin/python -m benchmarks.rules --events 1e7 --people 50000

A rule of every kind alone; a book of twenty against its rules one by one (all that judging takes, from the events to
the statuses of people); and whole refreshes through dbt.

Of a kind alone, the production side is the SQL of the dbt models, as dbt compiles it for the book at hand, from the
events as they were loaded to verdicts and named obligations; the hand-written side (rules_by_hand.py) does the same for
one rule. Each runs alternately in processes of their own with the same limits, and both results are compared row by row
before a ratio is given. dbt's own cost is fixed and measured elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from benchmarks.rules_book import BOOK, KINDS, compiled
from benchmarks.rules_by_hand import statements
from orchestration.commands.output import say, table
from orchestration.raw_schema import raw_schema
from orchestration.transform import compile_models, manifest_in, manifest_path, run_models
from orchestration.workspace import Workspace

PARTS = ("kinds", "book", "refresh")
COMPANY = Path(__file__).with_name("rules_company.sql")
STATUSES = "int_statuses"
MODELS = ("int_sequenced_events", "int_obligations", "int_rule_weeks", "int_verdicts", "int_obligation_events")
SAME = """
    select count(*) from (
        (select {columns} from {left} except all select {columns} from {right})
        union all
        (select {columns} from {right} except all select {columns} from {left})
    )"""
RUN = """
import json, resource, sys, duckdb
job = json.loads(sys.stdin.read())
limits = {"memory_limit": "3GB", "temp_directory": job["spill"], "preserve_insertion_order": "false"}
connection = duckdb.connect(job["warehouse"], config=limits)
connection.execute("set enable_progress_bar = false")
connection.execute("create schema if not exists by_hand")
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
costs = {}
for name, query in job["tables"]:
    before = cpu()
    connection.execute(f"create or replace table {name} as {query}").fetchall()
    costs[name] = cpu() - before
print(json.dumps([sum(costs.values()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, costs]))
"""
REFRESH = """
import json, resource, sys
from pathlib import Path
from orchestration.transform import run_models
from orchestration.workspace import Workspace
run_models(Workspace(Path(json.loads(sys.stdin.read())["root"]))).raise_if_failed()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and peak resident memory in MB of one process; of SQL the seconds of each table that it made."""

    cpu: float
    peak: float
    tables: Mapping[str, float] = field(default_factory=dict)

    @property
    def of_rules(self) -> float:
        """What the rules' own models took of it."""
        return sum(self.tables[f"intermediate.{model}"] for model in MODELS)


def main() -> None:
    """Print the ratios; exit with 1 when the two sides differ in their results."""
    options = _options()
    root = Path(tempfile.mkdtemp(prefix="takeup-bench-"))
    try:
        events, people, repeats = int(options.events), options.people, options.repeats
        say(f"{events:,} events, {people:,} people, {repeats} runs each; CPU seconds are medians\n")
        if "kinds" in options.parts:
            header = ("kind", "rules CPU s", "by hand CPU s", "ratio", "peak MB")
            say(table(header, _kinds(root, events, people, repeats)))
        if "book" in options.parts:
            columns = ("twenty rules", "judging CPU s", "of it rules CPU s", "peak MB")
            say("\n" + table(columns, _book(root, events, people, repeats)))
        if "refresh" in options.parts:
            say("\n" + table(("all models, through dbt", "CPU s", "peak MB"), _refresh(root, events, people)))
    finally:
        shutil.rmtree(root)


def _kinds(root: Path, events: int, people: int, repeats: int) -> list[tuple[object, ...]]:
    """Each kind alone, over one tool that has all the events."""
    workspace = _company(root / "kinds", events, people, tools=1)
    rows: list[tuple[object, ...]] = []
    for kind in KINDS:
        tables = _production(workspace, {0: (kind,)})
        by_hand = [(f"by_hand.{name}", query) for name, query in statements(kind, "tool-0")]
        ours, hands = [], []
        for _ in range(repeats):  # alternately, so that a busy moment of the machine falls on both
            ours.append(_cost(workspace, tables))
            hands.append(_cost(workspace, by_hand))
        _refuse_difference(workspace, kind)
        cpu, hand = statistics.median(one.cpu for one in ours), statistics.median(one.cpu for one in hands)
        rows.append((kind, f"{cpu:.2f}", f"{hand:.2f}", f"{cpu / hand:.2f}", round(max(one.peak for one in ours))))
    return rows


def _book(root: Path, events: int, people: int, repeats: int) -> list[tuple[object, ...]]:
    """Twenty rules over five tools at once, and one by one: each over the same company, and each in a company that has
    no tool but the rule's own. All tools have as many events, so that each kind is measured once."""
    company = _company(root / "book", events, people, tools=5)
    whole = _judged(company, BOOK, repeats)
    times = Counter(kind for kinds in BOOK.values() for kind in kinds)
    rows: list[tuple[object, ...]] = [
        ("together", f"{whole.cpu:.1f}", f"{whole.of_rules:.1f}", round(whole.peak)),
    ]
    one_tool = _company(root / "one-tool", events // 5, people, tools=1)
    for name, workspace in (("one by one", company), ("one by one, one tool", one_tool)):
        alone = {kind: _judged(workspace, {0: (kind,)}, repeats) for kind in times}
        judging = sum(alone[kind].cpu * number for kind, number in times.items())
        of_rules = sum(alone[kind].of_rules * number for kind, number in times.items())
        peak = max(one.peak for one in alone.values())
        rows += [
            (name, f"{judging:.1f}", f"{of_rules:.1f}", round(peak)),
            ("together / that", f"{whole.cpu / judging:.2f}", f"{whole.of_rules / of_rules:.2f}", ""),
        ]
    return rows


def _judged(workspace: Workspace, book: Mapping[int, Sequence[str]], repeats: int) -> Cost:
    """The cheapest of some runs of all that judging takes by this book, from the events as loaded to the statuses."""
    tables = _judging(workspace, book)
    return min((_cost(workspace, tables) for _ in range(repeats)), key=lambda cost: cost.cpu)


def _judging(workspace: Workspace, book: Mapping[int, Sequence[str]]) -> list[tuple[str, str]]:
    """The tables under the statuses and the named obligations for this book, in order: (name, query)."""
    _install(workspace, book)
    nodes = manifest_in(manifest_path(workspace).parent).nodes
    needed: dict[str, None] = {}  # in the order in which they can be built

    def visit(node_id: str) -> None:
        if node_id in nodes and node_id not in needed:  # sources are not among the nodes
            for before in nodes[node_id].depends_on_nodes:
                visit(before)
            needed[node_id] = None

    for model in (STATUSES, *MODELS):
        visit(f"model.takeup.{model}")
    models = [nodes[node_id] for node_id in needed]
    views = [model.name for model in models if model.config.materialized == "view"]
    tables = [model for model in models if model.config.materialized != "view"]
    run_models(workspace, select=views).raise_if_failed()
    with contextlib.redirect_stdout(io.StringIO()):
        queries = compile_models(workspace, select=[model.name for model in tables])
    return [(f"{model.config.schema}.{model.name}", queries[model.name]) for model in tables]


def _refresh(root: Path, events: int, people: int) -> list[tuple[object, ...]]:
    """Everything that a run builds, for the book and for each of its rules alone: what sharing a run is worth."""
    workspace = _company(root / "refresh", events, people, tools=5)
    books = [BOOK, *({tool: (kind,)} for tool in BOOK for kind in BOOK[tool])]
    costs = []
    for book in books:
        _install(workspace, book)
        costs.append(_measured(REFRESH, {"root": str(workspace.root)}))
    whole, *alone = costs
    return _compared(whole.cpu, sum(one.cpu for one in alone), whole.peak, max(one.peak for one in alone))


def _compared(together: float, alone: float, *peaks: float) -> list[tuple[object, ...]]:
    return [
        ("together", f"{together:.1f}", round(peaks[0])),
        ("one by one", f"{alone:.1f}", round(peaks[1])),
        ("part", f"{together / alone:.2f}", ""),
    ]


def _company(root: Path, events: int, people: int, tools: int) -> Workspace:
    """A warehouse with the events loaded and everything built that no rule has a part in."""
    workspace = Workspace(root)
    workspace.build.mkdir(parents=True)
    numbers = {"people": people, "tools": tools, "items": events // 5}
    script = COMPANY.read_text()
    for name, number in numbers.items():
        script = script.replace(f"${name}", str(number))
    with duckdb.connect(str(workspace.warehouse), config={"memory_limit": "4GB"}) as connection:
        connection.execute("set preserve_insertion_order = false; set enable_progress_bar = false")
        connection.execute(raw_schema())
        connection.execute(script)
    run_models(workspace, select=[f"+{model}" for model in MODELS]).raise_if_failed()
    return workspace


def _production(workspace: Workspace, book: Mapping[int, Sequence[str]]) -> list[tuple[str, str]]:
    """The tables that the models make for this book, in order: (name, query)."""
    _install(workspace, book)
    run_models(
        workspace,
        select=[
            "int_usage_events",
            "int_sequenced_events",
            "int_timed_events",
            "int_obligations__*",
            "int_rule_windows",
        ],
    ).raise_if_failed()
    with contextlib.redirect_stdout(io.StringIO()):
        queries = compile_models(workspace, select=MODELS)
    return [(f"intermediate.{model}", queries[model]) for model in MODELS]


def _install(workspace: Workspace, book: Mapping[int, Sequence[str]]) -> None:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("delete from raw.rule_book")
        for row in (one.as_row() for one in compiled(book)):
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(f"insert into raw.rule_book ({names}) values ({marks})", list(row.values()))


def _cost(workspace: Workspace, tables: Sequence[tuple[str, str]]) -> Cost:
    spill = str(workspace.build / "spill")
    return _measured(RUN, {"warehouse": str(workspace.warehouse), "spill": spill, "tables": tables})


def _measured(script: str, job: Mapping[str, object]) -> Cost:
    """Of a process of its own that is given `job` and prints its CPU seconds and peak MB last."""
    command = [sys.executable, "-c", script]
    outcome = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=False)
    if outcome.returncode:
        sys.exit(outcome.stderr)
    return Cost(*json.loads(outcome.stdout.splitlines()[-1]))


def _refuse_difference(workspace: Workspace, kind: str) -> None:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        for left, right, columns in (
            (
                "intermediate.int_verdicts",
                "by_hand.verdicts",
                "person_no, week_start, judged, broken, pending, verdict",
            ),
            ("intermediate.int_obligation_events", "by_hand.proof", "person_no, outcome, obligation_at"),
        ):
            found = connection.execute(SAME.format(left=left, right=right, columns=columns)).fetchone()
            if found is None or found[0]:
                sys.exit(f"{kind}: {left} and {right} differ in {found and found[0]:,} rows")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--events", type=float, default=1e6)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
