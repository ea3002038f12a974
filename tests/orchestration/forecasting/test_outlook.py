"""Which cells get a forecast, and why others do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from orchestration.forecasting.cells import Cell, Goal, Week
from orchestration.forecasting.outlook import forecasts, refusal

LAST = date(2026, 11, 2)
DUE = date(2026, 12, 31)


def cell(known: int = 20, ahead: int = 8, value: float = 0.6) -> Cell:
    weeks = tuple(Week(LAST - timedelta(weeks=known - 1 - week), 20 + week, 100) for week in range(known))
    goals = tuple(Goal(LAST + timedelta(weeks=week + 1), value, DUE, is_of_company=False) for week in range(ahead))
    last = Goal(date(2026, 12, 28), value, DUE, is_of_company=False)
    return Cell("t", "total", "All", "correct", weeks, goals, last)


def rare(reached: int, eligible: int) -> Cell:
    base = cell()
    return replace(base, weeks=(*base.weeks[:-1], Week(LAST, reached, eligible)))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (cell(), None),
        (cell(known=8), None),
        (cell(known=7), "too_short"),
        (cell(known=0), "too_short"),
        (rare(9, 100), "too_few_users"),
        (rare(10, 100), None),
        (rare(4, 20), "too_few_users"),
        (rare(5, 20), None),
        (cell(ahead=40), None),
        (cell(ahead=41), "too_far"),
        (cell(ahead=0), "past_due"),
        (replace(cell(known=3), obstacle="paused"), "paused"),
    ],
)
def test_a_refusal_has_one_reason(asked: Cell, why: str | None) -> None:
    assert refusal(asked) == why


def test_a_forecast_has_every_week_up_to_that_of_the_date() -> None:
    [made] = forecasts([cell()])
    assert [week.goal.start for week in made.weeks] == [LAST + timedelta(weeks=ahead) for ahead in range(1, 9)]
    assert made.weeks[-1].goal.start == made.cell.last.due_week
    assert all(week.chance is not None and 0 <= week.chance <= 1 for week in made.weeks)


def test_a_refused_one_has_the_week_of_its_date_alone_and_no_figures() -> None:
    for asked in (cell(known=3), cell(ahead=0)):
        [refused] = forecasts([asked])
        [week] = refused.weeks
        assert (week.goal.start, week.p10, week.p50, week.p90, week.chance) == (
            date(2026, 12, 28),
            None,
            None,
            None,
            None,
        )


def test_of_two_dates_each_week_has_the_chance_of_its_own() -> None:
    goals = cell().goals
    early = tuple(replace(goal, value=0.4, due_date=date(2026, 11, 29)) for goal in goals[:3])
    [made] = forecasts([replace(cell(), goals=early + goals[3:])])
    chances = [week.chance for week in made.weeks]
    assert (chances[2] or 0) > 0.5 > (chances[-1] or 0)
    assert [week.goal.due_week for week in made.weeks[:4]] == [date(2026, 11, 23)] * 3 + [date(2026, 12, 28)]


def test_every_cell_gets_one_answer_whatever_the_others_ask() -> None:
    asked = [cell(), cell(ahead=3), cell(known=2), cell(known=30, ahead=3), replace(cell(), obstacle="paused")]
    found = forecasts(asked)
    assert sorted(map(id, asked)) == sorted(id(one.cell) for one in found)
    alone = {id(one): forecasts([one])[0].refusal for one in asked}
    assert {id(one.cell): one.refusal for one in found} == alone


def test_a_hash_tells_equal_inputs_and_no_others() -> None:
    base = cell()
    assert base.inputs_hash("m") == cell().inputs_hash("m")
    others = [
        cell(known=19),
        cell(value=0.61),
        cell(ahead=7),
        replace(base, weeks=(*base.weeks[:-1], replace(base.weeks[-1], reached=99))),
        replace(base, obstacle="paused"),
        replace(base, measure="active"),
    ]
    assert len({base.inputs_hash("m"), base.inputs_hash("other"), *(one.inputs_hash("m") for one in others)}) == 8
