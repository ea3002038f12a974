"""Histories of shares, and what forecasts made within them would have been worth."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from orchestration.forecasting import damped
from orchestration.forecasting.cells import MOST_WEEKS_KNOWN
from orchestration.forecasting.outlook import FEWEST_WEEKS, MOST_AHEAD_PER_WEEK_KNOWN, is_too_rare

Floats = npt.NDArray[np.float64]
MOST_AHEAD = 13
"""A quarter: what targets are usually set for, and what 26 weeks of logs can still be asked about."""


@dataclass(frozen=True, slots=True)
class History:
    """People reached and eligible by week; nan where the share was not shown."""

    name: str
    reached: Floats
    eligible: Floats


@dataclass(frozen=True, slots=True)
class Foretold:
    """Edges of the 80 % interval and its middle, one column per week ahead."""

    low: Floats
    middle: Floats
    high: Floats


Method = Callable[[Floats, Floats, int], Foretold]


@dataclass(frozen=True, slots=True)
class Score:
    """`coverage`: how often the 80 % interval held what came; errors are mean absolute, of shares."""

    forecasts: int
    coverage: float
    error: float
    naive_error: float
    width: float

    @property
    def of_naive(self) -> float:
        """The error as a part of that of the forecast that the share stays as it is."""
        return self.error / self.naive_error


def damped_trend(reached: Floats, eligible: Floats, ahead: int) -> Foretold:
    """The method of takeup."""
    fan = damped.fans(reached.tolist(), eligible.tolist(), ahead)
    return Foretold(*(fan.quantile(part) for part in (0.1, 0.5, 0.9)))


def outcomes(histories: Sequence[History], method: Method, step: int = 1) -> Floats:
    """One row per week foretold: weeks ahead, held, error, naive error, width, weeks known, eligible.

    From every `step`-th week of each history on, as soon as there are enough weeks, the weeks after it are foretold as
    far as takeup would.
    """
    found = [_from_week(histories, method, known) for known in range(FEWEST_WEEKS, _longest(histories), step)]
    return np.concatenate([rows for rows in found if len(rows)])


def score(rows: Floats) -> Score:
    """All outcomes together."""
    means = rows.mean(axis=0)
    return Score(len(rows), float(means[1]), float(means[2]), float(means[3]), float(means[4]))


def _is_foretold(one: History, known: int) -> bool:
    """Whether takeup would foretell the share from there."""
    reached, eligible = one.reached[known - 1], one.eligible[known - 1]
    return not np.isnan(reached) and not is_too_rare(reached, eligible)


def _longest(histories: Sequence[History]) -> int:
    return max(len(one.reached) for one in histories)


def _from_week(histories: Sequence[History], method: Method, known: int) -> Floats:
    alike = [one for one in histories if len(one.reached) > known and _is_foretold(one, known)]
    if not alike:
        return np.empty((0, 7))
    first = max(0, known - MOST_WEEKS_KNOWN)
    reached = np.array([one.reached[first:known] for one in alike])
    eligible = np.array([one.eligible[first:known] for one in alike])
    ahead = min(MOST_AHEAD, MOST_AHEAD_PER_WEEK_KNOWN * known)
    foretold = method(reached, eligible, ahead)
    came = np.full((len(alike), ahead), np.nan)
    for row, one in enumerate(alike):
        shares = one.reached[known : known + ahead] / one.eligible[known : known + ahead]
        came[row, : len(shares)] = shares
    return _rows(foretold, came, reached[:, -1:] / eligible[:, -1:], eligible[:, -1:], known)


def _rows(foretold: Foretold, came: Floats, last: Floats, people: Floats, known: int) -> Floats:
    half = 0.5 / people  # people come whole: an edge between two counts holds the nearer one
    held = (foretold.low - half <= came) & (came <= foretold.high + half)
    columns = (
        np.arange(1, came.shape[1] + 1) + 0 * came, held, np.abs(came - foretold.middle), np.abs(came - last),
        foretold.high - foretold.low, known + 0 * came, people + 0 * came,
    )  # fmt: skip
    return np.stack(columns, axis=-1)[~np.isnan(came)].astype(float)


def chances(histories: Sequence[History], ahead: int, beyond: Sequence[float], step: int = 1) -> Floats:
    """One row per target set: the chance that was told, and whether it was reached `ahead` weeks on.

    Targets lie so many share points `beyond` what is known when they are set.
    """
    found = [_chances(histories, known, ahead, beyond) for known in range(FEWEST_WEEKS, _longest(histories), step)]
    return np.concatenate([rows for rows in found if len(rows)])


def _chances(histories: Sequence[History], known: int, ahead: int, beyond: Sequence[float]) -> Floats:
    place = known + ahead - 1
    alike = [
        one
        for one in histories
        if len(one.reached) > place and _is_foretold(one, known) and not np.isnan(one.reached[place])
    ]
    if not alike or ahead > MOST_AHEAD_PER_WEEK_KNOWN * known:
        return np.empty((0, 2))
    first = max(0, known - MOST_WEEKS_KNOWN)
    fan = damped.fans([one.reached[first:known] for one in alike], [one.eligible[first:known] for one in alike], ahead)
    rows = []
    for further in beyond:
        targets = [min(max(one.reached[known - 1] / one.eligible[known - 1] + further, 0.01), 1.0) for one in alike]
        told = fan.chance([[target] * ahead for target in targets])[:, -1]
        came = [one.reached[place] / one.eligible[place] >= target for one, target in zip(alike, targets, strict=True)]
        rows.append(np.column_stack([told, came]))
    return np.concatenate(rows)


def company(file: Path) -> list[History]:
    """The histories of a file as `python -m benchmarks.forecast --export` writes it."""
    weeks: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    with gzip.open(file, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            name = f"{row['tool_id']} {row['org_unit']} {row['measure']}"
            weeks[name][date.fromisoformat(row["week_start"])] = (int(row["reached"]), int(row["eligible"]))
    return [_history(name, of) for name, of in weeks.items()]


def _history(name: str, weeks: dict[date, tuple[int, int]]) -> History:
    first, last = min(weeks), max(weeks)
    every = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    pairs = [weeks.get(week, (np.nan, np.nan)) for week in every]
    return History(name, np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs]))


def viva(file: Path, window: int) -> list[History]:
    """Shares of persons with at least one, two and three active Copilot days in a week, in all and by organisation.

    `window` weeks count together, as takeup judges: active in a window is active in a week of it.
    """
    days, groups = _active_days(file)
    found = []
    for least in (1, 2, 3):
        for group in ("All", *sorted(set(groups.values()))):
            people = [person for person in days if group in {"All", groups[person]}]
            active = np.array([[count >= least for count in days[person]] for person in people])
            ended = range(window, active.shape[1] + 1)
            reached = [float(active[:, end - window : end].any(axis=1).sum()) for end in ended]
            found.append(History(f"{group} {least}", np.array(reached), np.full(len(reached), float(len(people)))))
    return found


def _active_days(file: Path) -> tuple[dict[str, list[int]], dict[str, str]]:
    days: dict[str, list[int]] = defaultdict(list)
    groups = {}
    with file.open(newline="", encoding="utf-8-sig") as lines:
        for row in sorted(csv.DictReader(lines), key=lambda one: one["MetricDate"]):
            days[row["PersonId"]].append(int(row["Total_Copilot_active_days"]))
            groups[row["PersonId"]] = row["Organization"]
    return days, groups


def by_distance(rows: Floats) -> Iterator[tuple[str, Floats]]:
    """Outcomes by how far ahead they lay."""
    for first, last in ((1, 1), (2, 4), (5, 8), (9, MOST_AHEAD)):
        yield f"{first}-{last}" if last > first else str(first), rows[(rows[:, 0] >= first) & (rows[:, 0] <= last)]
