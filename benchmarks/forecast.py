"""How far forecasts can be trusted, and what they cost: `python -m benchmarks.forecast` writes results/forecast.md.

    python -m benchmarks.forecast [--viva FILE]
    python -m benchmarks.forecast --export PUBLICATION.duckdb FILE.csv.gz

The second form takes the weekly figures of a publication into a file that the first form and the tests read. Theirs are
of `takeup demo DIR --people 600 --weeks 52 --until 2026-11-15 --seed SEED`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import time
import warnings
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.forecast_backtest import (
    Floats,
    Foretold,
    History,
    Method,
    by_distance,
    chances,
    company,
    damped_trend,
    outcomes,
    score,
    viva,
)

ROOT = Path(__file__).resolve().parent.parent
HISTORIES = ROOT / "tests" / "fixtures" / "forecast"
VIVA = ROOT.parent / "shared" / "samples" / "m365_copilot" / "viva_person_query_pq_data.csv"
RESULT = Path(__file__).parent / "results" / "forecast.md"
CHOSEN_ON, HELD_BACK = ("company_7", "company_11"), ("company_23",)

_FIGURES = """
    select tool_id, org_unit, measure, week_start, reached, eligible
    from (
        select *, 'correct' as measure, correct_user as reached from fct_adoption_week
        union all by name select *, 'active' as measure, active as reached from fct_adoption_week
    )
    inner join dim_tool as tool using (tool_id)
    where not is_provisional and org_unit <> 'Small groups' and tool.has_rules and tool.can_prove
        and week_start >= date_trunc('week', tool.live_from) + to_days(cast(7 * (tool.window_weeks - 1) as integer))
    order by all
"""


def export(publication: Path, file: Path) -> None:
    """The weekly figures of a publication as a file of a few kilobytes."""
    import duckdb

    with duckdb.connect(str(publication), read_only=True) as connection:
        rows = connection.execute(_FIGURES).fetchall()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("tool_id", "org_unit", "measure", "week_start", "reached", "eligible"))
    writer.writerows(rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def statsmodels_damped(reached: Floats, eligible: Floats, ahead: int) -> Foretold:
    """One damped trend per share on the logit scale, fitted by likelihood with statsmodels, as a rival."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    edges: list[Floats] = []
    for counts, people in zip(reached, eligible, strict=True):
        known = ~np.isnan(counts)
        logits = np.log((counts[known] + 0.5) / (people[known] - counts[known] + 0.5))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a likelihood does not converge is part of the rival's result
            model = ETSModel(pd.Series(logits), trend="add", damped_trend=True).fit(disp=False, maxiter=200)
        told = model.get_prediction(start=len(logits), end=len(logits) + ahead - 1).summary_frame(alpha=0.2)
        edges.append(1 / (1 + np.exp(-told[["pi_lower", "mean", "pi_upper"]].to_numpy().T)))
    low, middle, high = np.array(edges).transpose(1, 0, 2)
    return Foretold(low, middle, high)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viva", type=Path, default=VIVA)
    parser.add_argument("--export", nargs=2, type=Path, metavar=("PUBLICATION", "FILE"))
    asked = parser.parse_args(arguments)
    if asked.export:
        export(*asked.export)
        return
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(_page(_histories(asked.viva)))
    print(RESULT.read_text())


def _histories(file: Path) -> dict[str, list[History]]:
    named = {f"synthetic {name.replace('_', ', seed ')}": company(HISTORIES / f"{name}.csv.gz") for name in CHOSEN_ON}
    held = {
        f"synthetic {name.replace('_', ', seed ')} (held back)": company(HISTORIES / f"{name}.csv.gz")
        for name in HELD_BACK
    }
    real = {"Viva person query, weeks": viva(file, 1), "Viva person query, windows of 4 weeks": viva(file, 4)}
    return named | held | (real if file.is_file() else {})


def _page(histories: dict[str, list[History]]) -> str:
    found = {name: outcomes(known, damped_trend) for name, known in histories.items()}
    rows = [_line(name, len(histories[name]), rows) for name, rows in found.items()]
    distances = [
        _line(f"{name}, {weeks} ahead", None, part) for name, rows in found.items() for weeks, part in by_distance(rows)
    ]
    return (
        "\n".join(
            [
                *_HEAD,
                *rows,
                *_DISTANCES,
                *distances,
                *_CHANCES,
                *_chances(histories),
                *_RIVAL,
                *_rivals(histories),
                *_cost(),
            ]
        )
        + "\n"
    )


