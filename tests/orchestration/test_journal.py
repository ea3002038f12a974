"""Files that only grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import journal
from orchestration.errors import DataError


def test_entries_come_back_with_who_and_when(tmp_path: Path) -> None:
    place = tmp_path / "decisions.jsonl"
    assert list(journal.entries(place)) == []
    journal.append(place, {"what": "first"})
    journal.append(place, {"what": "second"})
    found = list(journal.entries(place))
    assert [entry["what"] for entry in found] == ["first", "second"]
    assert all(entry["who"] and entry["at"].endswith("+00:00") for entry in found)


def test_a_line_changed_later_breaks_the_chain(tmp_path: Path) -> None:
    place = tmp_path / "decisions.jsonl"
    assert journal.is_intact(place)
    for what in ("first", "second", "third"):
        journal.append(place, {"what": what})
    assert journal.is_intact(place)
    place.write_text(place.read_text().replace("second", "another"))
    assert not journal.is_intact(place)


@pytest.mark.parametrize("line", ["[]", "{cut", ""])
def test_a_line_that_is_no_object_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    place = tmp_path / "decisions.jsonl"
    place.write_text(f'{{"what": "first"}}\n{line}\n')
    with pytest.raises(DataError, match=r"decisions\.jsonl:2: is not a whole entry - put the file back as it was"):
        list(journal.entries(place))
