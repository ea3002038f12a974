"""The bars of the limits, on few simulations; benchmarks/alerts.py has them in full."""

from __future__ import annotations

import os
import random

import pytest

from benchmarks.alerts import (
    Clean,
    clean_tool,
    drops,
    false_alarms,
    habitual_tool,
    power_of_a_day,
    three_sigma,
    zero_days,
)

SIMULATIONS = 1_000 if os.environ.get("TAKEUP_RELIABILITY") == "1" else 40
pytestmark = pytest.mark.reliability


@pytest.mark.parametrize("clean", [clean_tool, habitual_tool])
def test_clean_tools_raise_less_than_one_false_alarm_in_a_hundred_weeks(clean: Clean) -> None:
    rng = random.Random(11)
    found = [false_alarms(size, SIMULATIONS, rng, clean) for size in (10, 20, 100)]
    opened, watched = (sum(column) for column in zip(*found, strict=True))
    assert opened / watched <= 0.01


@pytest.mark.parametrize("size", [10, 20, 50, 500])
def test_days_without_anybody_are_noticed_at_their_end(size: int) -> None:
    zero = zero_days(size, SIMULATIONS, random.Random(size))
    assert zero.found / zero.of >= 0.95


@pytest.mark.parametrize("size", [50, 200])
def test_a_drop_by_thirty_percent_is_noticed(size: int) -> None:
    fell = drops(size, SIMULATIONS, random.Random(size))
    assert fell.found / fell.of >= 0.95


def test_of_twenty_people_of_habits_a_drop_by_thirty_percent_is_noticed() -> None:
    fell = drops(20, SIMULATIONS, random.Random(20), clean=habitual_tool)
    assert fell.found / fell.of >= 0.95


@pytest.mark.parametrize("clean", [clean_tool, habitual_tool])
@pytest.mark.parametrize("size", [10, 20, 200])
def test_what_is_said_to_be_noticed_is_noticed(size: int, clean: Clean) -> None:
    fell = drops(size, SIMULATIONS, random.Random(size), None, clean)
    assert fell.of > 0.9 * SIMULATIONS
    assert fell.found / fell.of >= 0.95


def test_no_limit_on_one_day_of_ten_people_notices_that_a_third_stay_away() -> None:
    """Nor does a usual day often fall to it: 3 of 20 people who come every second day come on 1 day in 776."""
    limit, wrong, right = power_of_a_day(10, 0.3)
    assert (limit, round(1 / wrong)) == (3, 776)
    assert right < 0.05


def test_plain_three_sigma_would_not_notice_a_day_without_anybody() -> None:
    assert three_sigma(100, SIMULATIONS, random.Random(3))[1] < 0.05
