"""Companies of which it is known what a training changed, at the level of what the estimator sees.

People break the rule at rates of their own; some learn by themselves, some grow careless, and the ones who are trained
are chosen as in real life: because they looked bad in the weeks before. Part of that is chance, and passes by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.effects.bounds import AFTER
from orchestration.effects.panel import NEVER, Floats, Lot, Panel, Weeks

WEEKS = 30
WINDOW = 4
MADE, DUE = 14, 18


@dataclass(frozen=True, slots=True)
class Company:
    """`effect` is what the training takes off the rate at which who completes it breaks the rule, as a part of it."""

    seed: int
    effect: float = 0.0
    people: int = 120
    trained_share: float = 0.5
    completing: float = 0.85
    hold_out: float = 0.5

    def matched(self) -> tuple[Panel, float]:
        """Of those who violate the rule some are trained, in different weeks, without a lot; and what that changed."""
        rng = np.random.default_rng(self.seed)
        rates, cases = self._people(rng)
        seen = rng.binomial(cases, rates)
        trained = np.full(self.people, NEVER)
        for week in range(10, 22):
            before = slice(week - WINDOW, week)
            looks_bad = seen[:, before].sum(axis=1) > 0.15 * cases[:, before].sum(axis=1)
            chosen = looks_bad & (trained == NEVER) & (rng.random(self.people) < self.trained_share / 8)
            trained[chosen] = week
        return self._panel(rng, seen, rates, cases, trained), self._truth(rates, trained, trained)

    def drawn(self) -> tuple[Panel, Lot, float]:
        """Of those who violate the rule a lot leaves some out, and not all others complete; and what that changed."""
        rng = np.random.default_rng(self.seed)
        rates, cases = self._people(rng)
        before = slice(MADE - WINDOW, MADE)
        seen = rng.binomial(cases, rates)
        is_drawn = seen[:, before].sum(axis=1) > 0.15 * cases[:, before].sum(axis=1)
        is_to_train = is_drawn & (rng.random(self.people) >= self.hold_out)
        done = is_to_train & (rng.random(self.people) < self.completing)
        trained = np.where(done, rng.integers(MADE + 1, DUE + 1, self.people), NEVER)
        due = np.where(done, DUE, NEVER)
        lot = Lot(MADE, DUE, is_drawn, is_to_train)
        return self._panel(rng, seen, rates, cases, trained), lot, self._truth(rates, trained, due)

    def _people(self, rng: np.random.Generator) -> tuple[Floats, Weeks]:
        start = np.where(rng.random(self.people) < 0.6, rng.beta(4, 6, self.people), rng.beta(1, 12, self.people))
        rates = np.repeat(start[:, None], WEEKS, axis=1)
        turns = rng.integers(0, 3 * WEEKS, self.people)  # most never turn
        later = np.arange(WEEKS) >= turns[:, None]
        rates = np.where(later, rng.beta(2, 8, self.people)[:, None], rates)
        cases = rng.poisson(rng.gamma(3, 1.2, self.people)[:, None], (self.people, WEEKS))
        return rates, cases

    def _panel(self, rng: np.random.Generator, seen: Weeks, rates: Floats, cases: Weeks, trained: Weeks) -> Panel:
        """What was seen, but for the weeks after training."""
        is_after = np.arange(WEEKS) >= trained[:, None]
        counted = np.where(is_after, rng.binomial(cases, rates * (1 - self.effect)), seen)
        return Panel(date(2026, 1, 5), counted.astype(float), cases.astype(float), trained)

    def _truth(self, rates: Floats, trained: Weeks, since: Weeks) -> float:
        weeks = np.arange(WEEKS)
        is_after = (weeks > since[:, None]) & (weeks <= since[:, None] + AFTER)
        return float(-self.effect * rates[is_after].mean()) if is_after.any() else 0.0
