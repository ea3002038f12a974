"""Forecasts made within histories hold what came as often as they say, and err less than saying that nothing changes.

A reduced `python -m benchmarks.forecast`; its results stand in benchmarks/results/forecast.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.forecast_backtest import by_distance, chances, company, damped_trend, outcomes, score, viva

HISTORIES = Path(__file__).parents[2] / "fixtures" / "forecast"


@pytest.mark.parametrize("name", ["company_7", "company_11", "company_23"])
def test_on_a_synthetic_company(name: str) -> None:
    found = score(outcomes(company(HISTORIES / f"{name}.csv.gz"), damped_trend, step=3))
    assert found.forecasts > 4_000
    assert 0.7 <= found.coverage <= 0.9
    assert found.of_naive < 0.8


@pytest.mark.parametrize("window", [1, 4])
def test_on_the_viva_person_query(shared: Path, window: int) -> None:
    file = shared / "samples" / "m365_copilot" / "viva_person_query_pq_data.csv"
    if not file.is_file():
        pytest.skip("the Viva person query is not among the shared samples")
    rows = outcomes(viva(file, window), damped_trend)
    found = score(rows)
    assert found.forecasts > 4_000
    assert min(score(part).coverage for _, part in by_distance(rows)) >= 0.7
    assert 0.7 <= found.coverage <= 0.9
    assert found.of_naive < 1


def test_a_chance_is_how_often_a_target_is_reached() -> None:
    """Of targets eight weeks ahead: those called unlikely on the leadership page, open, and likely."""
    told = chances(company(HISTORIES / "company_23.csv.gz"), 8, (-0.05, 0.0, 0.02, 0.05, 0.1), step=2)
    unlikely, likely = told[told[:, 0] < 0.3], told[told[:, 0] >= 0.7]
    assert min(len(unlikely), len(likely)) > 150
    assert unlikely[:, 1].mean() < 0.3
    assert likely[:, 1].mean() > 0.7
