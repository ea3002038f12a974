"""What an effect is estimated from: who kept the rule how well in which week, and who was trained when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from orchestration.effects.bounds import AFTER

Floats = npt.NDArray[np.float64]
Weeks = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = 1_000_000
"""The week of training of who was not trained: after everything."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which weeks after the training count, how many of them the data must reach, and how many cases a person needs
    before and after.
    """

    first_after: int
    last_after: int
    fewest_weeks: int
    fewest_cases: int


BROKEN_SHARE = Terms(first_after=1, last_after=AFTER, fewest_weeks=3, fewest_cases=5)
"""The share of fewer than five cases is mostly chance."""


def satisfied_share(window_weeks: int) -> Terms:
    """A verdict speaks of a whole window: the first that holds no week before the training ends that much later."""
    return Terms(window_weeks, window_weeks + 2, window_weeks + 1, fewest_cases=2)


@dataclass(frozen=True, slots=True)
class Question:
    """Of which training the effect is asked, on what, by which terms. `plan_id` of a hold-out alone."""

    tool_id: str
    rule_id: str
    module: str
    measure: str
    design: str
    terms: Terms = BROKEN_SHARE
    plan_id: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One row per person and one column per week, from the week of `monday` on to the last final one.

    `counted` of `cases`: broken of judged cases, or 1 of 1 where the rule is satisfied. `trained_week` is the column of
    the first completion, NEVER without one, below 0 where it was longer ago than the panel reaches.
    """

    monday: date
    counted: Floats
    cases: Floats
    trained_week: Weeks

    @property
    def people(self) -> int:
        return len(self.trained_week)

    @property
    def weeks(self) -> int:
        return int(self.cases.shape[1])

    def week(self, column: int) -> date:
        """The Monday of a column."""
        return self.monday + timedelta(weeks=column)

    def between(self, first: Weeks, last: Weeks) -> tuple[Floats, Floats]:
        """Per row, what is counted and the cases from column `first` to `last`; columns outside the panel hold none."""
        return _sums(self.counted, first, last), _sums(self.cases, first, last)


def _sums(table: Floats, first: Weeks, last: Weeks) -> Floats:
    """Row sums over columns first..last, each row its own."""
    running = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    rows = np.arange(len(table))
    begin, end = np.clip(first, 0, table.shape[1]), np.clip(last + 1, 0, table.shape[1])
    found: Floats = running[rows, np.maximum(begin, end)] - running[rows, begin]
    return found


@dataclass(frozen=True, slots=True)
class Lot:
    """A hold-out, by column of the panel: made in week `made`, due in week `due`; who was drawn, and who to train."""

    made: int
    due: int
    is_drawn: Flags
    is_to_train: Flags
