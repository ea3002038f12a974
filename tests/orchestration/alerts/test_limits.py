"""The bars of the limits, on few simulations; benchmarks/alerts.py has them in full."""

from __future__ import annotations

import os
import random

import pytest

from benchmarks.alerts import drops, false_alarms, three_sigma, zero_days

SIMULATIONS = 1_000 if os.environ.get("TAKEUP_RELIABILITY") == "1" else 40
pytestmark = pytest.mark.reliability


def test_clean_tools_raise_less_than_one_false_alarm_in_a_hundred_weeks() -> None:
    rng = random.Random(11)
    opened, watched = (
        sum(column) for column in zip(*(false_alarms(size, SIMULATIONS, rng) for size in (20, 100)), strict=True)
    )
    assert opened / watched <= 0.01


@pytest.mark.parametrize("size", [20, 50, 500])
def test_days_without_anybody_are_noticed_at_their_end(size: int) -> None:
    zero = zero_days(size, SIMULATIONS, random.Random(size))
    assert zero.found / zero.of >= 0.95


@pytest.mark.parametrize("size", [50, 200])
def test_a_drop_by_thirty_percent_is_noticed(size: int) -> None:
    fell = drops(size, SIMULATIONS, random.Random(size))
    assert fell.found / fell.of >= 0.95


def test_plain_three_sigma_would_not_notice_a_day_without_anybody() -> None:
    assert three_sigma(100, SIMULATIONS, random.Random(3))[1] < 0.05
