"""A publication is whole or not there, and readers of an older one are left in peace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from warehouse_workspace import make_workspace

from orchestration import publication
from orchestration.errors import DataError
from orchestration.publication import latest_publication, publish, status
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

_MARTS = """
    create or replace table dim_publication as
        select '{id}' as publication_id, '{id}' as run_id, timestamptz '2026-06-01 12:00:00+00' as published_at;
    create or replace table dim_tool as select *, 0.9::double as least_known_share from
        (values ('b', 1, 0.89::double), ('a', 0, 0.9), ('c', 2, null)) as t (tool_id, position, known_share);
    create or replace table fct_adoption_week as select * from (values
        ('a', date '2026-05-04', 'total', 9, 1, 2, 3, 3, 5, false),
        ('a', date '2026-05-11', 'total', 10, 1, 2, 3, 4, 5, false),
        ('a', date '2026-05-11', 'org_unit', 4, 1, 1, 1, 1, 2, false),
        ('a', date '2026-05-18', 'total', 11, 1, 2, 3, 5, 5, true),
        ('b', date '2026-05-18', 'total', 5, 5, 0, 0, 0, 0, true)
    ) as t (tool_id, week_start, org_level, eligible, non_user, incorrect_user, correct_user, not_judged, active,
            is_provisional);
    create or replace table fct_load as select 10 as lines_read, 5 as lines_loaded, 1 as lines_duplicate,
        1 as lines_superseded, 1 as lines_quarantined, 2 as lines_blank from range(2);
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def _build_marts(workspace: Workspace, publication_id: str, *, rows: int = 10) -> None:
    workspace.build.mkdir(exist_ok=True)
    with duckdb.connect(str(workspace.marts)) as connection:
        connection.execute(_MARTS.format(id=publication_id))
        connection.execute(f"create or replace table filler as select '{publication_id}' as id from range({rows})")


def _published_id(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("select publication_id from dim_publication").fetchall()[0]
    return str(row[0])


def test_the_link_leads_to_the_newest_publication(workspace: Workspace) -> None:
    for publication_id in ("p1", "p2"):
        _build_marts(workspace, publication_id)
        path = publish(workspace, publication_id)
        assert path == workspace.published / f"takeup-{publication_id}.duckdb"
        assert latest_publication(workspace) == path.resolve()
        assert _published_id(workspace.latest) == publication_id
    assert {path.name for path in workspace.published.iterdir()} == {
        "takeup-p1.duckdb",
        "takeup-p2.duckdb",
        "latest.duckdb",
    }


def test_a_publication_cannot_be_written_to(workspace: Workspace) -> None:
    _build_marts(workspace, "p1")
    assert publish(workspace, "p1").stat().st_mode & 0o222 == 0


def test_a_reader_keeps_its_publication_open_during_the_next(workspace: Workspace) -> None:
    _build_marts(workspace, "p1")
    with duckdb.connect(str(publish(workspace, "p1")), read_only=True) as reader:
        _build_marts(workspace, "p2")
        publish(workspace, "p2")
        assert reader.execute("select publication_id from dim_publication").fetchall() == [("p1",)]


def test_publishing_the_same_id_again_replaces_it(workspace: Workspace) -> None:
    for _ in range(2):
        _build_marts(workspace, "p1")
        publish(workspace, "p1")
    assert _published_id(workspace.latest) == "p1"


def test_only_the_last_publications_are_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "KEPT_PUBLICATIONS", 3)
    for number in range(5):
        _build_marts(workspace, f"p{number}")
        os.utime(publish(workspace, f"p{number}"), (number, number))
    names = sorted(path.name for path in publication.publications(workspace.published))
    assert names == ["takeup-p2.duckdb", "takeup-p3.duckdb", "takeup-p4.duckdb"]
    assert publication.KEPT_PUBLICATIONS == 3


def test_twenty_publications_are_kept() -> None:
    assert publication.KEPT_PUBLICATIONS == 20


def test_what_a_killed_publication_left_is_swept(workspace: Workspace) -> None:
    workspace.published.mkdir()
    (workspace.published / ".aside-p0").write_bytes(b"half")
    (workspace.published / ".aside-latest.duckdb").symlink_to("nowhere")
    _build_marts(workspace, "p1")
    publish(workspace, "p1")
    assert [path.name for path in workspace.published.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("publication_id", ["../x", "a/b", "", ".hidden", "x" * 200])
def test_an_id_that_is_no_file_name_is_refused(workspace: Workspace, publication_id: str) -> None:
    _build_marts(workspace, "p1")
    with pytest.raises(DataError, match="file name"):
        publish(workspace, publication_id)


def test_missing_or_unfinished_marts_are_not_published(workspace: Workspace) -> None:
    with pytest.raises(DataError, match="no marts"):
        publish(workspace, "p1")
    workspace.build.mkdir(exist_ok=True)
    workspace.marts.write_bytes(b"not a database")
    with pytest.raises(DataError, match="cannot be published"):
        publish(workspace, "p1")
    workspace.marts.unlink()
    _build_marts(workspace, "p1")
    with duckdb.connect(str(workspace.marts)) as connection:
        connection.execute("delete from dim_publication")
    with pytest.raises(DataError, match="exactly one row"):
        publish(workspace, "p1")
    assert latest_publication(workspace) is None


def test_a_link_that_leads_elsewhere_is_no_publication(workspace: Workspace, tmp_path: Path) -> None:
    workspace.published.mkdir()
    elsewhere = tmp_path / "elsewhere.duckdb"
    elsewhere.write_bytes(b"")
    workspace.latest.symlink_to(elsewhere)
    assert latest_publication(workspace) is None


def test_killed_publications_never_show_half_a_file(workspace: Workspace) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "from test_publication import _build_marts; from orchestration.publication import publish\n"
        "from orchestration.workspace import Workspace; workspace = Workspace(Path(sys.argv[1])); number = 0\n"
        "print('ready', flush=True)\n"
        "while True:\n  number += 1; _build_marts(workspace, f'{sys.argv[3]}-{number}', rows=300_000)\n"
        "  publish(workspace, f'{sys.argv[3]}-{number}')"
    )
    for attempt in range(5):
        command = [sys.executable, "-c", code, str(workspace.root), str(Path(__file__).parent), f"k{attempt}"]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.3 + attempt * 0.17)
        child.send_signal(signal.SIGKILL)
        child.wait()
        path = latest_publication(workspace)
        if path is not None:
            with duckdb.connect(str(path), read_only=True) as connection:
                assert connection.execute("select count(*) from filler").fetchall() == [(300_000,)]
    _build_marts(workspace, "final")
    publish(workspace, "final")
    assert _published_id(workspace.latest) == "final"


