"""The warehouse as a whole: one writer, the registry, the run, replays, full reloads, fingerprints of the inputs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from warehouse_workspace import (
    NOW,
    TOOL,
    contents,
    event,
    load_everything,
    make_workspace,
    query,
    registry,
    write,
)

from orchestration import sources
from orchestration.errors import DataError
from orchestration.loading import inbox as inbox_module
from orchestration.sources.records import Reject
from orchestration.warehouse import ReplayReport, inputs_fingerprint, open_warehouse, writer_lock
from orchestration.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def test_a_second_writer_is_told_who_writes(workspace: Workspace) -> None:
    with (
        open_warehouse(workspace),
        pytest.raises(DataError, match=f"process {os.getpid()} is writing"),
        open_warehouse(workspace),
    ):
        pass
    with open_warehouse(workspace):
        pass


def test_what_does_not_fit_in_memory_goes_to_disk_and_is_gone_afterwards(workspace: Workspace) -> None:
    sorting = (
        "select count(*) from (select hash(i)::varchar as t from range(3_000_000) as r(i) order by t limit 2_900_000)"
    )
    spill = workspace.build / "spill"
    with open_warehouse(workspace) as warehouse:
        connection = warehouse.session.connection
        connection.execute("set memory_limit = '100MB'")
        connection.execute("set max_temp_directory_size = '0KB'")
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute(sorting)
        connection.execute("reset max_temp_directory_size")
        assert connection.execute(sorting).fetchall() == [(2_900_000,)]
    assert spill.stat().st_mode & 0o777 == 0o700
    assert not list(spill.iterdir())


def test_the_schema_is_laid_once_and_again_when_another_version_laid_it(workspace: Workspace) -> None:
    def has_holidays() -> bool:
        return bool(query(workspace, "select 1 from duckdb_tables() where table_name = 'holiday'"))

    with open_warehouse(workspace) as warehouse:
        warehouse.session.run("drop table raw.holiday")
    with open_warehouse(workspace):
        pass
    assert not has_holidays(), "each of 75 tables was looked for"
    with open_warehouse(workspace) as warehouse:
        warehouse.session.run("comment on table raw.load is 'another version'")
    with open_warehouse(workspace):
        pass
    assert has_holidays()


def test_the_lock_of_a_killed_writer_is_free(workspace: Workspace) -> None:
    code = (
        "import sys, os; from pathlib import Path; from orchestration.workspace import Workspace;"
        "from orchestration.warehouse import writer_lock\n"
        "with writer_lock(Workspace(Path(sys.argv[1]))):\n  print('held', flush=True); os.kill(os.getpid(), 9)"
    )
    child = subprocess.run([sys.executable, "-c", code, str(workspace.root)], capture_output=True, check=False)
    assert child.stdout == b"held\n"
    with writer_lock(workspace):
        pass


def test_registry_tables_are_replaced_as_a_whole(workspace: Workspace) -> None:
    with open_warehouse(workspace) as warehouse:
        warehouse.replace_registry(registry())
        warehouse.replace_registry({"tool_source": registry()["tool_source"][:1], "holiday": []})
    assert query(workspace, "select count(*) from raw.tool") == [(2,)]
    assert query(workspace, "select source_id from raw.tool_source") == [(f"{TOOL}/human-decision",)]
    assert query(workspace, "select production->>'expected_people_per_day' from raw.tool limit 1") == [("10",)]


def test_a_faulty_row_leaves_the_registry_as_it_was(workspace: Workspace) -> None:
    rows = registry()
    with open_warehouse(workspace) as warehouse:
        warehouse.replace_registry(rows)
        with pytest.raises(DataError, match="not a registry table"):
            warehouse.replace_registry({"usage_event": []})
        with pytest.raises(Exception, match="title"):
            warehouse.replace_registry({"tool_source": [], "tool": [rows["tool"][0] | {"title": None}]})
    assert query(workspace, "select count(*) from raw.tool_source") == [(2,)]


def test_the_run_is_one_row(workspace: Workspace) -> None:
    with open_warehouse(workspace, now=NOW) as warehouse:
        for run_id in ("r1", "r2"):
            warehouse.set_run(run_id, datetime(2026, 5, 31), code_version="0.1.0", rule_book_hash="abc")
    assert query(workspace, "select run_id, started_at, as_of, contract_version from raw.run") == [
        ("r2", NOW, datetime(2026, 5, 31), 1)
    ]


def test_a_full_run_reads_the_inbox_anew_and_forgets_the_rest(workspace: Workspace) -> None:
    folder = workspace.inbox / TOOL
    write(folder / "a.jsonl", [event(1), "{broken"])
    gone = write(folder / "b.jsonl", [event(2)])
    load_everything(workspace)
    gone.unlink()
    report = load_everything(workspace, is_full=True)
    assert (report.loaded, report.quarantined) == (1, 1)
    assert query(workspace, "select event_id from raw.usage_event") == [("e1",)]
    assert query(workspace, "select count(*), min(load_id) from raw.load") == [(1, 3)]  # no id is given twice


def _mend(monkeypatch: pytest.MonkeyPatch, name: str = "human-decision") -> None:
    """From now on the format reads lines that lack their last brace."""
    known = sources.FORMATS[name]

    def parse(path: Path, *, now: datetime | None = None):  # type: ignore[no-untyped-def]
        mended = path.with_name(".mended")
        lines = [line + b"}" if line.endswith(b"|") else line for line in path.read_bytes().split(b"\n")]
        mended.write_bytes(b"\n".join(line.replace(b"|}", b"}") for line in lines))
        yield from known.parse(mended, now=now)
        mended.unlink()

    monkeypatch.setattr(inbox_module, "FORMATS", {**sources.FORMATS, name: replace(known, parse=parse)})


@pytest.mark.parametrize("is_present", [True, False])
def test_lines_that_a_mended_format_reads_leave_the_quarantine(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, is_present: bool
) -> None:
    mendable = [event(number)[:-1] + "|" for number in (2, 3)]
    lines = [event(1), mendable[0], "{hopeless", event(4), mendable[1], event(4)[:-1] + "|"]
    path = write(workspace.inbox / TOOL / "a.jsonl", lines)
    load_everything(workspace)
    if not is_present:
        path.rename(workspace.root / "taken-away.jsonl")
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(registry())
        assert warehouse.replay() == ReplayReport(mended=0, remaining=4)
        _mend(monkeypatch)
        assert warehouse.replay(TOOL) == ReplayReport(mended=3, remaining=1)
        warehouse.verify_ledger()
        assert [entry.line_no for entry in warehouse.quarantine()] == [3]
        assert [path.name for path in workspace.vault.iterdir() if "replay" in path.name] == []
    assert query(workspace, "select line_no from raw.usage_event order by 1") == [(1,), (2,), (4,), (5,)]
    sql = "select lines_read, lines_loaded, lines_duplicate, lines_quarantined from raw.load"
    assert query(workspace, sql) == [(6, 4, 1, 1)]


def test_a_replay_ends_as_a_clean_load(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [event(number)[:-1] + "|" if number % 3 else event(number) for number in range(60)]
    write(workspace.inbox / TOOL / "a.jsonl", lines)
    load_everything(workspace)
    _mend(monkeypatch)
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replay()
    replayed = contents(workspace)
    load_everything(workspace, is_full=True)
    assert contents(workspace) == replayed


def test_a_roster_line_that_is_replayed_reaches_the_spans(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(workspace.inbox / "people/people_2026-01-01.csv", ["person_id,department", "p1,Sales", "p2,Sa,les"])
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.person_span") == [(1,)]
    known = sources.FORMATS["people"]

    def parse(path: Path, *, now: datetime | None = None):  # type: ignore[no-untyped-def]
        for item in known.parse(path, now=now):
            if isinstance(item, Reject):
                example = next(known.parse(path, now=now).__iter__() for _ in range(1))
                del example
                person = next(record for record in known.parse(path, now=now) if hasattr(record, "person_id"))
                yield replace(person, person_id="p2", line_no=item.line_no, lines=item.lines)
            else:
                yield item

    monkeypatch.setattr(inbox_module, "FORMATS", {**sources.FORMATS, "people": replace(known, parse=parse)})
    with open_warehouse(workspace, now=NOW) as warehouse:
        assert warehouse.replay() == ReplayReport(mended=1, remaining=0)
        warehouse.verify_ledger()
    assert path.exists()
    assert query(workspace, "select count(*) from raw.person_span") == [(2,)]


def test_equal_inputs_have_one_fingerprint(workspace: Workspace) -> None:
    write(workspace.inbox / TOOL / "a.jsonl", [event(1)])
    load_everything(workspace)
    before = inputs_fingerprint(workspace, "2026-06-01")
    load_everything(workspace)
    workspace.published.mkdir()
    (workspace.published / "x").write_text("a publication is no input")
    assert inputs_fingerprint(workspace, "2026-06-01") == before
    assert inputs_fingerprint(workspace, "2026-06-02") != before


@pytest.mark.parametrize(
    "change",
    [
        lambda root: write(root / "inbox" / TOOL / "b.jsonl", [event(2)]),
        lambda root: (root / "config/tools.yml").write_text("tools: {}\n"),
        lambda root: write(root / "landing/x.json", ["{}"]),
        lambda root: (root / "inbox" / TOOL / "a.jsonl").unlink(),
    ],
)
def test_any_change_of_the_inputs_changes_the_fingerprint(workspace: Workspace, change) -> None:  # type: ignore[no-untyped-def]
    write(workspace.inbox / TOOL / "a.jsonl", [event(1)])
    load_everything(workspace)
    before = inputs_fingerprint(workspace)
    change(workspace.root)
    assert inputs_fingerprint(workspace) != before
