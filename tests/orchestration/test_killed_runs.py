"""A run that is killed while readers look on (while it loads, judges, checkpoints or publishes) leaves no trace."""

from __future__ import annotations

import hashlib
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from changing_company import Company
from killing import ChildRun
from warehouse_workspace import contents

from orchestration.publication import latest_publication
from orchestration.workspace import Workspace
from tests.scale import stated

pytestmark = [pytest.mark.slow, pytest.mark.reliability]
TIMED = stated(160, 1)
"""Kills at a moment of the run."""
PUBLISHING = stated(40, 1)
"""Kills between two touches of a file while it publishes: too short a time to be met by chance."""
READERS = 2
_OF_THE_RUN = {"run_id", "publication_id", "published_at", "loaded_at", "load_id", "restated_at"}
_OF_PUBLICATIONS = {"fct_published_week", "fct_restatement", "fct_restatement_cause"}
"""What differs rightly when a run that was killed had published before."""


@dataclass(frozen=True)
class _Before:
    company: Company
    """A workspace with one publication and a day of news that no run has seen."""
    raw: dict[str, str]
    marts: dict[str, str]
    seconds: float
    """What an undisturbed run takes, and what it leaves."""
    touches: int


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> _Before:
    company = Company.found(tmp_path_factory.mktemp("before") / "company", 8)
    company.run()
    company.today += timedelta(days=1)
    company.write_day(company.today)
    for _ in range(3):
        company.change()
    undisturbed = _copy(company, tmp_path_factory.mktemp("undisturbed") / "company")
    began = time.monotonic()
    touches = ChildRun(undisturbed).touches()
    workspace = undisturbed.workspace
    return _Before(company, contents(workspace), _marts(workspace), time.monotonic() - began, touches)


@pytest.mark.parametrize("point", range(TIMED + PUBLISHING))
def test_a_killed_run_ends_as_an_undisturbed_one_and_no_reader_sees_half_of_it(
    point: int, before: _Before, tmp_path: Path
) -> None:
    company = _copy(before.company, tmp_path / "company")
    with _readers(company.workspace) as seen:
        if point < TIMED:
            moment = (point + random.Random(point).random()) / TIMED
            ChildRun(company).kill_after(before.seconds * moment)
        else:
            fatal = 1 + round((point - TIMED) * (before.touches - 1) / max(PUBLISHING - 1, 1))
            ChildRun(company, fatal).wait_for_its_death()
        company.runs += 1  # the next run has an id of its own
        company.run()
    assert seen.bad == []
    assert seen.good > 0
    assert contents(company.workspace) == before.raw
    assert _marts(company.workspace) == before.marts


def _copy(company: Company, root: Path) -> Company:
    """The company in a folder of its own, with the times of its files."""
    shutil.copytree(company.workspace.root, root, symlinks=True)
    return replace(company, workspace=Workspace(root))


def _marts(workspace: Workspace) -> dict[str, str]:
    """A hash of every published mart, without what differs from run to run."""
    hashes = {}
    path = latest_publication(workspace)
    assert path is not None
    with duckdb.connect(str(path), read_only=True) as connection:
        for (mart,) in connection.execute("select table_name from duckdb_tables() order by all").fetchall():
            if mart in _OF_PUBLICATIONS:
                continue
            described = connection.execute(f"describe {mart}").fetchall()
            kept = [
                f"round({name}, 9)" if kind == "DOUBLE" else name
                for name, kind, *_ in described
                if name not in _OF_THE_RUN
            ]
            rows = connection.execute(f"select {', '.join(kept)} from {mart} order by all").fetchall()
            hashes[mart] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()[:12]}"
    return hashes


class _Seen:
    def __init__(self) -> None:
        self.good = 0
        self.bad: list[str] = []


@contextmanager
def _readers(workspace: Workspace) -> Iterator[_Seen]:
    """Readers that open the newest publication again and again and check that it is whole."""
    seen, ended = _Seen(), threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                _check(workspace)
                seen.good += 1
            except (duckdb.Error, AssertionError) as error:
                seen.bad.append(repr(error))
            ended.wait(0.05)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _check(workspace: Workspace) -> None:
    path = latest_publication(workspace)
    assert path is not None, "there was a publication before"
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select publication_id from dim_publication").fetchall() == [
            (path.stem.removeprefix("takeup-"),)
        ]
        people, eligible = connection.execute("""
            select
                (select count(*) from fct_person_tool_week),
                (select sum(eligible) from fct_adoption_week where org_level = 'total')
        """).fetchall()[0]
        assert people == eligible
