"""Forecasts made within histories hold what came as often as they say, and err less than saying that nothing changes.

A reduced `python -m benchmarks.forecast`; its results stand in benchmarks/results/forecast.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.forecast_backtest import company, damped_trend, outcomes, score, viva

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
    found = score(outcomes(viva(file, window), damped_trend))
    assert found.forecasts > 4_000
    assert 0.7 <= found.coverage <= 0.9
    assert found.of_naive < 1
