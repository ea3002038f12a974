"""Every line of every file meets exactly one fate, and the ledger says which."""

from __future__ import annotations

import gzip
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from warehouse_workspace import (
    ASSISTANT,
    TOOL,
    contents,
    event,
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


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


@pytest.fixture
def inbox(workspace: Workspace) -> Path:
    return workspace.inbox / TOOL


def test_every_fate_is_counted_once(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1), event(2), "", event(1), event(2, confidence=0.9), "{broken", event(3)])
    assert load_everything(workspace) == LoadReport(
        files=1, lines_read=7, loaded=3, duplicate=1, superseded=1, quarantined=1, blank=1
    )


def test_a_broken_line_costs_only_itself(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1), b"\xff\xfe\x00", event(2), '{"id": 1}', event(3)])
    report = load_everything(workspace)
    assert (report.loaded, report.quarantined) == (3, 2)


def test_two_equal_broken_lines_are_two_entries(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", ["{broken", event(1), "{broken"])
    assert load_everything(workspace).quarantined == 2
    assert query(workspace, "select line_no from raw.quarantine order by 1") == [(1,), (3,)]


def test_an_unchanged_file_is_not_read_again(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1)], at=datetime(2026, 5, 1))
    load_everything(workspace)
    before = contents(workspace)
    for _ in range(10):
        assert load_everything(workspace) == LoadReport()
    assert contents(workspace) == before


def test_a_touched_file_is_no_new_version(workspace: Workspace, inbox: Path) -> None:
    path = write(inbox / "a.jsonl", [event(1)], at=datetime(2026, 5, 1))
    load_everything(workspace)
    touch(path, datetime(2026, 5, 2))
    assert load_everything(workspace) == LoadReport()


@pytest.mark.parametrize("twin", ["renamed.jsonl", "twin.jsonl.gz"])
def test_a_copy_counts_all_its_lines_as_duplicates(workspace: Workspace, inbox: Path, twin: str) -> None:
    lines = [event(1), "{broken", "", event(2)]
    write(inbox / "a.jsonl", lines)
    load_everything(workspace)
    before = contents(workspace)
    write(inbox / twin, lines)
    assert load_everything(workspace) == LoadReport(files=1, lines_read=4, duplicate=4)
    assert query(workspace, "select status from raw.load order by load_id") == [("loaded",), ("duplicate_file",)]
    assert contents(workspace) == before


def test_an_appended_file_brings_only_what_was_appended(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1), "{broken", event(2)])
    load_everything(workspace)
    write(inbox / "a.jsonl", [event(1), "{broken", event(2), event(3)])
    assert load_everything(workspace) == LoadReport(files=1, lines_read=4, loaded=1, duplicate=3)


def test_records_that_vanish_from_a_rewritten_file_stay(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1), event(2)])
    load_everything(workspace)
    write(inbox / "a.jsonl", [event(2), event(3)])
    load_everything(workspace)
    assert query(workspace, "select event_id from raw.usage_event order by 1") == [("e1",), ("e2",), ("e3",)]


def test_a_line_that_is_restated_later_moves_in_the_books_of_its_own_file(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1), event(2)])
    load_everything(workspace)
    write(inbox / "b.jsonl", [event(2, time="2026-03-30T00:00:00Z")])
    assert load_everything(workspace) == LoadReport(files=1, lines_read=1, loaded=1)
    assert query(workspace, "select lines_loaded, lines_superseded from raw.load order by load_id") == [(1, 1), (1, 0)]


def test_half_a_last_line_is_settled_when_the_file_is_complete(workspace: Workspace, inbox: Path) -> None:
    whole = event(2)
    path = inbox / "a.jsonl"
    path.write_text(event(1) + "\n" + whole[:40])
    assert load_everything(workspace).quarantined == 1
    path.write_text(event(1) + "\n" + whole + "\n")
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.quarantine") == [(0,)]
    assert query(workspace, "select sum(lines_quarantined), sum(lines_superseded) from raw.load") == [(0, 1)]


