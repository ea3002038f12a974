"""The log of reads."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards import audit
from dashboards.audit import Read


def _read(number: int = 1) -> Read:
    return Read("ada", f"list {number}", "an audit", 10 * number, "p-1")


def test_a_read_says_who_what_why_and_how_many(tmp_path):
    audit.record(tmp_path, _read())
    entry = json.loads((tmp_path / audit.FILE).read_text())
    assert (entry["who"], entry["what"], entry["why"], entry["rows"]) == ("ada", "list 1", "an audit", 10)
    assert audit.verify(tmp_path) == audit.Chain(1, None)


def test_reads_at_the_same_time_make_one_unbroken_chain(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: audit.record(tmp_path, _read(number)), range(60)))
    assert audit.verify(tmp_path) == audit.Chain(60, None)


@pytest.mark.parametrize("change", ["alter", "drop", "swap"])
def test_a_line_changed_dropped_or_moved_breaks_the_chain(tmp_path, change):
    for number in range(5):
        audit.record(tmp_path, _read(number))
    path = tmp_path / audit.FILE
    lines = path.read_text().splitlines()
    if change == "alter":
        lines[2] = lines[2].replace('"rows": 20', '"rows": 2')
    elif change == "drop":
        del lines[2]
    else:
        lines[2], lines[3] = lines[3], lines[2]
    path.write_text("\n".join(lines) + "\n")
    assert audit.verify(tmp_path).broken_at == 3


def test_a_half_written_line_stays_visible_as_a_break_and_the_log_goes_on(tmp_path):
    audit.record(tmp_path, _read(1))
    with (tmp_path / audit.FILE).open("a") as file:
        file.write('{"at": "2026-\n')
    audit.record(tmp_path, _read(2))
    assert audit.verify(tmp_path) == audit.Chain(3, 2, "is not a whole entry")


def test_nobody_else_can_read_the_log(tmp_path):
    audit.record(tmp_path, _read())
    assert (tmp_path / audit.FILE).stat().st_mode & 0o077 == 0


def test_a_workspace_without_a_read_has_an_empty_unbroken_log(tmp_path):
    assert audit.verify(tmp_path) == audit.Chain(0, None)
