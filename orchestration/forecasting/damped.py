"""Shares foretold by damped trends on the logit scale, many series at once.

Each series is followed by a handful of exponential smoothing models: levels alone, and levels with a damped trend, with
several rates of learning. None is chosen: each counts as much as it has foretold the known weeks, the latest most, so
that a share that wanders is averaged and one that climbs is followed. Errors are measured against the chance variation
of a share of so few people, so that a unit of fifteen gets a wide interval and a company of thousands a narrow one.
Where what came has lain farther off than was foretold a week ahead, the intervals of that share are widened by what
they lacked.

Fitting one such model per series by likelihood, as statsmodels does, takes 40 ms; all of these take 0.1 ms, are held
against statsmodels in the tests, and foretell better (benchmarks/results/forecast.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]

# Chosen by back-test on two synthetic companies and the Viva person query, held against a third company
# (benchmarks/forecast.py); the landscape is flat, neighbours of these do as well.
LEARNING = (0.1, 0.3, 0.6, 0.9)
TREND_LEARNING = (0.1, 0.2)
DAMPING = (0.9, 0.96)
LEVEL_WEIGHT = 0.5
"""How much the models without a trend count before anything is known."""
FADING = 0.95
"""What an error counts a week later."""
PRIOR_VARIANCE, PRIOR_WEIGHT = 0.3, 3.0
"""Variance expected of an error, in variances of a share by chance, and the errors that this counts for. Less than 1,
since neighbouring weeks judge largely the same days of the same people."""
SPREAD = 0.57
"""Models that disagree make intervals too wide: without this, 80 % intervals held 97 % of what came."""

TRUST = 6.0
"""Weeks that speak for intervals being wide enough, before anything is known."""
ORDINARY, MOST_SURPRISE = 1.6, 9.0
"""Squared errors one week ahead, in variances that they were foretold with: so large they are on the average where 80 %
intervals hold 80 % (errors have heavy tails), and no single one counts for more than the second."""
MOST_LACKING = 1 / SPREAD**2 - 1
"""Intervals become at most as wide as if there were no `SPREAD`."""


@dataclass(frozen=True, slots=True)
class Fans:
    """Distributions of shares, one row per series and one column per week ahead, on the logit scale."""

    centre: Floats
    scale: Floats
    freedom: Floats
    eligible: Floats

    def quantile(self, part: float) -> Floats:
        """The share below which it is with this probability."""
        edge = self.centre + stdtrit(self.freedom, part) * self.scale
        return _share(edge, self.eligible)

    def chance(self, targets: Sequence[Sequence[float]]) -> Floats:
        """The probability that the share is at the target or above, by series and week; people come whole."""
        needed = np.ceil(np.asarray(targets) * self.eligible - 1e-9)
        with np.errstate(divide="ignore"):
            edge = np.log(needed / (self.eligible - needed + 1))
        result: Floats = stdtr(self.freedom, (self.centre - edge) / self.scale)
        return result


def fans(reached: Sequence[Sequence[float]], eligible: Sequence[Sequence[float]], ahead: int) -> Fans:
    """The fans of series of equal length; nan is an unknown week, never the last one."""
    counts, people = np.asarray(reached, float), np.asarray(eligible, float)
    models = _models()
    level, trend, errors, known, lacking = _follow(counts, people, models)
    freedom = known + PRIOR_WEIGHT
    variance = _variance(errors, known)
    last = people[:, -1:]
    means, spreads = _ahead(models, level, trend, last, ahead)
    centre, scale = _mixed(_weights(variance, freedom, models), means, variance[:, :, None] * spreads)
    return Fans(centre, np.sqrt(scale**2 + lacking * scale[:, :1] ** 2), freedom, last)


@dataclass(frozen=True, slots=True)
class _Models:
    learning: Floats
    trend_learning: Floats
    damping: Floats
    prior: Floats


def _models() -> _Models:
    levels = [(rate, 0.0, 0.0) for rate in LEARNING]
    trends = list(product(LEARNING, TREND_LEARNING, DAMPING))
    prior = [LEVEL_WEIGHT / len(levels)] * len(levels) + [(1 - LEVEL_WEIGHT) / len(trends)] * len(trends)
    rates = np.array(levels + trends)
    return _Models(rates[:, 0], rates[:, 1], rates[:, 2], np.array(prior))


def _follow(counts: Floats, people: Floats, models: _Models) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Level, trend and faded sum of squared errors of each series and model, the faded number of errors, and by how
    much of itself the variance of one week ahead has been too small."""
    shape = (len(counts), len(models.prior))
    level, trend, errors = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    known, has_begun = np.zeros((len(counts), 1)), np.zeros((len(counts), 1), bool)
    missed = np.zeros((len(counts), 1))
    seen, noise = _logit(counts, people), _noise(counts, people)
    for week in range(counts.shape[1]):
        value, is_known = seen[:, week, None], ~np.isnan(seen[:, week, None])
        expected = level + models.damping * trend
        error = np.where(is_known & has_begun, value - expected, 0.0)
        weighs = is_known & has_begun
        surprise = _surprise(value, expected, _variance(errors, known), known, noise[:, week, None], models)
        missed = np.where(weighs, FADING * missed + np.minimum(surprise, MOST_SURPRISE), missed)
        with np.errstate(invalid="ignore"):
            errors = np.where(weighs, FADING * errors + error**2 / noise[:, week, None], errors)
        known = np.where(weighs, FADING * known + 1, known)
        begins = is_known & ~has_begun
        level = np.where(begins, value, expected + models.learning * error)
        trend = np.where(begins, 0.0, models.damping * trend + models.learning * models.trend_learning * error)
        has_begun |= is_known
    lacking = np.clip((missed / ORDINARY + TRUST) / (known + TRUST) - 1, 0.0, MOST_LACKING)
    return level, trend, errors, known, lacking


