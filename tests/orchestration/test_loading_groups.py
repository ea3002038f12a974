"""Small files share a transaction, and are counted and stored as if each had been loaded by itself."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from warehouse_workspace import (
    ASSISTANT,
    NOW,
    TOOL,
    contents,
    event,
    load_all,
    load_everything,
    make_workspace,
    query,
    registry,
    touch,
    usage_day,
    write,
)

from orchestration.errors import DataError
from orchestration.loading import loader
from orchestration.loading.report import LoadReport
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

_START = datetime(2026, 4, 1)
_LEDGER = (
    "select path, status, lines_read, lines_loaded, lines_duplicate, lines_superseded, lines_quarantined, lines_blank, "
    "is_dated_by_file from raw.load order by load_id"
)


def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_GROUP_FILES", 1)


def _fill(inbox: Path, rng: random.Random) -> None:
    """Versions that lose, win and win again, repeats, copies, twins, broken lines, blanks, in 25 files a tool."""
    for part in range(25):
        at = _START + timedelta(hours=rng.randrange(300))
        lines = [event(rng.randrange(25), confidence=rng.choice([0.1, 0.2, 0.3])) for _ in range(rng.randrange(12))]
        lines += rng.choices(["", "{broken", '{"id": 1}'], k=rng.randrange(3))
        write(inbox / TOOL / f"{part:02d}.jsonl", lines, at=at)
        rows = [_usage_row(rng) for _ in range(rng.randrange(12))]
        write(inbox / ASSISTANT / f"{part:02d}.ndjson", rows, at=at)
        if part % 5 == 0:
            write(inbox / TOOL / f"{part:02d}-twin.jsonl.gz", lines, at=at + timedelta(hours=rng.randrange(-50, 50)))
            write(inbox / ASSISTANT / f"{part:02d}-twin.ndjson", rows, at=at + timedelta(hours=rng.randrange(-50, 50)))


def _usage_row(rng: random.Random) -> str:
    extra = {} if rng.random() < 0.5 else {"report_end_day": f"2026-03-{rng.randrange(10, 14)}"}
    scope = rng.choice([{"organization_id": "1"}, {"enterprise_id": "9"}])
    return usage_day("annlee", f"2026-03-0{rng.randrange(1, 6)}", loc_added_sum=rng.randrange(3), **scope, **extra)


def _twin(workspace: Workspace, root: Path) -> Workspace:
    """The same inbox and key in another place."""
    other = make_workspace(root)
    other.vault.mkdir(exist_ok=True)
    if (workspace.vault / "key").exists():
        shutil.copy(workspace.vault / "key", other.vault / "key")
    shutil.copytree(workspace.inbox, other.inbox, dirs_exist_ok=True)
    return other


@pytest.mark.parametrize("seed", range(3))
def test_a_group_is_stored_and_counted_as_its_files_one_by_one(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    grouped = make_workspace(tmp_path / "grouped")
    with open_warehouse(grouped):
        pass  # makes the key
    _fill(grouped.inbox, rng)
    single = _twin(grouped, tmp_path / "single")
    for _ in range(2):
        with monkeypatch.context() as patch:
            _one_by_one(patch)
            load_everything(single)
        load_everything(grouped)
        assert query(grouped, _LEDGER) == query(single, _LEDGER)
        assert contents(grouped) == contents(single)
        for path in rng.sample(sorted(grouped.inbox.glob("*/*.*json*")), 10):
            _disturb(path, rng)
            shutil.copy2(path, single.inbox / path.relative_to(grouped.inbox))


def _disturb(path: Path, rng: random.Random) -> None:
    """Another broken line or none, and a later time."""
    if path.suffix != ".gz" and rng.random() < 0.5:
        path.write_bytes(path.read_bytes() + b"{more\n")
    touch(path, _START + timedelta(hours=400))


def test_small_files_share_a_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path)
    for number in range(30):
        write(workspace.inbox / TOOL / f"{number:02d}.jsonl", [event(number)])
    commits: list[int] = []
    commit = loader._Loader._commit

    def counted(self: loader._Loader, arrivals: Any) -> int:
        commits.append(commit(self, arrivals))
        return commits[-1]

    monkeypatch.setattr(loader._Loader, "_commit", counted)
    monkeypatch.setattr(loader, "_GROUP_RECORDS", 12)
    assert load_everything(workspace) == LoadReport(files=30, lines_read=30, loaded=30)
    assert commits == [12, 12, 6]
    assert query(workspace, "select count(*), sum(lines_loaded) from raw.load") == [(30, 30)]


def test_a_faulty_file_does_not_take_those_before_it_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace(tmp_path)
    for name in "abc":
        write(workspace.inbox / TOOL / f"{name}.jsonl", [event(ord(name)), "{broken"])
    check = loader._FileLoad.check

    def fails_for_b(self: loader._FileLoad, found: LoadReport, stored: int) -> None:
        check(self, found, stored + self.arrival.path.endswith("b.jsonl"))

    with monkeypatch.context() as patch:
        patch.setattr(loader._FileLoad, "check", fails_for_b)
        with pytest.raises(DataError, match=r"b\.jsonl.*books do not balance"):
            load_everything(workspace)
    assert query(workspace, "select path from raw.load") == [(f"inbox/{TOOL}/a.jsonl",)]
    assert load_everything(workspace).files == 2
    assert query(workspace, "select count(*) from raw.usage_event") == [(3,)]


def test_a_file_that_changes_while_its_group_is_read_is_read_as_it_became(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path)
    for name in "abc":
        write(workspace.inbox / TOOL / f"{name}.jsonl", [event(ord(name))], at=_START)
    run, done = loader._Group.run, []

    def is_disturbed(self: loader._Group) -> list[LoadReport]:
        reports = run(self)
        if not done:
            done.append(write(workspace.inbox / TOOL / "b.jsonl", [event(1), event(2)]))
        return reports

    monkeypatch.setattr(loader._Group, "run", is_disturbed)
    assert load_everything(workspace).loaded == 4
    assert query(workspace, "select count(*) from raw.usage_event") == [(4,)]


def test_a_record_keeps_the_time_of_its_first_file(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    folder = workspace.inbox / ASSISTANT
    first = "select prompts, first_file_at from raw.usage_aggregate"
    for day, prompts in ((5, 3), (9, 4), (7, 9)):
        row = usage_day("annlee", "2026-03-02", user_initiated_interaction_count=prompts)
        write(folder / f"{day}.ndjson", [row], at=datetime(2026, 3, day))
        load_everything(workspace)
    assert query(workspace, first) == [(4, datetime(2026, 3, 5))]
    row = usage_day("annlee", "2026-03-02", user_initiated_interaction_count=4)
    write(folder / "copy.ndjson", [row], at=datetime(2026, 3, 3))
    assert load_everything(workspace) == LoadReport(files=1, lines_read=1, duplicate=1)
    assert query(workspace, first) == [(4, datetime(2026, 3, 3))]


def test_records_of_a_warehouse_without_first_files_came_with_their_load(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    inbox = workspace.inbox / TOOL
    write(inbox / "a.jsonl", [event(1), event(2)], at=datetime(2026, 3, 5))
    load_everything(workspace)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("alter table raw.usage_event drop column first_file_at")
        connection.execute("comment on table raw.load is 'the schema of an earlier version'")
    write(inbox / "b.jsonl", [event(1, time="2026-04-01T00:00:00Z"), event(3)], at=datetime(2026, 4, 2))
    load_everything(workspace)
    rows = query(workspace, "select event_id, first_file_at from raw.usage_event order by 1")
    assert rows == [("e1", datetime(2026, 3, 5)), ("e2", None), ("e3", datetime(2026, 4, 2))]


def test_equal_broken_lines_of_one_group_are_kept_once(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    for name in "abc":
        write(workspace.inbox / TOOL / f"{name}.jsonl", ["{broken", "{broken", event(ord(name))])
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(registry())
        report = load_all(warehouse)
        warehouse.verify_ledger()
    assert (report.quarantined, report.duplicate) == (2, 4)
    assert query(workspace, "select lines_quarantined from raw.load order by load_id") == [(2,), (0,), (0,)]
