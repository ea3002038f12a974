"""Random logs, judged by production and by the reference: every obligation and every verdict is the same."""

from __future__ import annotations

import os

import pytest

from tests.judge.comparing import differences, shown, smallest
from tests.judge.random_cases import random_case

IS_NIGHTLY = os.environ.get("TAKEUP_NIGHTLY") == "1"
CASES = 10_000 if IS_NIGHTLY else 500
PER_RUN = 125  # one run of the models judges them all; many more rules than these in one run cost more than two runs


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, CASES, PER_RUN))
def test_production_judges_random_logs_as_the_reference_does(first: int) -> None:
    found = differences([random_case(seed) for seed in range(first, first + PER_RUN)])
    if found:
        seeds = [one.case.seed for one in found]
        pytest.fail(f"{len(found)} of {PER_RUN} cases differ: seeds {seeds}; the smallest:\n{shown(smallest(found))}")
