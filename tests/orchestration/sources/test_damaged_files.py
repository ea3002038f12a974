"""Damaged files of every format through the whole load: each line meets one fate, and the ledger knows each file.

The parsers are put to it in test_mutations.py; here it is whatever path a file takes into the warehouse.
"""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import pytest
from accounting import read
from test_mutations import BASES, DAMAGES, base

from orchestration.sources import FORMATS
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
from tests.orchestration.warehouse_workspace import NOW, make_workspace, query, registry
from tests.scale import stated

pytestmark = pytest.mark.reliability
FILES = stated(10_000, 264)
AT_ONCE = 132
_FOLDERS = {"people": "people", "training": "training", "absences": "absences", "outages": "outages"}
_FOLDERS |= {"work_items": "work_items", "eligible": "eligible"}
_UNIFIED = {"people": "people", "training": "training"}
"""What a company folder is read as: rosters of every kind through one format that recognises them."""


def folder_of(name: str) -> str:
    return _FOLDERS.get(FORMATS[name].dataset, name)


def read_as(name: str) -> str:
    return _UNIFIED.get(FORMATS[name].dataset, name)


def a_tool_of_each_format() -> dict[str, list[dict[str, Any]]]:
    rows = registry()
    names = [name for name in BASES if FORMATS[name].dataset in ("events", "aggregates")]
    tool, source = rows["tool"][0], rows["tool_source"][0]
    one_each = [source | {"source_id": f"{name}/{name}", "tool_id": name, "path": f"inbox/{name}"} for name in names]
    return {
        "tool": [tool | {"tool_id": name, "position": place} for place, name in enumerate([*names, "doc-extract"])],
        "tool_source": [one | {"format": one["tool_id"]} for one in one_each],
    }


def damaged(name: str, number: int) -> tuple[str, bytes]:
    """(ending, content): damage of one kind or another; some files are packed, and some of those cut off."""
    rng = random.Random(f"{name}{number}")
    content = rng.choice(DAMAGES)(base(name), rng)
    if rng.random() < 0.1:
        content = rng.choice([b"\xef\xbb\xbf", b"", b"x" * 1_200_000 + b"\n", b"\n\n\x00\n"]) + content
    if rng.random() < 0.15:
        content = gzip.compress(content, mtime=0)
        if rng.random() < 0.5:
            content = content[: rng.randrange(2, len(content))]
        return ".gz", content
    return "", content


def load(workspace: Workspace, rows: dict[str, list[dict[str, Any]]]) -> None:
    with open_warehouse(workspace, now=NOW) as warehouse:
        warehouse.replace_registry(rows)
        total = warehouse.load_people()
        for tool in rows["tool"][:-1]:
            total += warehouse.load_tool(tool["tool_id"])
        assert total.is_balanced
        warehouse.verify_ledger()


def test_every_line_of_every_damaged_file_meets_one_fate(tmp_path: Path) -> None:
    workspace, rows, names = make_workspace(tmp_path), a_tool_of_each_format(), sorted(BASES)
    waiting: dict[str, int] = {}
    for number in range(FILES):
        name = names[number % len(names)]
        ending, content = damaged(name, number)
        stem, dot, suffix = BASES[name].partition(".")
        path = workspace.inbox / folder_of(name) / f"{stem}_{number}_2026-03-09{dot}{suffix}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        waiting[str(path.relative_to(workspace.root))] = read(read_as(name), path).lines
        if len(waiting) == AT_ONCE or number == FILES - 1:
            load(workspace, rows)
            check(workspace, waiting)
            waiting = {}


def check(workspace: Workspace, expected: dict[str, int]) -> None:
    """Each file stands in the ledger once, with as many lines as its parser counts, all of which have a fate."""
    found = query(
        workspace,
        "select path, status, lines_read, lines_loaded + lines_duplicate + lines_superseded + lines_quarantined "
        "+ lines_blank from raw.load",
    )
    by_path = {path: (status, lines, fates) for path, status, lines, fates in found}
    assert len(by_path) == len(found)
    for path, lines in expected.items():
        status, read_lines, fates = by_path[path]
        assert status in ("loaded", "duplicate_file"), path
        assert read_lines == lines == fates, path
