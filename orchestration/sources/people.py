"""`people`: a roster in any format that is read, picked by what the file holds, not by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from orchestration.sources import people_csv, workday
from orchestration.sources.bamboohr import BAMBOOHR
from orchestration.sources.entra import ENTRA
from orchestration.sources.formats import SourceFormat
from orchestration.sources.looking import look, recognised
from orchestration.sources.okta import OKTA
from orchestration.sources.people_csv import PEOPLE_CSV
from orchestration.sources.records import Parsed
from orchestration.sources.roster_columns import NOTHING
from orchestration.sources.scim import SCIM
from orchestration.sources.workday import WORKDAY

ROSTERS = (SCIM, ENTRA, OKTA, BAMBOOHR, WORKDAY, PEOPLE_CSV)
_WITH_COLUMNS = {PEOPLE_CSV.name: people_csv.parse, WORKDAY.name: workday.parse}
"""Formats whose columns a company names itself."""


def pick(path: Path) -> SourceFormat:
    """The roster format that knows the file; of one that none knows, SCIM when it begins like JSON, else CSV."""
    sight = look(path)
    found = recognised(sight, ROSTERS)
    if found is not None:
        return found[0]
    return SCIM if sight.form == "json" else PEOPLE_CSV


def parse(path: Path, *, now: datetime | None = None, columns: Mapping[str, str] = NOTHING) -> Iterator[Parsed]:
    """The people of one file. `columns`: our name of a column -> its name in the company's files."""
    picked = pick(path)
    if picked.name in _WITH_COLUMNS:
        return _WITH_COLUMNS[picked.name](path, now=now, columns=columns)
    return picked.parse(path, now=now)


def with_columns(columns: Mapping[str, str]) -> SourceFormat:
    """The format that reads rosters whose columns are named as config/people.yml says."""
    return replace(PEOPLE, parse=partial(parse, columns=dict(columns))) if columns else PEOPLE


PEOPLE = SourceFormat(
    name="people",
    dataset="people",
    grain="snapshot",
    namespaces=tuple(dict.fromkeys(name for one in ROSTERS for name in one.namespaces)),
    coverage="all_members",
    can_prove=False,
    parse=parse,
    title="Roster in any format",
    proves="It says who is there, so that people without any record can be non-users; it proves no use.",
    suffixes=tuple(dict.fromkeys(ending for one in (PEOPLE_CSV, *ROSTERS) for ending in one.suffixes)),
)
