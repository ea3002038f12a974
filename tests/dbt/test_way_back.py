"""The way back that a training need shows is the one that `takeup rules explain` gives: SQL and Python say the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.raw_schema import raw_schema
from orchestration.transform import run_models
from orchestration.way_back import Standing, WayBack, way_back
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
STANDINGS = 1_000
WEEK = date(2026, 1, 26)
BANDS = ((0.0, 0.7), (0.3, 1.0), (0.2, 0.8), (0.45, 0.55), (0.333, 0.334))
TERMS = (
    "rule_id, version, tool_id, kind, severity, tolerate, evidence_incorrect, evidence_correct, share_min, share_max"
)


def standings() -> Iterator[Standing]:
    """Violated ones of every kind and severity, from a handful of cases to hundreds."""
    rng = random.Random(7)
    while True:
        kind = rng.choice(("check", "share", "cadence", "count"))
        judged = rng.choice((rng.randrange(3, 30), rng.randrange(30, 400)))
        least, most = rng.choice(BANDS) if kind == "share" else (None, None)
        standing = Standing(
            kind=kind,
            severity=rng.choice(("blocker", "major", "minor")),
            tolerate=rng.choice((0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.999)),
            evidence_incorrect=rng.choice((1, 3, 5, 10)),
            evidence_correct=rng.choice((3, 10, 25)),
            judged=judged,
            broken=rng.randrange(0, judged + 1),
            share_min=least,
            share_max=most,
        )
        if way_back(standing).until_not_violated != 0:
            yield standing


@pytest.fixture(scope="module")
def needs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Standing, WayBack, tuple[object, ...]]]:
    """Each standing with the way back by Python, and by the mart."""
    workspace = Workspace(tmp_path_factory.mktemp("way_back"))
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(raw_schema())
    run_models(workspace, select=["+fct_training_need"]).raise_if_failed()
    source = standings()
    chosen = [next(source) for _ in range(STANDINGS)]
    _write(workspace.marts, chosen)
    run_models(workspace, select=["fct_training_need"]).raise_if_failed()
    columns = "clean_case, clean_cases_until_not_violated, clean_cases_until_satisfied"
    with duckdb.connect(str(workspace.marts), read_only=True) as marts:
        found = marts.execute(f"select {columns} from fct_training_need order by cast(rule_id as integer)").fetchall()
    return [(one, way_back(one), row) for one, row in zip(chosen, found, strict=True)]


def _write(marts: Path, chosen: list[Standing]) -> None:
    """A rule of its own for each standing, violated by the one person there is."""
    rules = [
        (str(n), 1, "t", one.kind, one.severity, one.tolerate, one.evidence_incorrect, one.evidence_correct,
         one.share_min, one.share_max)
        for n, one in enumerate(chosen)
    ]  # fmt: skip
    judged = [("k", "t", str(n), 1, "violated", one.judged, one.broken, WEEK) for n, one in enumerate(chosen)]
    with duckdb.connect(str(marts)) as connection:
        connection.execute("insert into dim_tool (tool_id, window_weeks, last_week_start) values ('t', 4, ?)", [WEEK])
        connection.execute(
            "insert into fct_person_tool_week (person_key, tool_id, week_start, status, reason) "
            "values ('k', 't', ?, 'incorrect_user', 'major')",
            [WEEK],
        )
        connection.executemany(f"insert into dim_rule ({TERMS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rules)
        connection.executemany(
            "insert into fct_rule_week (person_key, tool_id, rule_id, version, verdict, judged, broken, week_start) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            judged,
        )


def test_the_mart_and_the_explanation_show_the_same_way_back(
    needs: list[tuple[Standing, WayBack, tuple[object, ...]]],
) -> None:
    differing = [
        (standing, way, row)
        for standing, way, row in needs
        if (way.clean_cases, way.until_not_violated, way.until_satisfied) != row
    ]
    assert differing == []


def test_there_are_ways_back_and_none_among_them(needs: list[tuple[Standing, WayBack, tuple[object, ...]]]) -> None:
    numbers = [row[1] for _, _, row in needs]
    assert sum(number is None for number in numbers) > STANDINGS / 20
    assert sum(number is not None for number in numbers) > STANDINGS / 5
    assert len({way.clean_cases for _, way, _ in needs}) == 4
