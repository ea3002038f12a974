"""What the dashboard costs: CPU per rerun, queries, twenty sessions over the websocket, memory, a browser.

    python -m benchmarks.dashboard [--people 50000] [--sessions 20] [--out benchmarks/results/dashboard.md]

The publication is made by SQL (tests/dashboards/publication.py): people x 5 tools x 26 weeks, 6.5 million
person-tool-weeks by default. Wall times depend on whatever else the machine does; CPU times hardly do.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import websockets
from playwright.sync_api import sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest

from dashboards.marts import adoption, health, movement, people, published, reading, rules, training
from dashboards.marts.people import Wanted
from tests.dashboards.publication import TOOLS, Company, publish
from tests.e2e.serving import CHROMIUM, server_process

ROOT = Path(__file__).parents[1]
TITLES = [tool.title for tool in TOOLS[:5]]
RERUNS, THINK_S, ACTS = 60, (1.0, 4.0), 8
Row = tuple[str, str, str]


def main() -> None:
    """Measures everything and prints (and with --out writes) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--workspace", type=Path, help="a workspace that was made by an earlier measurement")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="takeup-bench-") as folder:
        workspace = asked.workspace or Path(folder)
        if not (workspace / "published").exists():
            publish(workspace, Company(people=asked.people, tools=5, weeks=26))
        text = _report(workspace, _rows(workspace, asked.sessions))
    print(text)
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")


def _rows(workspace: Path, sessions: int) -> list[Row]:
    rows = [*_queries(workspace), *_reruns(workspace)]
    with server_process(workspace) as (address, process):
        asyncio.run(_load(address, 1, acts=3))  # the first reader loads what all share
        idle = _memory_mb(process.pid)
        taken = asyncio.run(_load(address, sessions))
        busy = _memory_mb(process.pid)
        rows.append(_wall(f"{sessions} websocket sessions, think time 1-4 s, p95", _part(taken, 0.95), "250 ms"))
        rows.append(_wall(f"{sessions} websocket sessions, p50", statistics.median(taken), ""))
        rows.append(("memory of the process, before and after the sessions", f"{idle:.0f} / {busy:.0f} MB", "300 MB"))
        rows.append(("memory per session", f"{max(busy - idle, 0) / sessions:.1f} MB", "2 MB"))
        if CHROMIUM.exists():
            shown, settled = _browser(address)
            rows.append(_wall("tool change in a browser: figures shown, p50", shown, "150 ms"))
            rows.append(_wall("tool change in a browser: all charts settled, p50", settled, "350 ms"))
    return rows


def _queries(workspace: Path) -> list[Row]:
    """Each question asked afresh, so that nothing is answered from memory but what DuckDB itself keeps."""
    path = reading.latest(workspace)
    assert path
    tool = published.tools(path)[0]
    week = tool.last_final_week_start
    assert week
    wanted = Wanted(tool.tool_id, week, status="incorrect_user")
    key = people.listed(path, None, wanted, 1)[0].person_key
    totals: dict[str, Callable[[], object]] = {
        "adoption by week": lambda: adoption.by_week(path, tool.tool_id, "All", 26),
        "all tools against target": lambda: adoption.tools_against_target(path, "All"),
        "source health": lambda: health.source_health(path),
        "steps between statuses": lambda: movement.steps(path, tool.tool_id, "All", 26),
        "cohorts": lambda: movement.cohorts(path, tool.tool_id, 26),
        "training needs by unit": lambda: training.needs_by_unit(path, tool.tool_id, None),
    }
    rows_of_people: dict[str, Callable[[], object]] = {
        "verdicts of a week": lambda: rules.verdicts(path, tool.tool_id, week),
        "violated share by week": lambda: rules.violated_by_week(path, tool.tool_id, 26),
        "a page of people": lambda: people.listed(path, None, wanted, 50),
        "a page of people to train": lambda: training.people_to_train(path, None, tool.tool_id, None, None, 50, 0),
        "one person's weeks": lambda: people.person_weeks(path, None, key, tool.tool_id, 26),
        "one person's events": lambda: people.obligations(path, None, key, tool.tool_id, tool.live_from, week),
    }
    return [
        *(_wall(f"query: {name}", _asked(ask), "10 ms") for name, ask in totals.items()),
        *(_wall(f"query: {name}", _asked(ask), "100 ms") for name, ask in rows_of_people.items()),
    ]


