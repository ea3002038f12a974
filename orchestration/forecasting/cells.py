"""What a forecast is made from, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

METHOD = "damped_trend_2"
"""Changes with anything that changes a forecast: cells are forecast anew by a new method (damped.py)."""
MOST_WEEKS_KNOWN = 52
"""What was longer ago says nothing that the last year does not."""


@dataclass(frozen=True, slots=True)
class Week:
    """A final week: `reached` of `eligible` people."""

    start: date
    reached: int
    eligible: int


@dataclass(frozen=True, slots=True)
class Goal:
    """The target in force in a week. `is_of_company`: the org unit has none of its own."""

    start: date
    value: float
    due_date: date
    is_of_company: bool

    @property
    def due_week(self) -> date:
        """The Monday of the week in which it is due."""
        return self.due_date - timedelta(days=self.due_date.weekday())


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one tool in one org unit, or in total.

    `weeks` are its final weeks in order up to the tool's last, without those whose window was not full yet; gaps are
    weeks in which it was not shown. `goals` has every week from then on to that of the last due date, of which `last`
    is the goal: when that has passed there are none. `obstacle` is a reason, known without looking at the figures, why
    there can be no forecast.
    """

    tool_id: str
    org_level: str
    org_unit: str
    measure: str
    weeks: tuple[Week, ...]
    goals: tuple[Goal, ...]
    last: Goal
    obstacle: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.tool_id, self.org_level, self.org_unit, self.measure

    def inputs_hash(self, method: str) -> str:
        """Equal for equal inputs to the same method. The clock is no input: only weeks, targets and obstacles are."""
        weeks = [f"{week.start}:{week.reached}/{week.eligible}" for week in self.weeks]
        goals = [f"{goal.start}:{goal.value!r}>{goal.due_date}{goal.is_of_company:d}" for goal in self.goals]
        last = f"{self.last.value!r}>{self.last.due_date}"
        text = "\n".join([method, *self.key, self.obstacle or "", last, *weeks, "", *goals])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ForecastWeek:
    """One week of a forecast; a refused one has its target alone."""

    goal: Goal
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast, or why there is none (`refusal`)."""

    cell: Cell
    refusal: str | None
    weeks: Sequence[ForecastWeek]