def test_a_broken_line_of_a_file_that_was_overwritten_stays_in_quarantine(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", ["{broken", event(1)])
    load_everything(workspace)
    write(inbox / "a.jsonl", [event(2)])
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.quarantine") == [(1,)]


def test_a_truncated_gzip_delivers_what_is_readable_and_heals(workspace: Workspace, inbox: Path) -> None:
    rng = random.Random(5)
    lines = [event(number, note=f"{rng.random()}{rng.random()}") for number in range(3000)]
    whole = gzip.compress("\n".join(lines).encode())
    path = inbox / "a.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    report = load_everything(workspace)
    assert report.loaded > 100
    assert report.quarantined >= 1
    path.write_bytes(whole)
    load_everything(workspace)
    assert query(workspace, "select count(*) from raw.usage_event") == [(3000,)]
    assert query(workspace, "select count(*) from raw.quarantine") == [(0,)]


def test_an_empty_file_is_a_file_without_lines(workspace: Workspace, inbox: Path) -> None:
    (inbox / "a.jsonl").write_bytes(b"")
    assert load_everything(workspace) == LoadReport(files=1)


def test_unbalanced_books_are_an_error_and_nothing_is_kept(
    workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(inbox / "a.jsonl", [event(1), event(2)])
    load_everything(workspace)
    before = contents(workspace)
    write(inbox / "b.jsonl", [event(3), "{broken"])
    batches = loader._FileLoad.batches

    def loses_a_line(self: loader._FileLoad, items: Any):  # type: ignore[no-untyped-def]
        for records, _ in batches(self, items):
            yield records, []

    monkeypatch.setattr(loader._FileLoad, "batches", loses_a_line)
    with pytest.raises(DataError, match=r"b\.jsonl.*books do not balance"):
        load_everything(workspace)
    assert contents(workspace) == before


def test_the_ledger_is_checked_against_what_is_stored(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1), event(2)])
    load_everything(workspace)
    query(workspace, "delete from raw.usage_event where event_id = 'e1'")
    with open_warehouse(workspace) as warehouse, pytest.raises(DataError, match="books do not balance"):
        warehouse.verify_ledger()


def test_the_ledger_has_one_line_per_source(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.jsonl", [event(1)])
    write(inbox / "b.jsonl", [event(1), event(2)])
    write(workspace.inbox / "people/people_2026-01-01.csv", ["person_id,email", "p1,p1@corp.example"])
    load_everything(workspace)
    with open_warehouse(workspace) as warehouse:
        lines = {line.source_id: line.report for line in warehouse.ledger()}
        assert [line.source_id for line in warehouse.ledger(TOOL)] == [f"{TOOL}/human-decision"]
    assert lines[f"{TOOL}/human-decision"] == LoadReport(files=2, lines_read=3, loaded=2, duplicate=1)
    assert lines["people"] == LoadReport(files=1, lines_read=2, loaded=1, blank=1)


def test_an_aggregate_is_restated_by_the_newest_statement(workspace: Workspace) -> None:
    folder = workspace.inbox / ASSISTANT
    day = "2026-03-02"
    for name, prompts, end in (("a", 3, "2026-03-04"), ("b", 5, "2026-03-06"), ("c", 4, "2026-03-05")):
        row = usage_day("annlee", day, user_initiated_interaction_count=prompts, report_end_day=end)
        write(folder / f"{name}.ndjson", [row])
    load_everything(workspace)
    assert query(workspace, "select prompts from raw.usage_aggregate") == [(5,)]


def test_what_a_source_never_dated_is_dated_by_its_file(workspace: Workspace) -> None:
    folder = workspace.inbox / ASSISTANT
    old, new = (usage_day("annlee", "2026-03-02", user_initiated_interaction_count=count) for count in (3, 5))
    write(folder / "new.ndjson", [new], at=datetime(2026, 3, 7))
    load_everything(workspace)
    write(folder / "old.ndjson", [old], at=datetime(2026, 3, 5))
    load_everything(workspace)
    assert query(workspace, "select prompts, as_of from raw.usage_aggregate") == [(5, datetime(2026, 3, 7))]
    write(folder / "said-again.ndjson", [old], at=datetime(2026, 3, 9))
    load_everything(workspace)
    assert query(workspace, "select prompts, as_of from raw.usage_aggregate") == [(3, datetime(2026, 3, 9))]


def test_a_mistyped_ending_and_a_foreign_file_are_in_the_ledger(workspace: Workspace, inbox: Path) -> None:
    write(inbox / "a.xlsx", ["x"])
    write(inbox / "README.md", ["x"])
    write(inbox / "half.jsonl.part", [event(1)])
    for _ in range(2):
        load_everything(workspace)
    rows = query(workspace, "select path, status, lines_read from raw.load")
    assert rows == [(f"inbox/{TOOL}/a.xlsx", "refused", 0)]


def test_links_that_leave_the_workspace_are_refused_and_never_read(
    workspace: Workspace, inbox: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = write(tmp_path_factory.mktemp("outside") / "secret.jsonl", [event(1)])
    (inbox / "file.jsonl").symlink_to(outside)
    (inbox / "folder").symlink_to(outside.parent, target_is_directory=True)
    (inbox / "gone.jsonl").symlink_to(inbox / "nowhere.jsonl")
    write(inbox / "real.jsonl", [event(2)])
    (inbox / "inside.jsonl").symlink_to(inbox / "real.jsonl")
    load_everything(workspace)
    rows = query(workspace, "select path, status from raw.load order by path")
    assert [(path.rpartition("/")[2], status) for path, status in rows] == [
        ("file.jsonl", "refused"),
        ("folder", "refused"),
        ("gone.jsonl", "refused"),
        ("inside.jsonl", "loaded"),
        ("real.jsonl", "duplicate_file"),
    ]
    assert query(workspace, "select event_id from raw.usage_event") == [("e2",)]


@pytest.mark.parametrize("path", ["../elsewhere", "/etc", "inbox/../../x"])
def test_a_source_path_cannot_leave_the_workspace(workspace: Workspace, path: str) -> None:
    rows = registry()
    rows["tool_source"][0]["path"] = path
    with open_warehouse(workspace) as warehouse:
        warehouse.replace_registry(rows)
        with pytest.raises(DataError, match="leaves the workspace"):
            warehouse.load_tool(TOOL)


def test_a_refused_file_that_is_mended_leaves_no_trace_of_the_refusal(workspace: Workspace, inbox: Path) -> None:
    (inbox / "a.jsonl").symlink_to(inbox / "later.txt")
    load_everything(workspace)
    (inbox / "a.jsonl").unlink()
    write(inbox / "a.jsonl", [event(1)])
    load_everything(workspace)
    assert query(workspace, "select status from raw.load") == [("loaded",)]


def test_a_pipe_in_the_inbox_is_refused_without_waiting_for_it(workspace: Workspace, inbox: Path) -> None:
    import os

    os.mkfifo(inbox / "pipe.jsonl")
    load_everything(workspace)
    assert query(workspace, "select status from raw.load") == [("refused",)]


def test_two_sources_of_one_tool_may_share_a_folder(workspace: Workspace, inbox: Path) -> None:
    rows = registry()
    rows["tool_source"].append(
        rows["tool_source"][0] | {"source_id": f"{TOOL}/human-decision-2", "path": f"inbox/{TOOL}/second-*"}
    )
    rows["tool_source"][0]["path"] = f"inbox/{TOOL}/first*"
    write(inbox / "first.jsonl", [event(1)])
    write(inbox / "second-a.jsonl", [event(1)])
    with open_warehouse(workspace) as warehouse:
        warehouse.replace_registry(rows)
        assert warehouse.load_tool(TOOL).loaded == 2
    assert query(workspace, "select count(distinct (event_no, key_rest)) from raw.usage_event") == [(2,)]


def test_many_batches_count_like_one(workspace: Workspace, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    lines = [event(rng.randrange(300), confidence=rng.choice([0.1, 0.2])) for _ in range(1000)] + ["{broken"] * 9
    rng.shuffle(lines)
    write(inbox / "a.jsonl", lines)
    whole = load_everything(workspace)
    before = contents(workspace)
    for name, value in (("_BATCH_RECORDS", 7), ("_STAGE_ROWS", 20), ("_BATCH_REJECTS", 2)):
        monkeypatch.setattr(loader, name, value)
    pieces = load_everything(workspace, is_full=True)
    assert contents(workspace) == before
    assert (pieces.lines_read, pieces.loaded, pieces.quarantined) == (
        whole.lines_read,
        whole.loaded,
        whole.quarantined,
    )
