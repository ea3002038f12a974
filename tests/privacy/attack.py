"""What somebody can work out about a small unit from all published figures of two consecutive weeks.

The unknowns are how many people have each course: unit and status in the first week, unit and status in the second
(None: not meant to use the tool). Every published figure is a sum of unknowns. A figure that was withheld is found when
it is a combination of published ones, or when the greatest and the least value that they permit are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

STATUSES = ("non_user", "incorrect_user", "correct_user", "not_judged")
EXACT = 1e-7

Matrix = NDArray[np.float64]
Place = tuple[str, str] | None  # unit and status in a week
Course = tuple[Place, Place]
Picks = Callable[[Course], bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """A published number of people, and of which courses it is the sum."""

    picks: Picks
    people: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """A number that nobody may find: of so many people, those with a status in a week (0, 1), in one or more units."""

    week: int
    units: frozenset[str]
    status: str

    def picks(self, course: Course) -> bool:
        """Whether a course counts."""
        place = course[self.week]
        return place is not None and place[0] in self.units and place[1] == self.status


@dataclass(frozen=True, slots=True)
class Findings:
    """What the attack found, of how many withheld numbers."""

    withheld: int
    solved: tuple[Withheld, ...]
    pinned: tuple[Withheld, ...]


def courses(units: Sequence[str], *, with_moves: bool) -> list[Course]:
    """Every course that a person may have; without moves, for somebody who knows that nobody has changed units."""
    places: list[Place] = [None, *product(units, STATUSES)]
    every = [(first, second) for first, second in product(places, places) if first or second]
    return [course for course in every if with_moves or len({place[0] for place in course if place}) == 1]


def withheld_of(sizes: Sequence[Mapping[str, int]], minimum: int) -> list[Withheld]:
    """Every set of units that together hold fewer people than the minimum, in either week."""
    found = []
    for week, size in enumerate(sizes):
        small = [unit for unit, people in size.items() if 0 < people < minimum]
        for number in range(1, len(small) + 1):
            for units in combinations(small, number):
                if sum(size[unit] for unit in units) < minimum:
                    found += [Withheld(week, frozenset(units), status) for status in STATUSES]
    return found


def attack(
    figures: Iterable[Figure],
    withheld: Sequence[Withheld],
    unknowns: Sequence[Course],
    truth: Counter[Course],
    known_zero: set[Withheld],
) -> Findings:
    """Tries both ways on every withheld number. `known_zero`: those that a zero of enough people tells anyway."""
    matrix = np.array([[figure.picks(course) for course in unknowns] for figure in figures], dtype=float)
    asked = np.array([[one.picks(course) for course in unknowns] for one in withheld], dtype=float)
    true = np.array([truth[course] for course in unknowns], dtype=float)
    if not withheld:
        return Findings(0, (), ())
    found = (_solved(matrix, asked), _pinned(matrix, asked, true))
    solved, pinned = (
        tuple(one for one, is_found in zip(withheld, which, strict=True) if is_found and one not in known_zero)
        for which in found
    )
    return Findings(len(withheld), solved, pinned)


def _solved(matrix: Matrix, asked: Matrix) -> Sequence[bool]:
    """Which rows asked for are combinations of the published ones."""
    weights, *_ = np.linalg.lstsq(matrix.T, asked.T, rcond=None)
    missed = np.abs(matrix.T @ weights - asked.T).max(axis=0)
    return [bool(miss < EXACT) for miss in missed]


def _pinned(matrix: Matrix, asked: Matrix, truth: Matrix) -> Sequence[bool]:
    """Of which rows no whole number but the true one is possible. A world that a search finds clears, besides the
    number that it was for, every other one that is at least one off in it."""
    sparse, told, true = csr_matrix(matrix), matrix @ truth, asked @ truth
    is_open = np.zeros(len(asked), dtype=bool)
    for number, row in enumerate(asked):
        for sign in (-1, 1):
            if not is_open[number]:
                world = linprog(sign * row, A_eq=sparse, b_eq=told, bounds=(0, None), method="highs")
                if not world.success:
                    raise ArithmeticError(f"no company is like the published figures: {world.message}")
                is_open |= np.abs(asked @ world.x - true) >= 1 - EXACT
    return [not one for one in is_open]


def plainly(truth: Counter[Course], units: Sequence[str], minimum: int) -> Iterator[Figure]:
    """The same figures where a unit is left out as soon as it has too few people, and nothing else is done."""
    for week in (0, 1):
        counted = _people(truth, lambda course, week=week: (course[week] or (None,))[0])
        shown = [unit for unit in units if counted[unit] >= minimum]
        for status in STATUSES:
            for among in [frozenset(units), *(frozenset([unit]) for unit in shown)]:
                one = Withheld(week, among, status)
                yield Figure(one.picks, sum(people for course, people in truth.items() if one.picks(course)))


def _people(truth: Counter[Course], key: Callable[[Course], str | None]) -> Counter[str | None]:
    counted: Counter[str | None] = Counter()
    for course, people in truth.items():
        counted[key(course)] += people
    return counted
