"""How small a drop the alerts of a tool can notice, and how soon: what is too small to be seen is told.

Ten people a day vary by three or four from day to day whatever happens. No limit on a single day notices that a third
of them stay away without crying wolf every week. Several days together do, and how many that takes is worked out here
from the same variation that the limits use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from orchestration.alerts.baseline import LEAST_SURPRISE, WEEKS, WINDOWS, Usual, deviation, surprise_of_nobody
from orchestration.alerts.facts import Day

NEARLY_SURE = 1.645
"""Standard deviations beyond the limit that 95 of 100 drops exceed."""
GROWTH = 0.005
"""So much a week a tool may grow, which hides a part of what falls away."""
RECENT = 20
"""Working days that say how many people use the tool now."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What 95 of 100 times would be noticed; None where the days are too few to be judged, or no drop is large enough.

    `zero_days`: working days without anybody until that is an alert. `drop_shares`: of each window of `WINDOWS`, the
    smallest drop that lasts so long.
    """

    tool_id: str
    people_per_day: float | None = None
    zero_days: int | None = None
    drop_shares: tuple[float | None, ...] = (None,) * len(WINDOWS)


def sensitivity(tool_id: str, days: Sequence[Day], least: float) -> Sensitivity:
    """What the limits would notice of the tool from now on; no drop below the share `least` ever is."""
    usual = Usual(days)
    recent = usual.working[-RECENT:]
    people = sum(one.people or 0 for one in recent) / len(recent) if recent else 0.0
    if not people or usual.expected(recent[-1], recent[-1].day) is None:
        return Sensitivity(tool_id)
    spread, weekly = usual.noise(recent[-1].day + timedelta(days=1))
    shares = tuple(_smallest(people * length, length, sigmas, spread, weekly, least) for length, sigmas in WINDOWS)
    zero = math.ceil(LEAST_SURPRISE / surprise_of_nobody(people, spread))
    return Sensitivity(tool_id, people, zero, shares)


def _smallest(expected: float, days: int, sigmas: float, spread: float, weekly: float, least: float) -> float | None:
    chance = deviation(expected, days, spread, weekly) / expected
    growth = GROWTH * (max(1.0, days / 5) + WEEKS) / 2
    share = max(least, sigmas * chance) + NEARLY_SURE * math.hypot(chance, growth)
    return share if share < 1 else None
