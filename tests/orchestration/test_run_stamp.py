"""What counts as new since the last run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from orchestration import run_stamp
from orchestration.errors import UsageError
from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path).workspace


def finished(workspace: Workspace) -> None:
    run_stamp.begin(workspace, run_stamp.stamp_now(workspace, "2026-11-08"))
    workspace.latest.write_bytes(b"")
    run_stamp.finish(workspace)


def test_a_finished_run_with_the_same_inputs_is_nothing_new(workspace: Workspace) -> None:
    finished(workspace)
    assert run_stamp.last_run(workspace) == run_stamp.stamp_now(workspace, "2026-11-08")


def test_another_day_is_news(workspace: Workspace) -> None:
    finished(workspace)
    assert run_stamp.last_run(workspace) != run_stamp.stamp_now(workspace, "2026-11-09")


def test_a_file_in_the_inbox_is_news(workspace: Workspace) -> None:
    finished(workspace)
    (workspace.inbox / "people" / "people.csv").write_text("person_id\np-1\n")
    assert run_stamp.last_run(workspace) != run_stamp.stamp_now(workspace, "2026-11-08")


def test_a_run_that_did_not_publish_leaves_everything_new(workspace: Workspace) -> None:
    run_stamp.begin(workspace, run_stamp.stamp_now(workspace, None))
    assert run_stamp.last_run(workspace) is None


def test_a_lost_publication_is_news(workspace: Workspace) -> None:
    finished(workspace)
    workspace.latest.unlink()
    assert run_stamp.last_run(workspace) is None


def test_a_date_means_its_last_moment_and_an_instant_its_utc() -> None:
    assert run_stamp.parse_as_of("2026-11-08") == datetime(2026, 11, 9)
    assert run_stamp.parse_as_of("2026-11-08", "Europe/Berlin") == datetime(2026, 11, 8, 23)
    assert run_stamp.parse_as_of("2026-11-08T01:00:00+02:00") == datetime(2026, 11, 7, 23)
    with pytest.raises(UsageError, match="not a date"):
        run_stamp.parse_as_of("soon")
