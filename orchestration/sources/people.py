"""`people`: a roster in any format that is read, picked by what the file holds, not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.byte_source import begins_as_json
from orchestration.sources.formats import SourceFormat
from orchestration.sources.people_csv import PEOPLE_CSV
from orchestration.sources.records import Parsed
from orchestration.sources.scim import SCIM


def pick(path: Path) -> SourceFormat:
    """SCIM when the file begins like JSON, else CSV."""
    return SCIM if begins_as_json(path) else PEOPLE_CSV


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The people of one file."""
    return pick(path).parse(path, now=now)


PEOPLE = SourceFormat(
    name="people",
    dataset="people",
    grain="snapshot",
    namespaces=tuple(dict.fromkeys(PEOPLE_CSV.namespaces + SCIM.namespaces)),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    title="Roster in any format",
    proves="It says who is there, so that people without any record can be non-users; it proves no use.",
    suffixes=PEOPLE_CSV.suffixes + SCIM.suffixes,
)
