"""The watchdog: what it says of files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.health import SourceHealth, troubles, write_failure, write_health
from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace

HOUR = timedelta(hours=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = init_workspace(tmp_path / "w").workspace
    (made.published / "takeup-1.duckdb").write_bytes(b"")
    made.latest.symlink_to("takeup-1.duckdb")
    fresh = (datetime.now(UTC) - HOUR).isoformat()
    write_health(made, "run-1", [SourceHealth("a/x", fresh, 48.0), SourceHealth("a/y", None, None)])
    return made


def said(workspace: Workspace, hours: float = 30, after: timedelta = timedelta()) -> list[str]:
    return list(troubles(workspace, hours, datetime.now(UTC) + after))


def test_all_is_well_after_a_publication(workspace: Workspace) -> None:
    assert said(workspace) == []


def test_nothing_published_is_trouble(tmp_path: Path) -> None:
    assert said(init_workspace(tmp_path / "new").workspace) == ["nothing was published yet"]


def test_an_old_publication_and_old_data_are_told_apart(workspace: Workspace) -> None:
    assert said(workspace, after=31 * HOUR) == ["the last publication is 31 h old, allowed are 30 h"]
    assert said(workspace, hours=500, after=50 * HOUR) == ["the newest record of a/x is 51 h old, allowed are 48 h"]


def test_a_failed_run_is_told_until_one_publishes(workspace: Workspace) -> None:
    write_failure(workspace, "run-2", "models: no such column")
    assert "run-2 failed" in said(workspace)[0]
    write_health(workspace, "run-3", [])
    assert said(workspace) == []


def test_a_run_that_never_ended_is_told_after_six_hours(workspace: Workspace) -> None:
    started = workspace.build / "run_started.json"
    started.write_text("{}")
    assert said(workspace) == []
    long_ago = datetime.now(UTC).timestamp() - 7 * 3600
    os.utime(started, (long_ago, long_ago))
    assert "never ended" in said(workspace)[0]


def test_watching_opens_no_database_and_loads_nothing_heavy(workspace: Workspace) -> None:
    code = (
        "import sys; from orchestration.cli import app; "
        f"app(['watch', '-w', {str(workspace.root)!r}, '--hours', '30', '--json'], standalone_mode=False); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout)["ok"] is True
    assert {"duckdb", "dagster", "dbt", "pandas", "pyarrow"}.isdisjoint(ended.stderr.split())
