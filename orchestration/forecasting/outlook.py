"""Which cells get a forecast, why others do not, and the forecasts themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from orchestration.forecasting import damped
from orchestration.forecasting.cells import MOST_WEEKS_KNOWN, Cell, Forecast, ForecastWeek, Week

FEWEST_WEEKS = 8
"""Back-tested from here on: with fewer, a trend is two or three steps and anything can be read into it."""
LEAST_SHARE, FEWEST_USERS = 0.1, 5
"""Below, nobody can tell from the past whether and when a tool takes off: back-tests told 0-30 % where 60 % came."""
MOST_AHEAD_PER_WEEK_KNOWN = 2
"""Back-tested up to here; farther ahead an interval of any honesty holds nearly everything."""


def refusal(cell: Cell) -> str | None:
    """Why the cell gets no forecast; None when it gets one."""
    if cell.obstacle is not None:
        return cell.obstacle
    if not cell.goals:
        return "past_due"
    if len(cell.weeks) < FEWEST_WEEKS:
        return "too_short"
    if is_too_rare(cell.weeks[-1].reached, cell.weeks[-1].eligible):
        return "too_few_users"
    return "too_far" if len(cell.goals) > MOST_AHEAD_PER_WEEK_KNOWN * len(cell.weeks) else None


def is_too_rare(reached: float, eligible: float) -> bool:
    """Whether so few people do it that a forecast would be a guess."""
    return reached < FEWEST_USERS or reached < LEAST_SHARE * eligible


def forecasts(cells: Sequence[Cell]) -> list[Forecast]:
    """A forecast or a refusal per cell, in no order of the cells'."""
    refused = [(cell, why) for cell in cells if (why := refusal(cell))]
    made = sorted((cell for cell in cells if refusal(cell) is None), key=_weeks_ahead)
    found = [Forecast(cell, why, [_due_week_alone(cell)]) for cell, why in refused]
    for ahead, alike in groupby(made, key=_weeks_ahead):
        found += _foretold(list(alike), ahead)
    return found


def _weeks_ahead(cell: Cell) -> int:
    return len(cell.goals)


def _due_week_alone(cell: Cell) -> ForecastWeek:
    goal = cell.goals[0] if cell.goals else cell.last
    return ForecastWeek(replace(goal, start=goal.due_week))


def _foretold(cells: Sequence[Cell], ahead: int) -> list[Forecast]:
    tables = [_table(cell.weeks) for cell in cells]
    fan = damped.fans([reached for reached, _ in tables], [eligible for _, eligible in tables], ahead)
    chances = fan.chance([[goal.value for goal in cell.goals] for cell in cells]).tolist()
    edges = [fan.quantile(part).tolist() for part in (0.1, 0.5, 0.9)]
    found = []
    for row, cell in enumerate(cells):
        columns = zip(cell.goals, *(edge[row] for edge in edges), chances[row], strict=True)
        found.append(Forecast(cell, None, [ForecastWeek(*column) for column in columns]))
    return found


def _table(weeks: Sequence[Week]) -> tuple[list[float], list[float]]:
    """People reached and eligible in the latest weeks, as many for every cell; nan where nothing is known."""
    last = weeks[-1].start
    reached, eligible = [float("nan")] * MOST_WEEKS_KNOWN, [float("nan")] * MOST_WEEKS_KNOWN
    for week in weeks:
        place = MOST_WEEKS_KNOWN - 1 - (last - week.start) // timedelta(days=7)
        if place >= 0:
            reached[place], eligible[place] = week.reached, week.eligible
    return reached, eligible
