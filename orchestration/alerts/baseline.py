"""What a day of a tool usually looks like, and how far off a day may be before it is no chance.

A day is compared with the same weekday of the six weeks before, per person who could have used the tool: Mondays with
Mondays, and a week in which half the company is on leave with what the other half usually does. Plain three-sigma
limits over mixed days never notice a day without anybody. benchmarks/results/alerts.md says what these limits do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.alerts.facts import Day

WEEKS = 6
LEAST_BEFORE = 4
"""So many of the same weekdays must be known."""
LEAST_SURPRISE = 5.0
"""A run of days without anybody is no chance from 1 in exp(5) = 150 on: tools of few people need more days for it."""
WINDOWS: tuple[tuple[int, float], ...] = ((1, 3.2), (5, 2.75), (10, 2.65), (20, 2.35))
"""Working days looked at together, and how many standard deviations too few they must be: small tools need many days
for a drop to show, large ones one. Set on simulated clean tools, so that fewer than 1 in 100 tool-weeks raises a false
alarm (benchmarks/alerts.py)."""
USUAL_SPREAD, USUAL_WEIGHT, LEAST_SPREAD = 1.25, 8.0, 0.25
"""Variance of a day in those of a Poisson count, before anything is known, and the days that this counts for. People
of habits vary less than chance: ten who come every day are ten on every day."""
LEAST_WEEK_NOISE = 0.05
"""Weeks differ in ways that no calendar knows; a tool without history enough to show it is given this much."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Off:
    """Days that held far fewer people than usual."""

    first: date
    last: date
    people: int
    expected: float

    @property
    def share(self) -> float:
        """What there was of what was expected."""
        return self.people / self.expected if self.expected else 1.0


class Usual:
    """A tool's own past, against which any of its days can be held."""

    def __init__(self, days: Sequence[Day]) -> None:
        self._days = [one for one in days if one.is_usable]
        self._known = {one.day: one for one in self._days}
        most = max((one.available or 0 for one in self._days[-40:]), default=0)
        self.working = [one for one in self._days if (one.available or 0) * 2 >= most]
        """Days on which at least half of the usual people were at work: nobody is missed on a Sunday."""
        self._noise: dict[date, tuple[float, float]] = {}

    def expected(self, day: Day, before: date) -> float | None:
        """How many people the day should have had, by the same weekdays of the six weeks before `before`."""
        same = self._same_weekdays(day.day, before)
        available = sum(one.available or 0 for one in same)
        if len(same) < LEAST_BEFORE or not available:
            return None
        return (day.available or 0) * sum(one.people or 0 for one in same) / available

    def _same_weekdays(self, day: date, before: date) -> list[Day]:
        found = []
        back = day - WEEK
        while back >= before:
            back -= WEEK
        for _ in range(WEEKS):
            if back in self._known:
                found.append(self._known[back])
            back -= WEEK
        return found

    def noise(self, before: date) -> tuple[float, float]:
        """(how much more than chance a day varies, how much weeks vary), by the six weeks before `before`."""
        if before not in self._noise:
            self._noise[before] = self._noise_before(before)
        return self._noise[before]

    def _noise_before(self, before: date) -> tuple[float, float]:
        past = [one for one in self.working if before - WEEKS * WEEK <= one.day < before]
        levels = _levels(past)
        pairs = [(one, (one.available or 0) * levels[one.day.weekday()]) for one in past if one.day.weekday() in levels]
        known = [(one, level) for one, level in pairs if level]
        if len(known) < 10:
            return USUAL_SPREAD, LEAST_WEEK_NOISE
        seen = sum(((one.people or 0) - level) ** 2 / level for one, level in known)
        # Levels of weekdays come from the same days, hence fewer of them are free to vary.
        spread = (seen + USUAL_WEIGHT * USUAL_SPREAD) / (len(known) * 0.8 + USUAL_WEIGHT)
        spread = max(LEAST_SPREAD, spread)
        return spread, max(LEAST_WEEK_NOISE, self._week_noise(known, spread))

    @staticmethod
    def _week_noise(known: Sequence[tuple[Day, float]], spread: float) -> float:
        weeks: dict[tuple[int, int], list[float]] = {}
        for one, level in known:
            year, number, _ = one.day.isocalendar()
            sums = weeks.setdefault((year, number), [0.0, 0.0])
            sums[0] += one.people or 0
            sums[1] += level
        if len(weeks) < LEAST_BEFORE:
            return 0.0
        beyond = [(got / level - 1) ** 2 - spread / level for got, level in weeks.values()]
        return math.sqrt(max(0.0, sum(beyond) / (len(beyond) - 1)))


