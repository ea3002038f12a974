"""What the limits of alerts do: false alarms of clean tools, and how soon zero days and drops are noticed.

    python -m benchmarks.alerts --simulations 1000 --out benchmarks/results/alerts.md

A simulated tool has weekdays of its own, grows or shrinks by up to 2 % a week, varies from day to day more than chance
(up to twice) and from week to week (5 %), loses people to leave, and is closed on holidays. Each is looked at on every
working day as a run would look at it.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scipy.stats import binom  # type: ignore[import-untyped]

from orchestration.alerts.baseline import Usual, drop, zero_run
from orchestration.alerts.facts import Day, Limits
from orchestration.alerts.sensitivity import sensitivity

SIZES = (10, 20, 50, 100, 200, 500)
START = date(2026, 1, 5)
HISTORY, WATCHED = 10, 6
"""Weeks before the first look, and weeks that are watched."""


@dataclass(frozen=True, slots=True)
class Detected:
    """How many of `of` simulations raised the alert, and after how many working days on the average."""

    found: int
    of: int
    days: float


Week = Callable[[int], tuple[int, int]]
"""The available people and those who came, by weekday."""


def _days(weeks: int, rng: random.Random, week_of: Callable[[int], Week]) -> list[Day]:
    """The days of so many weeks: nobody on weekends and, in one week of ten, on a holiday."""
    days = []
    for week in range(weeks):
        people_on = week_of(week)
        holiday = rng.randrange(5) if rng.random() < 0.1 else None
        for weekday in range(7):
            is_free = weekday > 4 or weekday == holiday
            days.append(Day(START + timedelta(days=7 * week + weekday), *((0, 0) if is_free else people_on(weekday))))
    return days


def clean_tool(size: int, rng: random.Random, weeks: int = HISTORY + WATCHED) -> list[Day]:
    """Days of a tool that `size` people use on a working day."""
    pattern = [rng.uniform(0.8, 1.2) for _ in range(5)]
    growth, spread, share = rng.uniform(-0.01, 0.02), rng.uniform(1.0, 2.0), rng.uniform(0.3, 0.8)

    def week_of(week: int) -> Week:
        busy = max(0.7, rng.gauss(1, 0.05)) * (1 + growth) ** week
        available = round(size / share * (1 - rng.uniform(0.0, 0.15)))

        def people_on(weekday: int) -> tuple[int, int]:
            return available, min(available, _count(available * share * pattern[weekday] * busy, spread, rng))

        return people_on

    return _days(weeks, rng, week_of)


def _count(level: float, spread: float, rng: random.Random) -> int:
    """A count with this mean and `spread` times the variance of chance: a Poisson count of a gamma rate."""
    rate = rng.gammavariate(level / (spread - 1), spread - 1) if spread > 1.01 else level
    if rate > 200:
        return max(0, round(rng.gauss(rate, math.sqrt(rate))))
    limit, product, count = math.exp(-rate), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def habitual_tool(size: int, rng: random.Random, weeks: int = HISTORY + WATCHED) -> list[Day]:
    """The same of people who each come with a chance of their own: some nearly always, some hardly ever."""
    pattern = [rng.uniform(0.8, 1.2) for _ in range(5)]
    growth, share, alike = rng.uniform(-0.01, 0.02), rng.uniform(0.3, 0.8), rng.uniform(0.5, 2.0)
    chances = np.array([rng.betavariate(share * alike, (1 - share) * alike) for _ in range(round(size / share))])
    draws = np.random.default_rng(rng.randrange(2**32))

    def week_of(week: int) -> Week:
        busy = max(0.7, rng.gauss(1, 0.05)) * (1 + growth) ** week
        here = chances[draws.random(len(chances)) >= rng.uniform(0.0, 0.15)]

        def people_on(weekday: int) -> tuple[int, int]:
            came = draws.random(len(here)) < np.minimum(0.99, here * pattern[weekday] * busy)
            return len(here), int(came.sum())

        return people_on

    return _days(weeks, rng, week_of)


Clean = Callable[[int, random.Random], list[Day]]


def with_zero_day(days: Sequence[Day], at: int) -> list[Day]:
    """The same with nobody on one working day."""
    return [replace(one, people=0) if place == at else one for place, one in enumerate(days)]


def with_drop(days: Sequence[Day], at: int, share: float, rng: random.Random) -> list[Day]:
    """The same with each use from there on lost with this chance."""
    return [
        replace(one, people=sum(rng.random() >= share for _ in range(one.people or 0))) if place >= at else one
        for place, one in enumerate(days)
    ]


def alarms(days: Sequence[Day], first: int, kind: str | None = None) -> Iterator[tuple[int, str]]:
    """(place, kind) of every working day from `first` on at whose end something is found that was not before."""
    usual, least = Usual(days), Limits().drop_share
    for place in range(first, len(days)):
        if not days[place].is_usable:
            continue
        found = (
            "zero-day" if zero_run(usual, days[place]) else "usage-drop" if drop(usual, days[place], least) else None
        )
        if found is not None and kind in (None, found):
            yield place, found


def false_alarms(size: int, simulations: int, rng: random.Random, clean: Clean = clean_tool) -> tuple[int, int]:
    """(weeks in which an alert was opened, weeks watched) of clean tools."""
    opened = watched = 0
    for _ in range(simulations):
        days = clean(size, rng)
        on = {place for place, _ in alarms(days, HISTORY * 7)}
        weeks = {place // 7 for place in on}
        opened += sum(1 for week in weeks if week - 1 not in weeks)
        watched += WATCHED
    return opened, watched


def zero_days(size: int, simulations: int, rng: random.Random, clean: Clean = clean_tool) -> Detected:
    """How often a single day without anybody is noticed at its end."""
    found = 0
    for _ in range(simulations):
        at = (HISTORY + rng.randrange(WATCHED)) * 7 + rng.randrange(5)
        days = clean(size, rng)
        if days[at].available:
            days = with_zero_day(days, at)[: at + 1]
            found += any(alarms(days, at, "zero-day"))
        else:
            found += 1  # a holiday: there is nothing to notice
    return Detected(found, simulations, 1.0 if found else 0.0)


def drops(
    size: int, simulations: int, rng: random.Random, share: float | None = 0.3, clean: Clean = clean_tool
) -> Detected:
    """How often a lasting drop is noticed within 20 working days, and when.

    Without a share it is the smallest one that the product says it would notice within these days.
    """
    found, waited, asked = 0, 0, 0
    for _ in range(simulations):
        at = (HISTORY + 1) * 7 + rng.randrange(5)
        days = clean(size, rng)
        said = share or sensitivity("tool", days[:at], Limits().drop_share).drop_shares[-1]
        if said is None:
            continue
        asked += 1
        days = with_drop(days, at, said, rng)[: at + 28]
        first = next((place for place, _ in alarms(days, at)), None)
        if first is not None:
            found += 1
            waited += sum(bool(one.available) for one in days[at : first + 1])
    return Detected(found, asked, waited / found if found else 0.0)


def said(size: int, simulations: int, rng: random.Random, clean: Clean) -> float:
    """The smallest drop that the product says it would notice within 20 working days, on the average."""
    known = [sensitivity("tool", clean(size, rng)[: HISTORY * 7], Limits().drop_share) for _ in range(simulations)]
    shares = [one.drop_shares[-1] for one in known if one.drop_shares[-1] is not None]
    return sum(shares) / len(shares)


def power_of_a_day(people: int, share: float, false_alarms: float = 0.01 / 5) -> tuple[int, float, float]:
    """(limit, chance on a usual day, chance after the drop) of the best limit on one day's count, exactly.

    Of twice as many eligible people each comes with the chance one half. The limit is the largest count that a usual
    day falls to with no more than the chance `false_alarms`: one in a hundred weeks of five days.
    """
    usual, fallen = binom(2 * people, 0.5), binom(2 * people, 0.5 * (1 - share))
    limit = int(usual.ppf(false_alarms))
    while limit >= 0 and usual.cdf(limit) > false_alarms:
        limit -= 1
    return limit, float(usual.cdf(limit)), float(fallen.cdf(limit))


def three_sigma(size: int, simulations: int, rng: random.Random) -> tuple[float, float]:
    """(false alarms per tool-week, recall on zero Mondays) of the plain rule: three sigma over all days alike."""
    wrong = noticed = 0
    for _ in range(simulations):
        days = clean_tool(size, rng)
        past = [one.people or 0 for one in days[: HISTORY * 7]]
        mean = sum(past) / len(past)
        sigma = math.sqrt(sum((one - mean) ** 2 for one in past) / len(past))
        week = days[HISTORY * 7 : HISTORY * 7 + 7]
        wrong += any((one.people or 0) < mean - 3 * sigma for one in week)
        noticed += mean - 3 * sigma > 0
    return wrong / simulations, noticed / simulations


def report(simulations: int, seed: int) -> str:
    """The page of results."""
    rng = random.Random(seed)
    independent, totals = _table(SIZES, simulations, rng, clean_tool)
    by_habit, _ = _table(SIZES[:4], simulations, rng, habitual_tool)
    wrong, noticed = three_sigma(100, simulations, rng)
    return "\n".join(
        [
            *_HEAD.format(simulations=f"{simulations:,}", command=simulations, seed=seed).splitlines(),
            *independent,
            "",
            f"All sizes: {100 * totals[0] / totals[1]:.2f} false alarms per 100 clean tool-weeks "
            f"({totals[0]:,} in {totals[1]:,}).",
            *_HABITS.splitlines(),
            *by_habit,
            *_LIMIT.splitlines(),
            *(_power(people) for people in SIZES),
            "",
            f"For comparison, plain three sigma over all days of a tool with 100 people a day: {100 * wrong:.1f} false "
            f"alarms per 100 tool-weeks, and {noticed:.0%} of zero days noticed.",
            "",
        ]
    )


def _table(
    sizes: Sequence[int], simulations: int, rng: random.Random, clean: Clean
) -> tuple[list[str], tuple[int, int]]:
    """The rows, and (false alarms, weeks watched) of all sizes."""
    rows, opened, watched = list(_COLUMNS), 0, 0
    for size in sizes:
        alarmed, weeks = false_alarms(size, simulations, rng, clean)
        zero, fell = zero_days(size, simulations, rng, clean), drops(size, simulations, rng, 0.3, clean)
        promised = drops(size, simulations // 2, rng, None, clean)
        opened, watched = opened + alarmed, watched + weeks
        rows.append(
            f"| {size} | {100 * alarmed / weeks:.2f} | {zero.found / zero.of:.1%} | {fell.found / fell.of:.1%} | "
            f"{fell.days:.1f} | {said(size, 100, rng, clean):.0%} | {promised.found / promised.of:.1%} |"
        )
    return rows, (opened, watched)


def _power(people: int) -> str:
    cells = []
    for share in (0.3, 0.5, 0.8):
        cells.append(f"{power_of_a_day(people, share)[2]:.1%}")
    limit, wrong, _ = power_of_a_day(people, 0.3)
    return f"| {people} | {limit} | {wrong:.2%} | {' | '.join(cells)} |"


_COLUMNS = (
    "",
    "| people a day | false alarms per 100 clean tool-weeks | zero day noticed | 30 % drop noticed | after, working "
    "days | drop said to be noticed | it was |",
    "|---:|---:|---:|---:|---:|---:|---:|",
)
_HEAD = """# What the limits of alerts do

`python -m benchmarks.alerts --simulations {command}`: {simulations} simulated tools per row and column, seed {seed}.
A clean tool is watched for 6 weeks after 10 weeks of history. A zero day is one day without anybody, looked at when it
ends. A drop takes away 30 % of the uses from some day on, and counts as noticed within 20 working days. The last two
columns are the smallest drop of which the product itself says, tool by tool, that it would notice it within 20 working
days in 95 of 100 cases (`fct_alert_sensitivity`), and how often drops of that size were noticed.

## Counts that vary by chance, or up to twice as much

The hardest case: who comes today says nothing of who comes tomorrow."""
_HABITS = """
## People of habits

The same with people who each come with a chance of their own, some nearly every day, some hardly ever, as they do in
logs: their number varies less, and less of it must be missing to be noticed."""
_LIMIT = """
## What one day can show

Of twice as many eligible people each comes with the chance one half, independently. The best limit on one day's count
is one that a usual day falls to at most once in 500 days (one false alarm in a hundred weeks). By the binomial
distribution, exactly:

| people a day | limit | usual days at or below it | days after a drop by 30 % | by 50 % | by 80 % |
|---:|---:|---:|---:|---:|---:|"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    page = report(options.simulations, options.seed)
    if options.out:
        options.out.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
