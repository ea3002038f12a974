"""What is said of a training. Nothing heavy is imported here: whoever only keeps answers needs no statistics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.effects.panel import Question

METHOD = "difference_in_differences_1"
"""Changes with anything that changes an estimate: effects are worked out anew by a new method."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    estimate: float
    low: float
    high: float

    def scaled(self, factor: float) -> Interval:
        return Interval(self.estimate * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class EventWeek:
    """One week around the training. `difference` is of the changes since the weeks before."""

    event_week: int
    trained_people: int
    comparison_people: int
    trained_level: float | None = None
    comparison_level: float | None = None
    difference: Interval | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one question. Without `effect` there is a `refusal`, without `placebo` a `placebo_refusal`."""

    question: Question
    trained_people: int
    comparison_people: int
    left_out_people: int
    weeks_after: int = 0
    refusal: str | None = None
    effect: Interval | None = None
    trained_before: float | None = None
    placebo: Interval | None = None
    placebo_refusal: str | None = None
    weeks: tuple[EventWeek, ...] = ()
    completed: tuple[date, date] | None = None