def _line(name: str, series: int | None, rows: Floats) -> str:
    found = score(rows)
    first = f"| {name} | {'' if series is None else f'{series} | '}{found.forecasts:,} | {100 * found.coverage:.0f} %"
    errors = f"{100 * found.error:.1f} | {100 * found.naive_error:.1f} | {found.of_naive:.2f}"
    return f"{first} | {errors} | {100 * found.width:.0f} |"


def _chances(histories: dict[str, list[History]]) -> list[str]:
    """Targets up to ten points above what is known, and five below, eight weeks ahead."""
    edges = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
    lines = []
    for name, known in histories.items():
        rows = chances(known, 8, (-0.05, 0.0, 0.02, 0.05, 0.1))
        cells = []
        for low, high in pairwise(edges):
            told = rows[(rows[:, 0] >= low) & (rows[:, 0] < high + (high == 1))]
            cells.append(f"{100 * told[:, 1].mean():.0f} % ({len(told):,})" if len(told) else "")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _rivals(histories: dict[str, list[History]]) -> list[str]:
    """Every sixth week of a dozen shares: fitting one takes statsmodels long."""
    lines = []
    for name, known in histories.items():
        few = known[:: max(1, len(known) // 12)]
        for title, method in (("takeup", damped_trend), ("statsmodels", statsmodels_damped)):
            lines.append(_timed(f"{name}, {title}", few, method))
    return lines


def _timed(name: str, known: Sequence[History], method: Method) -> str:
    before = time.process_time()
    found = score(outcomes(known, method, step=6))
    spent = time.process_time() - before
    return f"| {name} | {100 * found.coverage:.0f} % | {found.of_naive:.2f} | {100 * found.width:.0f} | {spent:.2f} |"


def _cost() -> list[str]:
    """20 tools with 20 org units and a total each, both measures, a year known, half a year ahead."""
    from orchestration.forecasting.cells import Cell, Goal, Week
    from orchestration.forecasting.outlook import forecasts

    monday, generator = date(2026, 11, 2), np.random.default_rng(7)
    cells = []
    for number in range(20 * 21 * 2):
        reached = np.cumsum(generator.integers(0, 3, 52)).tolist()
        weeks = tuple(Week(monday - timedelta(weeks=51 - week), count, 120) for week, count in enumerate(reached))
        goals = tuple(Goal(monday + timedelta(weeks=week + 1), 0.6, date(2027, 5, 5), False) for week in range(26))
        cells.append(Cell(f"t{number}", "total", "All", "correct", weeks, goals, goals[-1]))
    before = time.process_time()
    forecasts(cells)
    spent = time.process_time() - before
    told = (
        f"{len(cells)} shares of 52 weeks, 26 weeks ahead, made anew: {spent:.2f} CPU s. Unchanged ones are not made."
    )
    return ["", "## Cost", "", told]


_TABLE = (
    "| weeks foretold | held by the 80 % interval | error, points | as last week, points | of that | width, points |"
)
_HEAD = [
    "# How far forecasts can be trusted",
    "",
    "Made by `python -m benchmarks.forecast`. From every week of a history on, once eight are known, up to 13 weeks",
    "after it are foretold and compared with what came. *As last week* is the forecast that nothing changes. Histories",
    "are the weekly shares of synthetic companies of 600 people over 52 weeks (correct and active, each tool in total",
    "and by org unit) and of the Viva person query of Microsoft's samples (300 persons, 35 weeks, in total and by",
    "organisation).",
    "The method's few constants were chosen on the first two companies and the query; the third was held back.",
    "Where takeup refuses, for fewer than eight weeks, five users or a tenth of the people, nothing is asked.",
    "",
    "| histories | shares " + _TABLE,
    "|---|---|---|---|---|---|---|---|",
]
_DISTANCES = ["", "## By weeks ahead", "", "| histories " + _TABLE, "|---|---|---|---|---|---|---|"]
_CHANCES = [
    "",
    "## What chances come to",
    "",
    "Of targets set for eight weeks ahead, from five points below to ten above the share of the day, how many were",
    "reached, by the chance that was told (and how many such targets there were).",
    "",
    "| histories | told 0-10 % | 10-30 % | 30-50 % | 50-70 % | 70-90 % | 90-100 % |",
    "|---|---|---|---|---|---|---|",
]
_RIVAL = [
    "",
    "## Against one damped trend per share, fitted with statsmodels",
    "",
    "Of a dozen shares each, from every sixth week on.",
    "",
    "| histories | held | error, of as last week | width, points | CPU s |",
    "|---|---|---|---|---|",
]

if __name__ == "__main__":
    main()
