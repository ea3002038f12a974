"""Publications for the dashboard's tests, each built once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dashboards.publication import Company, publish

Published = Callable[[Company], Path]


@pytest.fixture(scope="session")
def workspace_of(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Gives the workspace that a made-up company is published in; equal companies share one."""
    made: dict[Company, Path] = {}

    def workspace(company: Company) -> Path:
        if company not in made:
            made[company] = tmp_path_factory.mktemp("workspace")
            publish(made[company], company)
        return made[company]

    return workspace
