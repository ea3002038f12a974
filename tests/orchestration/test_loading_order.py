"""What is stored follows from what the files say, not from the order in which they came."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from warehouse_workspace import (
    ASSISTANT,
    TOOL,
    contents,
    event,
    load_everything,
    make_workspace,
    touch,
    usage_day,
    write,
)

from orchestration.workspace import Workspace
from tests.scale import stated

ORDERS = stated(50, 4)
RERUNS = 10
_START = datetime(2026, 4, 1)


def _files(folder: Path) -> list[tuple[str, Path]]:
    """(where in the inbox, file): events with repeats, restatements and broken lines, aggregates in several scopes."""
    rng = random.Random(11)
    lines = [event(rng.randrange(80), confidence=rng.choice([0.1, 0.2, 0.3])) for _ in range(240)]
    lines += [f'{{"broken": {number}' for number in range(12)]
    rng.shuffle(lines)
    files = [
        (TOOL, write(folder / f"events-{part}.jsonl", lines[part::6], at=_START + timedelta(days=part)))
        for part in range(6)
    ]
    files.append((TOOL, write(folder / "events-copy.jsonl", lines[2::6], at=_START + timedelta(days=20))))
    files.append((TOOL, write(folder / "events-twin.jsonl.gz", lines[3::6], at=_START + timedelta(days=21))))
    for part in range(5):
        rows = [_usage_row(rng) for _ in range(40)]
        files.append(
            (ASSISTANT, write(folder / f"usage-{part}.ndjson", rows, at=_START + timedelta(days=rng.randrange(9))))
        )
        if part == 1:
            copy = write(folder / "usage-said-again.ndjson", rows, at=_START + timedelta(days=5))
            files.append((ASSISTANT, copy))
    growing = [lines[40:60], lines[40:70], lines[40:80], lines[90:110]]  # appended to, and then written anew
    for version, said in enumerate(growing):
        at = _START + timedelta(days=version)
        files.append((TOOL, write(folder / f"v{version}" / "growing.jsonl", said, at=at)))
    files.append((TOOL, write(folder / "growing-renamed.jsonl", lines[90:110], at=_START + timedelta(days=3))))
    for day, people in (("2026-01-01", "abc"), ("2026-02-01", "abd"), ("2026-03-01", "bd")):
        rows = ["person_id,email,department", *(f"{name},{name}@corp.example,Sales {day[5:7]}" for name in people)]
        files.append(("people", write(folder / f"people_{day}.csv", rows, at=_START)))
    for part, end in enumerate(("2026-02-10", "2026-02-12")):
        rows = ["person_id,from,to,kind", f"a,2026-02-01,{end},leave", "b,2026-01-05,2026-01-05,sick"]
        files.append(("absences", write(folder / f"absences-{part}.csv", rows, at=_START + timedelta(days=part))))
    return files


def _usage_row(rng: random.Random) -> str:
    extra = {} if rng.random() < 0.5 else {"report_end_day": f"2026-03-{rng.randrange(10, 14)}"}
    login, day = rng.choice(["annlee", "bobray", "cy"]), f"2026-03-0{rng.randrange(1, 5)}"
    scope = rng.choice([{"organization_id": "1"}, {"organization_id": "2"}, {"enterprise_id": "9"}])
    return usage_day(login, day, user_initiated_interaction_count=rng.randrange(4), **scope, **extra)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, Path]], bytes, dict[str, str]]:
    """The files, the vault's key, and what a load of all files at once stores."""
    files = _files(tmp_path_factory.mktemp("delivered"))
    workspace = make_workspace(tmp_path_factory.mktemp("all"))
    _deliver(workspace, files)
    return files, (workspace.vault / "key").read_bytes(), contents(workspace)


@pytest.mark.reliability
@pytest.mark.parametrize("seed", range(ORDERS))
def test_any_order_of_arrival_stores_the_same(
    seed: int, delivered: tuple[list[tuple[str, Path]], bytes, dict[str, str]], tmp_path: Path
) -> None:
    files, key, expected = delivered
    workspace = make_workspace(tmp_path)
    workspace.vault.mkdir()
    (workspace.vault / "key").write_bytes(key)
    rng = random.Random(seed)
    waiting = rng.sample(files, len(files))
    while waiting:
        size = rng.randrange(1, 6)
        arriving, waiting = waiting[:size], waiting[size:]
        _deliver(workspace, arriving)
    assert contents(workspace) == expected


@pytest.mark.reliability
def test_ten_runs_more_change_nothing(
    delivered: tuple[list[tuple[str, Path]], bytes, dict[str, str]], tmp_path: Path
) -> None:
    """Neither when files lie still, nor when they are touched, moved or packed between the runs."""
    files, key, expected = delivered
    workspace = make_workspace(tmp_path)
    workspace.vault.mkdir()
    (workspace.vault / "key").write_bytes(key)
    _deliver(workspace, files)
    for number in range(RERUNS):
        moved = workspace.inbox / TOOL / f"events-{number // 3}.jsonl"
        if number % 3 == 1:
            touch(moved, _START + timedelta(days=number // 3))
        elif number % 3 == 2:
            moved.rename(moved.with_name(f"moved-{number}.jsonl"))
        load_everything(workspace)
        assert contents(workspace) == expected


def _deliver(workspace: Workspace, files: list[tuple[str, Path]]) -> None:
    """Copy files into the inbox and load them; a file that is there already is loaded before it is overwritten."""
    for folder, path in files:
        place = workspace.inbox / folder / path.name
        if place.exists():
            load_everything(workspace)
        shutil.copy2(path, place)
    load_everything(workspace)


def test_splitting_a_file_changes_nothing_that_is_stored(tmp_path: Path) -> None:
    rng = random.Random(3)
    lines = [event(rng.randrange(50), confidence=rng.choice([0.1, 0.2])) for _ in range(200)]
    whole = make_workspace(tmp_path / "whole")
    write(whole.inbox / TOOL / "a.jsonl", lines, at=_START)
    load_everything(whole)
    split = make_workspace(tmp_path / "split")
    split.vault.mkdir()
    shutil.copy(whole.vault / "key", split.vault / "key")
    for part in range(7):
        write(split.inbox / TOOL / f"z{part}.jsonl.gz", lines[part::7], at=_START)
    load_everything(split)
    assert contents(split) == contents(whole)


def test_a_full_reload_stores_the_same(
    delivered: tuple[list[tuple[str, Path]], bytes, dict[str, str]], tmp_path: Path
) -> None:
    files, key, _ = delivered
    workspace = make_workspace(tmp_path)
    workspace.vault.mkdir()
    (workspace.vault / "key").write_bytes(key)
    for folder, path in reversed(files):
        if path.name != "growing.jsonl":  # of which the inbox keeps the last version alone
            _deliver(workspace, [(folder, path)])
    expected = contents(workspace)
    for _ in range(2):
        load_everything(workspace, is_full=True)
        assert contents(workspace) == expected
