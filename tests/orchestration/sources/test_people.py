from __future__ import annotations

import gzip
from pathlib import Path

from accounting import FIXTURES, read

CSV = FIXTURES / "people-csv" / "valid" / "people_2026-03-01.csv"
SCIM = FIXTURES / "scim" / "valid" / "list.json"


def test_a_roster_is_read_by_what_it_holds_whatever_its_name(tmp_path: Path) -> None:
    for source, people in ((CSV, ["E1", "NA", "null"]), (SCIM, ["p-1", "p-2"])):
        for data in (source.read_bytes(), b"\xef\xbb\xbf" + source.read_bytes(), gzip.compress(source.read_bytes())):
            path = tmp_path / "roster.txt"
            path.write_bytes(data)
            assert [person.person_id for person in read("people", path).records] == people
