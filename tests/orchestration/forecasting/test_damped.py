"""Damped trends: they are what statsmodels computes, their spread is what chance gives, and shares stay shares."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orchestration.forecasting import damped

RISING = [2, 3, 5, 6, 9, 12, 14, 18, 22, 25, 29, 33]
NAN = float("nan")


def fan(reached: list[float], eligible: float = 60, ahead: int = 8) -> damped.Fans:
    return damped.fans([reached], [[eligible] * len(reached)], ahead)


@pytest.mark.parametrize(("learning", "trend", "damping"), [(0.3, 0.1, 0.9), (0.9, 0.2, 0.96)])
def test_one_model_is_holts_damped_trend_of_statsmodels(learning: float, trend: float, damping: float) -> None:
    from statsmodels.tsa.holtwinters import Holt

    counts, people = np.array([RISING], float), np.full((1, len(RISING)), 60.0)
    logits = np.log((counts[0] + 0.5) / (people[0] - counts[0] + 0.5))
    start = {"initialization_method": "known", "initial_level": logits[0], "initial_trend": 0.0}
    rates = {"smoothing_level": learning, "smoothing_trend": trend, "damping_trend": damping}
    theirs = Holt(logits, damped_trend=True, **start).fit(**rates, optimized=False)
    model = damped._Models(*(np.array([rate]) for rate in (learning, trend, damping, 1.0)))
    level, slope, *_ = damped._follow(counts, people, model)
    means, _ = damped._ahead(model, level, slope, people[:, -1:], 6)
    assert level[0, 0] == pytest.approx(theirs.level[-1])
    assert means[0, 0] == pytest.approx(theirs.forecast(6))


def test_the_spread_ahead_is_that_of_simulated_ways() -> None:
    learning, trend, damping, ahead = 0.6, 0.2, 0.9, 10
    model = damped._Models(*(np.array([rate]) for rate in (learning, trend, damping, 1.0)))
    people = np.array([[1_000_000.0]])  # so many that the share hardly moves, and with it the noise
    _, spreads = damped._ahead(model, np.zeros((1, 1)), np.zeros((1, 1)), people, ahead)
    generator, noise = np.random.default_rng(7), 2 / math.sqrt(1_000_000)
    level, slope = np.zeros(40_000), np.zeros(40_000)
    seen = []
    for _ in range(ahead):
        error = generator.normal(0, noise, level.shape)
        seen.append((level + damping * slope + error).var())
        level, slope = level + damping * slope + learning * error, damping * slope + learning * trend * error
    assert spreads[0, 0] / damped.SPREAD**2 == pytest.approx(np.array(seen), rel=0.03)


def test_edges_are_shares_in_order() -> None:
    for reached in (RISING, [0] * 12, [60] * 12, [30] * 12):
        found = fan([float(count) for count in reached])
        low, middle, high = (found.quantile(part)[0] for part in (0.1, 0.5, 0.9))
        assert (low >= 0).all()
        assert (low <= middle).all()
        assert (middle <= high).all()
        assert (high <= 1).all()


def test_a_climb_is_followed_and_a_wandering_share_is_averaged() -> None:
    climbing = fan([float(count) for count in RISING]).quantile(0.5)[0]
    assert climbing[-1] > climbing[0] > RISING[-1] / 60
    wandering = fan([30.0, 36, 25, 34, 27, 35, 26, 33, 28, 32, 25, 40]).quantile(0.5)[0]
    assert abs(wandering[-1] - 0.5) < abs(40 / 60 - 0.5)


def test_intervals_widen_ahead_and_with_fewer_people() -> None:
    small, large = fan([6.0, 7, 6, 7, 6, 7, 6, 7, 6, 7], 12), fan([640.0, 660] * 5, 1_200)
    widths = [found.quantile(0.9)[0] - found.quantile(0.1)[0] for found in (small, large)]
    assert (np.diff(widths[0]) > 0).all()
    assert (widths[0] > 1.5 * widths[1]).all()


def test_what_intervals_have_lacked_is_added_at_every_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    jumping = [30.0, 44, 18, 40, 20, 45, 16, 41, 19, 43, 17, 30]
    steady, wider = fan([30.0] * 12), fan(jumping)
    monkeypatch.setattr(damped, "MOST_LACKING", 0.0)
    assert fan([30.0] * 12).scale == pytest.approx(steady.scale)
    added = wider.scale**2 - fan(jumping).scale ** 2
    assert added[0, 0] > 0.2 * fan(jumping).scale[0, 0] ** 2
    assert added == pytest.approx(added[0, 0])


def test_the_chance_is_one_half_at_the_middle_and_falls_with_the_target() -> None:
    found = fan([300.0, 310, 330, 340, 360, 380, 390, 410, 420, 440], 1_000, ahead=5)
    middle = found.quantile(0.5)[0].tolist()
    assert found.chance([middle])[0] == pytest.approx(0.5, abs=0.02)
    chances = [found.chance([[target] * 5])[0, -1] for target in (0.0, 0.3, 0.5, 0.7, 1.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == 1


def test_people_come_whole() -> None:
    """Of ten people 41 % are five, as 50 % are."""
    found = fan([4.0, 5, 4, 5, 4, 5, 4, 5], 10, ahead=1)
    assert found.chance([[0.41]]) == found.chance([[0.5]])
    assert found.chance([[0.4]]) > found.chance([[0.41]])


def test_unknown_weeks_are_no_zeros() -> None:
    gap = fan([NAN, NAN, 20, 21, NAN, NAN, 22, 23, 24, 25, 26, 27]).quantile(0.5)
    assert gap[0, 0] == pytest.approx(27 / 60, abs=0.03)


def test_a_share_is_foretold_the_same_in_any_company() -> None:
    rows = [[float(count) for count in RISING], [30.0] * 12]
    together = damped.fans(rows, [[60.0] * 12] * 2, 5).quantile(0.9)
    assert together[:1] == pytest.approx(damped.fans(rows[:1], [[60.0] * 12], 5).quantile(0.9), rel=1e-12)
