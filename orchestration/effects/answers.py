"""From a question to its answer: an estimate with its placebo and the weeks around it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from orchestration.effects.bounds import AFTER, BEFORE, FEWEST_PEOPLE
from orchestration.effects.estimate import (
    Sets,
    difference,
    levels,
    mean_levels,
)
from orchestration.effects.matching import matched
from orchestration.effects.panel import Flags, Lot, Panel, Question, Terms, Weeks
from orchestration.effects.results import Answer, EventWeek, Interval

LEAST_COMPLIANCE = 0.3
"""Completions of those on the list, less those of the held out: with fewer, one divides by next to nothing."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Sets of people with the columns before and after of each row; `scale` turns being listed into being trained."""

    panel: Panel
    terms: Terms
    sets: Sets
    before: tuple[Weeks, Weeks]
    after: tuple[Weeks, Weeks]
    around: dict[int, tuple[Weeks, Weeks]] = field(default_factory=dict)
    scale: float = 1.0


def answer(question: Question, panel: Panel, lot: Lot | None = None) -> Answer:
    """The effect of a training by the design of the question; a hold-out comes with its lot."""
    return _of_matched(question, panel) if lot is None else _of_lot(question, panel, lot)


def _of_matched(question: Question, panel: Panel) -> Answer:
    sets, left_out = matched(panel, question.terms)
    week = sets.week
    around = {k: (week + k, week + k) for k in range(-BEFORE, AFTER + 1)}
    after = (week + question.terms.first_after, week + question.terms.last_after)
    frame = _Frame(panel, question.terms, sets, (week - BEFORE, week - 1), after, around)
    reached = panel.weeks - 1 - int(week.max()) if len(week) else 0
    return _estimated(question, frame, left_out, reached, _span(panel, sets))


def _of_lot(question: Question, panel: Panel, lot: Lot) -> Answer:
    terms, drawn = question.terms, np.flatnonzero(lot.is_drawn)
    made, due = np.full(len(drawn), lot.made), np.full(len(drawn), lot.due)
    before, after = (made - BEFORE, made - 1), (due + terms.first_after, due + terms.last_after)
    sets = Sets(drawn, lot.is_to_train[drawn], made, np.ones(len(drawn)))
    seen = _seen(panel, terms, sets, before) & _seen(panel, terms, sets, after)
    left_out = int((sets.is_trained & ~seen).sum())
    sets, before, after = sets.where(seen), _at(before, seen), _at(after, seen)
    made, due = made[seen], due[seen]
    around = {k: (made + k, made + k) for k in range(-BEFORE, 0)} | {0: (made, due)}
    around |= {k: (due + k, due + k) for k in range(1, AFTER + 1)}
    reached = max(0, panel.weeks - 1 - lot.due)
    if reached < terms.fewest_weeks:
        listed = int(lot.is_to_train.sum()), len(drawn) - int(lot.is_to_train.sum())
        return Answer(question, *listed, 0, reached, _too_early(terms, reached))
    is_done = panel.trained_week[sets.person] <= lot.due
    compliance = _share(is_done, sets.is_trained) - _share(is_done, ~sets.is_trained)
    if sets.is_enough() and compliance < LEAST_COMPLIANCE:
        why = f"of those on the list only {compliance:.0%} more than of those left out completed it in time"
        return Answer(question, *sets.sizes(), left_out, reached, f"{why}; {LEAST_COMPLIANCE:.0%} are needed")
    frame = _Frame(panel, terms, sets, before, after, around, scale=1 / compliance if compliance > 0 else 0.0)
    return _estimated(question, frame, left_out, reached, _span(panel, sets.where(is_done & sets.is_trained)))


def _estimated(
    question: Question, frame: _Frame, left_out: int, reached: int, completed: tuple[date, date] | None
) -> Answer:
    refusal = _refusal(frame, reached)
    if refusal:
        return Answer(question, *frame.sets.sizes(), left_out, reached, refusal, completed=completed)
    before, _ = levels(frame.panel, frame.sets, *frame.before)
    after, _ = levels(frame.panel, frame.sets, *frame.after)
    placebo, why_not = _placebo(frame)
    return Answer(
        question,
        *frame.sets.sizes(),
        left_out,
        reached,
        effect=difference(after - before, before, frame.sets).scaled(frame.scale),
        trained_before=mean_levels(before, frame.sets)[0],
        placebo=placebo,
        placebo_refusal=why_not,
        weeks=tuple(_event_week(frame, k) for k in sorted(frame.around)),
        completed=completed,
    )


def _refusal(frame: _Frame, reached: int) -> str | None:
    trained, others = frame.sets.sizes()
    terms = frame.terms
    if trained and reached < terms.fewest_weeks:
        return _too_early(terms, reached)
    if trained < FEWEST_PEOPLE:
        needed = f"{FEWEST_PEOPLE} with {terms.fewest_cases} cases before and after are needed"
        return f"{trained} trained people can be compared; {needed}"
    if others < FEWEST_PEOPLE:
        return f"{others} people can be compared with; {FEWEST_PEOPLE} are needed"
    return None


def _too_early(terms: Terms, reached: int) -> str:
    return f"the data reach {reached} weeks after the training; {terms.fewest_weeks} are needed"


def _placebo(frame: _Frame) -> tuple[Interval | None, str | None]:
    """The same six weeks earlier, when nobody was trained yet: how the sides moved up to where they are compared."""
    first, last = frame.before
    earlier = (first - BEFORE, first - 1)
    seen = _seen(frame.panel, frame.terms, frame.sets, earlier)
    sets = frame.sets.where(seen)
    if not sets.is_enough():
        return None, f"fewer than {FEWEST_PEOPLE} people on a side have cases in the six weeks before those"
    then, _ = levels(frame.panel, sets, *_at(earlier, seen))
    now, _ = levels(frame.panel, sets, *_at((first, last), seen))
    return difference(now - then, None, sets), None


def _event_week(frame: _Frame, event_week: int) -> EventWeek:
    columns = frame.around[event_week]
    level, cases = levels(frame.panel, frame.sets, *columns)
    seen = cases > 0
    sets = frame.sets.where(seen)
    trained, others = sets.sizes()
    if min(trained, others) < 2:
        return EventWeek(event_week, trained, others)
    before, _ = levels(frame.panel, sets, *_at(frame.before, seen))
    change = difference(level[seen] - before, before, sets).scaled(frame.scale)
    return EventWeek(event_week, trained, others, *mean_levels(level[seen], sets), change)


def _seen(panel: Panel, terms: Terms, sets: Sets, columns: tuple[Weeks, Weeks]) -> Flags:
    _, cases = levels(panel, sets, *columns)
    return cases >= terms.fewest_cases


def _at(columns: tuple[Weeks, Weeks], chosen: Flags) -> tuple[Weeks, Weeks]:
    return columns[0][chosen], columns[1][chosen]


def _share(is_done: Flags, among: Flags) -> float:
    return float(is_done[among].mean()) if among.any() else 0.0


def _span(panel: Panel, sets: Sets) -> tuple[date, date] | None:
    """The weeks of the first and the last completion that count, the last to its Sunday."""
    weeks = panel.trained_week[sets.person[sets.is_trained]]
    weeks = weeks[weeks < panel.weeks]
    if not len(weeks):
        return None
    return panel.week(int(weeks.min())), panel.week(int(weeks.max())) + timedelta(days=6)
