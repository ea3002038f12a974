from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources.people import ROSTERS, pick

CSV = FIXTURES / "people-csv" / "valid" / "people_2026-03-01.csv"
SCIM = FIXTURES / "scim" / "valid" / "list.json"


@pytest.mark.parametrize("name", [one.name for one in ROSTERS])
def test_every_roster_is_picked_by_its_content(name: str, tmp_path: Path) -> None:
    for source in sorted((FIXTURES / name / "valid").iterdir()):
        path = tmp_path / "anything"
        path.write_bytes(source.read_bytes())
        assert pick(path).name == name
        assert read("people", path).records == read(name, source).records


def test_a_roster_is_read_by_what_it_holds_whatever_its_name(tmp_path: Path) -> None:
    for source, people in ((CSV, ["E1", "NA", "null"]), (SCIM, ["p-1", "p-2"])):
        for data in (source.read_bytes(), b"\xef\xbb\xbf" + source.read_bytes(), gzip.compress(source.read_bytes())):
            path = tmp_path / "roster.txt"
            path.write_bytes(data)
            assert [person.person_id for person in read("people", path).records] == people