def test_status_without_a_publication_says_why_it_is_empty(workspace: Workspace) -> None:
    found = status(workspace)
    assert (found["publication"], found["tools"], found["lines"]["read"]) == (None, [], 0)
    assert "takeup run" in found["reason"]


def test_status_says_of_each_target_whether_it_will_be_reached(workspace: Workspace) -> None:
    _build_marts(workspace, "p1")
    publish(workspace, "p1")
    assert status(workspace)["targets"] == []  # a publication from before there were forecasts
    with duckdb.connect(str(workspace.marts)) as connection:
        connection.execute("""
            create table fct_forecast as
            select 'a' as tool_id, level as org_level, unit as org_unit, 'correct' as measure,
                0.6::double as target_share,
                date '2026-12-31' as target_due, date '2026-05-11' as from_week_start, 0.5::double as last_share,
                0.4 as p10, 0.55 as p50, 0.7 as p90, chance::double as chance,
                2.5 as needed_people_per_week, null::varchar as refusal,
                is_current, is_due_week, unit <> 'own' as is_target_of_company
            from (values ('total', 'All', 0.3, true, true), ('total', 'All', 0.9, false, true),
                ('total', 'All', 0.9, true, false), ('org_unit', 'other', 0.9, true, true),
                ('org_unit', 'own', 0.8, true, true)) as weeks (level, unit, chance, is_current, is_due_week)
        """)
    publish(workspace, "p2")
    [own] = status(workspace)["org_unit_targets"]
    assert (own["org_unit"], own["chance"]) == ("own", 0.8)
    [found] = status(workspace)["targets"]
    assert (found["tool_id"], found["measure"], found["target"], found["due"]) == ("a", "correct", 0.6, "2026-12-31")
    assert (found["share"], round(found["gap"], 6), found["chance"]) == (0.5, -0.1, 0.3)


def test_the_status_says_what_to_learn_and_whether_it_helped(workspace: Workspace) -> None:
    _build_marts(workspace, "p1")
    publish(workspace, "p1")
    found = status(workspace)
    assert (found["training_needs"], found["training_effects"]) == ([], [])
    with duckdb.connect(str(workspace.marts)) as connection:
        connection.execute("""
            create table fct_training_need_unit as select *, 'CT-1' as module_code, 'major' as severity,
                40 as judged_people, date '2026-05-11' as week_start, false as is_provisional
            from (values ('a', 'late', 'total', 3, 2), ('a', 'first', 'total', 9, 1), ('a', 'first', 'org_unit', 9, 1),
                ('a', 'nobody', 'total', 0, null), ('a', 'hidden', 'total', null, 3)
            ) as t (tool_id, rule_id, org_level, people, priority);
            create table fct_training_effect as select *, 'a' as tool_id, 'first' as rule_id, 'CT-1 First' as module,
                'broken_share' as measure, 'matched' as design, null as plan_id, -0.2 as estimate, -0.3 as low,
                -0.1 as high, 20 as trained_people, 30 as comparison_people, null as refusal
            from (values ('improved', true), ('refused', false)) as t (finding, is_current);
        """)
    publish(workspace, "p2")
    found = status(workspace)
    assert [(one["rule_id"], one["people"], one["week_start"]) for one in found["training_needs"]] == [
        ("first", 9, "2026-05-11"),
        ("late", 3, "2026-05-11"),
    ]
    assert [one["finding"] for one in found["training_effects"]] == ["improved"]


def test_status_shows_the_latest_final_week_while_a_writer_works(workspace: Workspace) -> None:
    _build_marts(workspace, "p1")
    with open_warehouse(workspace) as warehouse:
        path = warehouse.publish("p1")
        found = status(workspace)
    assert found["publication"] == str(path.resolve())
    assert datetime.fromisoformat(found["published_at"]).isoformat() == "2026-06-01T12:00:00+00:00"
    assert found["lines"] == {
        "read": 20,
        "loaded": 10,
        "duplicate": 2,
        "superseded": 2,
        "quarantined": 2,
        "blank": 4,
    }
    by_tool = {tool["tool_id"]: tool for tool in found["tools"]}
    assert list(by_tool) == ["a", "b", "c"]
    assert by_tool["a"] == {
        "tool_id": "a",
        "week_start": "2026-05-11",
        "eligible": 10,
        "active": 5,
        "non_user": 1,
        "incorrect_user": 2,
        "correct_user": 3,
        "not_judged": 4,
        "is_provisional": False,
        "known_share": 0.9,
        "has_few_known": False,
    }
    assert by_tool["b"]["has_few_known"]
    assert (by_tool["b"]["week_start"], by_tool["b"]["is_provisional"]) == ("2026-05-18", True)
    assert by_tool["c"]["week_start"] is None
