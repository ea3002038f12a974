"""A year of daily runs over a company in which everything changes, some of them killed: none leaves a trace."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from changing_company import Company
from clean_rebuild import differences
from killing import ChildRun

from orchestration.workspace import Workspace
from tests.scale import stated

pytestmark = [pytest.mark.slow, pytest.mark.reliability]
DAYS = stated(365, 2)
_KILLED = 0.2
_ENOUGH_DAYS, _MOST_SLOWER = 40, 1.5


def bytes_of(workspace: Workspace) -> int:
    """What the workspace fills, without what comes from outside and the publications, of which there are twenty."""
    places = [workspace.warehouse, workspace.marts]
    return sum(place.stat().st_size for place in places if place.is_file())


def slower(seconds: Sequence[float]) -> float:
    """By how much the runs of the last quarter take longer than those of the second."""
    quarter = len(seconds) // 4
    return median(seconds[-quarter:]) / median(seconds[quarter : 2 * quarter])


def test_after_every_day_the_figures_are_those_of_a_clean_rebuild(tmp_path: Path) -> None:
    company, chance = Company.found(tmp_path / "company", 5), random.Random(5)
    company.run()
    sizes, seconds = [bytes_of(company.workspace)], []
    for day in range(DAYS):
        company.today += timedelta(days=1)
        company.write_day(company.today)
        changed = company.change() if chance.random() < 0.3 else []
        if day % 3 == 1 or chance.random() < _KILLED:
            ChildRun(company).kill_after(chance.uniform(0.2, 20))
        began = time.process_time()
        company.run()
        seconds.append(time.process_time() - began)
        assert differences(company.workspace, tmp_path / "clean") == {}, (day, changed)
        sizes.append(bytes_of(company.workspace))
    # The first runs also make what later ones compare with. A day holds some forty records: a megabyte a day would be
    # something left behind.
    settled = max(sizes[:3])
    assert sizes[-1] - settled < DAYS << 20, sizes
    # Some forty records a day are nothing beside what a run costs anyhow, so that a year of them must not show.
    assert DAYS < _ENOUGH_DAYS or slower(seconds) < _MOST_SLOWER, seconds
