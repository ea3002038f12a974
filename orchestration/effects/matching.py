"""Who a trained person is compared with: people of the same tool and rule who stood alike and were not trained yet."""

from __future__ import annotations

import numpy as np

from orchestration.effects.bounds import BEFORE
from orchestration.effects.estimate import Sets
from orchestration.effects.panel import Flags, Floats, Panel, Terms, Weeks

MOST_PER_PERSON = 3
FARTHEST = 0.1
"""How far the levels before may lie apart."""


def matched(panel: Panel, terms: Terms) -> tuple[Sets, int]:
    """The sets of trained people with their like; and the trained people who find no place in them.

    All that became people's fate after training plays no part in the choice but that there are cases to see it by.
    """
    found: list[tuple[int, int, bool, float]] = []
    left_out = 0
    weeks = panel.trained_week[(panel.trained_week >= 0) & (panel.trained_week < panel.weeks)]
    for week in np.unique(weeks):
        level, is_seen = _standing(panel, int(week), terms)
        trained = np.flatnonzero(panel.trained_week == week)
        waiting = np.flatnonzero(is_seen & (panel.trained_week > week + terms.last_after))
        waiting = waiting[np.argsort(level[waiting], kind="stable")]
        for turn, person in enumerate(trained):
            like = _nearest(level, waiting, level[person], turn) if is_seen[person] else []
            left_out += not like
            if like:
                found.append((int(person), int(week), True, 1.0))
                found += [(int(other), int(week), False, 1.0 / len(like)) for other in like]
    return _sets(found), left_out


def _standing(panel: Panel, week: int, terms: Terms) -> tuple[Floats, Flags]:
    """Everybody's level in the weeks before, and who has cases enough before and after to say anything of."""
    at = np.full(panel.people, week)
    counted, before = panel.between(at - BEFORE, at - 1)
    _, after = panel.between(at + terms.first_after, at + terms.last_after)
    is_reached = week + terms.fewest_weeks < panel.weeks
    with np.errstate(invalid="ignore", divide="ignore"):
        return counted / before, (np.minimum(before, after) >= terms.fewest_cases) & is_reached


def _nearest(level: Floats, waiting: Weeks, wanted: float, turn: int) -> list[int]:
    """Up to three of those who wait, sorted by level, none farther than allowed. Of many who stand just as high each
    comes in turn: the same three every time would be three people's fate, however many are trained.
    """
    begin = int(np.searchsorted(level[waiting], wanted, "left"))
    end = int(np.searchsorted(level[waiting], wanted, "right"))
    if end - begin >= MOST_PER_PERSON:
        places = begin + (turn * MOST_PER_PERSON + np.arange(MOST_PER_PERSON)) % (end - begin)
        return [int(one) for one in waiting[places]]
    around = waiting[max(0, begin - MOST_PER_PERSON) : end + MOST_PER_PERSON]
    distance = np.abs(level[around] - wanted)
    nearest = np.argsort(distance, kind="stable")[:MOST_PER_PERSON]
    return [int(around[one]) for one in nearest if distance[one] <= FARTHEST]


def _sets(found: list[tuple[int, int, bool, float]]) -> Sets:
    person, week, is_trained, weight = zip(*found, strict=True) if found else ((), (), (), ())
    return Sets(
        np.array(person, dtype=np.int64),
        np.array(is_trained, dtype=np.bool_),
        np.array(week, dtype=np.int64),
        np.array(weight, dtype=np.float64),
    )
