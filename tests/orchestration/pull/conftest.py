"""A vendor on this machine, and the token for it in the environment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.orchestration.pull.pulling_workspaces import TOKEN_ENV
from tests.orchestration.pull.vendors import TOKEN, Vendors, vendors


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    monkeypatch.setenv(TOKEN_ENV, TOKEN)
    with vendors() as server:
        yield server