def _variance(errors: Floats, known: Floats) -> Floats:
    """Of one error of each series and model, in variances of a share by chance."""
    return (errors + PRIOR_WEIGHT * PRIOR_VARIANCE) / (known + PRIOR_WEIGHT)


def _surprise(
    value: Floats, expected: Floats, variance: Floats, known: Floats, noise: Floats, models: _Models
) -> Floats:
    """Squared error of what was foretold of this week the week before, in variances that it was foretold with."""
    weights = _weights(variance, known + PRIOR_WEIGHT, models)
    centre = (weights * expected).sum(axis=1, keepdims=True)
    told = weights * (SPREAD**2 * variance * noise + (expected - centre) ** 2)
    result: Floats = (value - centre) ** 2 / told.sum(axis=1, keepdims=True)
    return result


def _weights(variance: Floats, freedom: Floats, models: _Models) -> Floats:
    """How much each model counts for each series."""
    fit = np.log(models.prior) - freedom / 2 * np.log(variance)
    weights = np.exp(fit - fit.max(axis=1, keepdims=True))
    result: Floats = weights / weights.sum(axis=1, keepdims=True)
    return result


def _ahead(models: _Models, level: Floats, trend: Floats, people: Floats, ahead: int) -> tuple[Floats, Floats]:
    """Mean of each series and model by week ahead, and its variance in units of the models' own."""
    steps = np.arange(1, ahead + 1)
    carried = np.cumsum(models.damping[:, None] ** steps, axis=1)
    means = level[:, :, None] + trend[:, :, None] * carried
    share = 1 / (1 + np.exp(-means))
    noise = 1 / np.maximum(people[:, :, None] * share * (1 - share), 0.5)
    kept = (models.learning[:, None] * (1 + models.trend_learning[:, None] * carried)) ** 2
    spreads = noise.copy()
    for week in range(1, ahead):
        spreads[:, :, week] += np.einsum("mj,smj->sm", kept[:, :week], noise[:, :, week - 1 :: -1])
    return means, spreads * SPREAD**2


def _mixed(weights: Floats, means: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the mixture, by series and week."""
    centre = np.einsum("sm,smh->sh", weights, means)
    spread = np.einsum("sm,smh->sh", weights, variances + (means - centre[:, None, :]) ** 2)
    return centre, np.sqrt(spread)


def _logit(counts: Floats, people: Floats) -> Floats:
    """With half a person on either side, so that nobody and everybody have a place on the scale."""
    result: Floats = np.log((counts + 0.5) / (people - counts + 0.5))
    return result


def _share(logit: Floats, people: Floats) -> Floats:
    counts = (people + 1) / (1 + np.exp(-logit)) - 0.5
    result: Floats = np.clip(counts / people, 0.0, 1.0)
    return result


def _noise(counts: Floats, people: Floats) -> Floats:
    """The variance that chance alone gives the logit of a share."""
    share = (counts + 0.5) / (people + 1)
    result: Floats = 1 / (people * share * (1 - share))
    return result