def _levels(days: Sequence[Day]) -> dict[int, float]:
    """Of each weekday that comes often enough, the share of those at work who used the tool."""
    levels = {}
    for weekday in range(7):
        same = [one for one in days if one.day.weekday() == weekday]
        available = sum(one.available or 0 for one in same)
        if len(same) >= LEAST_BEFORE and available:
            levels[weekday] = sum(one.people or 0 for one in same) / available
    return levels


def zero_run(usual: Usual, last: Day) -> Off | None:
    """The run of days without anybody that ends with `last`, once enough people were expected in it."""
    run: list[Day] = []
    for one in reversed([day for day in usual.working if day.day <= last.day]):
        if one.people:
            break
        run.insert(0, one)
    if not run or len(run) > WEEKS * 5:
        return None
    levels = [usual.expected(one, run[0].day) for one in run]
    expected = sum(level for level in levels if level is not None)
    spread, _ = usual.noise(run[0].day)
    return Off(run[0].day, last.day, 0, expected) if surprise_of_nobody(expected, spread) >= LEAST_SURPRISE else None


def surprise_of_nobody(expected: float, spread: float) -> float:
    """Minus the logarithm of the chance that nobody comes, where so many are expected.

    A count that varies `spread` times as much as chance is zero with the chance spread ** (-expected / (spread - 1)).
    Few who come every day may stay away together, on an outing: habits make a day without anybody no surer.
    """
    return expected * (math.log(spread) / (spread - 1) if spread > 1 else 1.0)


def drop(usual: Usual, last: Day, least: float) -> Off | None:
    """The shortest window of days ending with `last` that held clearly fewer people, by at least the share `least`."""
    working = [day for day in usual.working if day.day <= last.day]
    for length, sigmas in WINDOWS:
        window = working[-length:]
        if len(window) < length:
            return None
        off = _too_few(usual, window, sigmas)
        if off is not None and off.share <= 1 - least:
            return off
    return None


def _too_few(usual: Usual, window: Sequence[Day], sigmas: float) -> Off | None:
    first = window[0].day
    spread, weekly = usual.noise(first)
    levels = [(one.people or 0, usual.expected(one, first)) for one in window]
    # A day without anybody is an alert of its own, and would be told of twice.
    known = [(p, level) for p, level in levels if level and (p or surprise_of_nobody(level, spread) < LEAST_SURPRISE)]
    if len(known) * 2 < len(window):
        return None
    people, expected = sum(one for one, _ in known), sum(level for _, level in known)
    limit = sigmas * deviation(expected, len(window), spread, weekly)
    return Off(first, window[-1].day, people, expected) if expected - people >= limit else None


def deviation(expected: float, days: int, spread: float, weekly: float) -> float:
    """How far so many working days together are off their expectation by chance, in people (standard deviation)."""
    weeks = max(1.0, days / 5)
    # What is known of the variation of a few people is itself uncertain.
    spread *= 1 + 4 / math.sqrt(expected) if expected else 1
    # The baseline is itself an average of few weeks, hence 1 / WEEKS more of either variation.
    return math.sqrt(expected * spread * (1 + weeks / WEEKS) + (weekly * expected) ** 2 * (1 / weeks + 1 / WEEKS))
