"""The page of log formats, written from the registry of formats: `make docs` renews it, a test compares."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration.sources import FORMATS, Dataset, SourceFormat
from orchestration.sources.formats import Field

HEADING = """\
# Log formats

<!-- Written by `make docs` from the formats themselves; changes here are lost. -->

takeup tells a format by the content of a file, never by its name: `takeup inspect FILE` says which one it is, which
period and how many people it covers, what it can prove, and what to write into `config/tools.yml`. All formats are read
plain or gzipped, with or without a byte order mark. A line that cannot be read costs only itself and stands in the
quarantine with its reason; a field that is empty is unknown, never zero; times are UTC unless they say otherwise.

In the field tables, *becomes* is the column or measure of ours; `attributes.x` is a further field that rules may name;
`users (email)` names a person under that namespace. Fields that become nothing are dropped, with the reason beside.
"""

_PEOPLE = """\
Dropped into `inbox/people`; each file is told by its content. A roster whose columns have other names is read by what
`config/people.yml` says (`columns: {person_id: EmployeeNo, department: Cost Centre}`), else by the names that HR
systems usually give; a roster with a `person_id` column keeps its columns. Who is not on the roster (a disabled
account, a guest) is in no figure, but what they did is still known to be theirs. A manager is found by id, employee
number, login or address among the people of the same file; one whom two people could be is unknown."""

_SECTIONS: Sequence[tuple[str, str, tuple[Dataset, ...]]] = (
    ("Logs of tools", "Named by `format` under the `sources` of a tool.", ("events", "aggregates")),
    ("People", _PEOPLE, ("people",)),
    ("Training", "Dropped into `inbox/training`; each file is told by its content.", ("training",)),
    ("Other lists", "Each has its folder in the inbox.", ("absences", "outages", "work_items", "eligible")),
)
_COVERAGE = {
    "active_only": "active people only, so a non-user is one by the roster",
    "all_members": "every member, active or not",
    "licensed_only": "everybody with a licence, active or not",
    "unknown": "unknown: that somebody is missing means nothing",
}


def page() -> str:
    """The whole page in Markdown."""
    return HEADING + "".join(_section(*section) for section in _SECTIONS)


def _section(title: str, intro: str, datasets: tuple[Dataset, ...]) -> str:
    formats = [known for known in FORMATS.values() if known.dataset in datasets and known.fields]
    return f"\n## {title}\n\n{intro}\n" + "".join(map(_format, formats))


def _format(known: SourceFormat) -> str:
    is_log = known.dataset in ("events", "aggregates")
    facts = [
        f"- Name: `{known.name}`; files that end in {', '.join(f'`{ending}`' for ending in known.suffixes)}",
        f"- Told by: {_told_by(known)}",
        f"- Grain: {known.grain}" + (f"; lists {_COVERAGE[known.coverage]}" if is_log else ""),
        f"- Names people by: {', '.join(f'`{one}`' for one in known.namespaces) or 'nothing, it is about tools'}",
        f"- Evidence: {known.proves}",
    ]
    if is_log and known.late_days is not None:
        facts.append(f"- Lateness: `late_days: {known.late_days}`. {known.lateness}".rstrip())
    return f"\n### {known.title}\n\n" + "\n".join(facts) + f"\n\n{_table(known.fields)}"


def _told_by(known: SourceFormat) -> str:
    """The first sentence that the recogniser says of itself."""
    words = " ".join((known.recognise.__doc__ or "").split())
    return words if words.endswith(".") else f"{words}."


def _table(fields: Sequence[Field]) -> str:
    rows = [f"| {_code(field.source)} | {_code(field.becomes)} | {_escaped(field.note)} |" for field in fields]
    return "\n".join(["| field | becomes | note |", "|---|---|---|", *rows, ""])


def _code(names: str) -> str:
    """Each name as code; the namespaces in brackets belong to the name before them."""
    return ", ".join(f"`{_escaped(name)}`" for name in re.split(r", (?![^(]*\))", names) if name) or "dropped"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
