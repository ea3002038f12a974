"""The warehouse is opened once for the steps of a run, by one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from warehouse_workspace import make_workspace

from orchestration import opening
from orchestration.errors import DataError
from orchestration.opening import at_hand, kept_open, release, with_marts, writing
from orchestration.workspace import Workspace

_WRITES = """
import sys
from pathlib import Path
from orchestration.opening import writing
from orchestration.workspace import Workspace
with writing(Workspace(Path(sys.argv[1]))) as connection:
    connection.execute("create table raw.seen as select 1")
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that DuckDB was asked to open."""
    files: list[str] = []
    connect = duckdb.connect

    def counting(file: str, **options: object) -> duckdb.DuckDBPyConnection:
        files.append(file)
        return connect(file, **options)

    monkeypatch.setattr(opening.duckdb, "connect", counting)
    return files


def written_by_another(workspace: Workspace) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _WRITES, str(workspace.root)], capture_output=True, text=True, check=False
    )


def test_the_steps_of_a_run_open_it_once(workspace: Workspace, opened: list[str]) -> None:
    with kept_open(workspace):
        for _ in range(3):
            with writing(workspace) as connection:
                connection.execute("create or replace table raw.step as select 1 as number")
            with at_hand(workspace) as connection:
                assert connection.execute("select number from raw.step").fetchall() == [(1,)]
    assert opened == [str(workspace.warehouse)]


def test_nobody_opens_it_while_no_step_asks(workspace: Workspace, opened: list[str]) -> None:
    with kept_open(workspace):
        pass
    assert opened == []
    assert not workspace.warehouse.exists()


def test_outside_a_run_every_step_opens_it(workspace: Workspace, opened: list[str]) -> None:
    for _ in range(2):
        with writing(workspace):
            pass
    assert len(opened) == 2


def test_what_is_kept_for_one_workspace_is_not_given_to_another(workspace: Workspace, tmp_path: Path) -> None:
    other = make_workspace(tmp_path / "other")
    with kept_open(workspace), writing(workspace) as ours:
        ours.execute("create table raw.only_here as select 1")
        with writing(other) as theirs, pytest.raises(duckdb.CatalogException):
            theirs.execute("select * from raw.only_here")


def test_between_two_steps_nobody_else_writes(workspace: Workspace) -> None:
    with kept_open(workspace):
        with writing(workspace):
            pass
        refused = written_by_another(workspace)
    assert refused.returncode != 0
    assert f"process {os.getpid()} is writing to this workspace" in refused.stderr
    assert written_by_another(workspace).returncode == 0


def test_what_is_released_is_free_and_opened_again_by_the_next_step(workspace: Workspace, opened: list[str]) -> None:
    with kept_open(workspace):
        with writing(workspace):
            pass
        release()
        written = written_by_another(workspace)
        assert written.returncode == 0, written.stderr
        with writing(workspace) as connection:
            assert connection.execute("select * from raw.seen").fetchall() == [(1,)]
    assert len(opened) == 2


def test_what_a_step_leaves_undone_by_failing_is_undone(workspace: Workspace) -> None:
    with kept_open(workspace):
        with pytest.raises(RuntimeError), writing(workspace) as connection:
            connection.begin()
            connection.execute("create table raw.half as select 1")
            raise RuntimeError
        with writing(workspace) as connection, pytest.raises(duckdb.CatalogException):
            connection.execute("select * from raw.half")


def test_what_a_step_registers_ends_with_it(workspace: Workspace) -> None:
    with kept_open(workspace):
        with writing(workspace) as connection:
            connection.execute("create temp table batch as select 1")
        with writing(workspace) as connection, pytest.raises(duckdb.CatalogException):
            connection.execute("select * from batch")


def test_a_step_that_is_tried_again_after_an_error_of_duckdb_opens_it_anew(
    workspace: Workspace, opened: list[str]
) -> None:
    with kept_open(workspace):
        with pytest.raises(duckdb.Error), writing(workspace) as connection:
            connection.execute("select nothing")
        with writing(workspace):
            pass
    assert len(opened) == 2


def test_marts_are_at_hand_for_a_step_and_then_not_held(workspace: Workspace) -> None:
    workspace.build.mkdir(exist_ok=True)
    with duckdb.connect(str(workspace.marts)) as marts:
        marts.execute("create table fct_a as select 7 as number")
    with kept_open(workspace):
        for _ in range(2):
            with with_marts(workspace) as connection:
                assert connection.execute("select number from marts.main.fct_a").fetchall() == [(7,)]
        with duckdb.connect(str(workspace.marts)) as marts:
            marts.execute("insert into fct_a values (8)")


def test_a_warehouse_that_something_else_has_open_is_said_to_be(workspace: Workspace) -> None:
    duckdb.connect(str(workspace.warehouse)).close()
    with (
        duckdb.connect(str(workspace.warehouse), read_only=True),
        pytest.raises(DataError, match="close what else has it open"),
        kept_open(workspace),
        writing(workspace),
    ):
        pass
    with kept_open(workspace), writing(workspace):
        pass
