"""A run that rebuilds only what may differ leaves the tables that a clean rebuild makes, whatever has changed."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from changing_company import Company
from clean_rebuild import differences, forgotten_statuses

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(1, 25) if os.environ.get("TAKEUP_NIGHTLY") else [1])
def test_every_refresh_leaves_what_a_clean_rebuild_makes(tmp_path: Path, seed: int) -> None:
    company = Company.found(tmp_path / "company", seed, with_groups=seed % 3 == 0)
    company.run()
    for number in range(12 if os.environ.get("TAKEUP_NIGHTLY") else 2):
        company.today += timedelta(days=company.chance.choice((0, 1, 1, 3)))
        company.write_day(company.today)
        changed = company.change() if number else []
        company.run()
        assert differences(company.workspace, tmp_path / "clean") == {}, (number, changed)
        assert forgotten_statuses(company.workspace) == 0, (number, changed)
