"""Difference in differences with errors clustered by person, for sets of trained and untrained people.

A set is one trained person with those that the person is compared with, in the same calendar weeks; a person may stand
in several sets, which is why errors are clustered. Every set counts as much on either side. The level before enters as
a covariate: whoever stands high by chance comes down without any training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm  # type: ignore[import-untyped]
from scipy.special import stdtrit  # type: ignore[import-untyped]

from orchestration.effects.bounds import FEWEST_PEOPLE
from orchestration.effects.panel import Flags, Floats, Panel, Weeks
from orchestration.effects.results import Interval

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Sets:
    """Rows of people in sets: `person` is a row of the panel, `week` the column that counts as the week of training."""

    person: Weeks
    is_trained: Flags
    week: Weeks
    weight: Floats

    def where(self, chosen: Flags) -> Sets:
        return Sets(self.person[chosen], self.is_trained[chosen], self.week[chosen], self.weight[chosen])

    def sizes(self) -> tuple[int, int]:
        """Different people on either side."""
        return len(np.unique(self.person[self.is_trained])), len(np.unique(self.person[~self.is_trained]))

    def is_enough(self) -> bool:
        return min(self.sizes()) >= FEWEST_PEOPLE


def levels(panel: Panel, sets: Sets, first: Weeks, last: Weeks) -> tuple[Floats, Floats]:
    """The measure of each row of the sets over columns first..last, and the cases it rests on; nan without any."""
    rows = Panel(panel.monday, panel.counted[sets.person], panel.cases[sets.person], panel.trained_week[sets.person])
    counted, cases = rows.between(first, last)
    with np.errstate(invalid="ignore", divide="ignore"):
        return counted / cases, cases


def difference(change: Floats, before: Floats | None, sets: Sets) -> Interval:
    """Change of the trained less that of the others; `before` levels the ground."""
    columns = [np.ones(len(change)), sets.is_trained.astype(float)]
    if before is not None and np.ptp(before) > 0:
        columns.append(before - before.mean())
    model = sm.WLS(change, np.column_stack(columns), weights=sets.weight)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": sets.person, "use_correction": True}, use_t=True)
    half = float(fit.bse[1]) * float(stdtrit(min(sets.sizes()) - 1, (1 + CONFIDENCE) / 2))
    estimate = float(fit.params[1])
    return Interval(estimate, estimate - half, estimate + half)


def mean_levels(level: Floats, sets: Sets) -> tuple[float, float]:
    """The weighted mean of the trained and of the others."""
    trained = sets.is_trained
    return (
        float(np.average(level[trained], weights=sets.weight[trained])),
        float(np.average(level[~trained], weights=sets.weight[~trained])),
    )