def _asked(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(9):
        reading.forget()
        begin = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def _reruns(workspace: Path) -> list[Row]:
    """CPU of a rerun after another tool was chosen, in this process, without a browser."""
    os.environ["TAKEUP_WORKSPACE"] = str(workspace)
    app = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=120).run()
    spent = []
    for number in range(RERUNS):
        app.selectbox(key="tool").set_value(TOOLS[number % 5].tool_id)
        begin = time.process_time()
        app.run()
        spent.append(time.process_time() - begin)
    warm = spent[len(TITLES) * 2 :]
    return [
        ("server CPU per rerun of the overview, p50", f"{1000 * statistics.median(warm):.0f} ms", "40 ms"),
        ("server CPU per rerun of the overview, p95", f"{1000 * _part(warm, 0.95):.0f} ms", ""),
    ]


async def _load(address: str, sessions: int, acts: int = ACTS) -> list[float]:
    """Every session opens the overview and then chooses another tool now and then; seconds from choice to done."""
    taken: list[list[float]] = await asyncio.gather(*(_session(address, number, acts) for number in range(sessions)))
    return [one for session in taken for one in session]


async def _session(address: str, number: int, acts: int) -> list[float]:
    chance, taken = random.Random(number), []
    await asyncio.sleep(number * 0.1)
    uri = address.replace("http://", "ws://") + "/_stcore/stream"
    async with websockets.connect(uri, max_size=None, subprotocols=["streamlit"], origin=address) as link:
        await _run(link, TITLES[number % 5])
        for act in range(acts):
            await asyncio.sleep(chance.uniform(*THINK_S))
            begin = time.perf_counter()
            await _run(link, TITLES[(number + act + 1) % 5])
            taken.append(time.perf_counter() - begin)
    return taken


async def _run(link: websockets.ClientConnection, title: str) -> None:
    """One rerun with another tool in the address, until the server says that it is done."""
    ask = BackMsg()
    ask.rerun_script.query_string = f"tool={title.replace(' ', '+')}"
    await link.send(ask.SerializeToString())
    while True:
        told = ForwardMsg.FromString(await link.recv())
        if told.WhichOneof("type") == "script_finished":
            return


def _browser(address: str) -> tuple[float, float]:
    """Seconds from choosing a tool to its figures, and to the last change of any chart."""
    shown, settled = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(address)
        page.get_by_test_id("stMetric").first.wait_for(timeout=60_000)
        time.sleep(3)
        for number in range(1, 13):
            page.get_by_role("combobox", name="Tool").click()
            option = page.get_by_role("option", name=TITLES[number % 5], exact=True)
            option.wait_for()
            page.evaluate(_WATCH)
            option.click()
            time.sleep(1.6)
            first, last = page.evaluate("[window.firstFigure - window.chosenAt, window.lastChange - window.chosenAt]")
            shown.append(first / 1000)
            settled.append(last / 1000)
        browser.close()
    return statistics.median(shown), statistics.median(settled)


_WATCH = """() => {
  window.firstFigure = window.lastChange = undefined;
  const before = document.querySelector('[data-testid=stMetricValue]').innerText;
  document.addEventListener('click', () => { window.chosenAt = performance.now(); }, {capture: true, once: true});
  new MutationObserver(() => {
    const now = performance.now();
    const figure = document.querySelector('[data-testid=stMetricValue]');
    if (window.firstFigure === undefined && figure && figure.innerText !== before) window.firstFigure = now;
    if (window.chosenAt) window.lastChange = now;
  }).observe(document.querySelector('[data-testid=stMain]'), {subtree: true, childList: true, characterData: true});
}"""


def _memory_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _part(values: list[float], part: float) -> float:
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def _wall(name: str, seconds: float, bar: str) -> Row:
    return name, f"{1000 * seconds:.1f} ms" if seconds < 0.02 else f"{1000 * seconds:.0f} ms", bar


def _report(workspace: Path, rows: list[Row]) -> str:
    path = reading.latest(workspace)
    assert path
    weeks = reading.select(path, "select count(*) from fct_person_tool_week", {}, int)[0]
    lines = [f"| {name} | {value} | {bar} |" for name, value, bar in rows]
    return "\n".join(
        [
            "# What the dashboard costs",
            "",
            f"{weeks:,} person-tool-weeks, {path.stat().st_size / 2**20:,.0f} MB of publication;"
            f" {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}."
            " Medians unless said otherwise. Wall times were taken on a machine that did other work as well.",
            "",
            "Made by `python -m benchmarks.dashboard --out benchmarks/results/dashboard.md`.",
            "",
            "| measure | found | bar |",
            "|---|---|---|",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    main()
