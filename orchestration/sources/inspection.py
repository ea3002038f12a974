"""What one file holds when it is read as a format: counts and names of columns, never a value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from orchestration.sources.formats import SourceFormat
from orchestration.sources.identifiers import canonical
from orchestration.sources.records import (
    OPEN_END,
    OPEN_END_AT,
    AbsenceRecord,
    AggregateRecord,
    Blank,
    EligibleRecord,
    EventRecord,
    Identity,
    OutageRecord,
    PersonRecord,
    Record,
    Reject,
    TrainingRecord,
    VoidingRecord,
    WorkItemRecord,
)
from orchestration.sources.sight import Sight

_VALUE_LIKE = re.compile(r".*@.*|[\d.:-]+|[0-9a-f]{8}-?[0-9a-f-]{12,}", re.IGNORECASE)
"""A key of a JSON object that is no name of a field but somebody's or something's identifier."""
_KEYS_OF = 50


@dataclass(slots=True)
class Inspection:
    """The sums over one file. lines_read = lines_loadable + lines_rejected + lines_blank."""

    records: int = 0
    lines_loadable: int = 0
    lines_rejected: int = 0
    lines_blank: int = 0
    first: date | None = None
    """The first and the last day of which the records speak, UTC; None: they have no time."""
    last: date | None = None
    grains: Counter[str] = field(default_factory=Counter)
    """Records by grain; of logs of tools alone."""
    coverages: Counter[str] = field(default_factory=Counter)
    """Aggregates by what the absence of a row means: one format may list all members in one file, active ones in
    another."""
    inactive: int = 0
    """People of a roster who are not on it any more."""
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Rejected lines by (code, reason)."""
    attributes: Counter[str] = field(default_factory=Counter)
    """Records by attribute that they carry."""
    people: set[Identity] = field(default_factory=set)
    identities: dict[str, set[str]] = field(default_factory=dict)
    """Everybody by namespace: to be counted, not to be shown."""

    @property
    def lines_read(self) -> int:
        return self.lines_loadable + self.lines_rejected + self.lines_blank


def inspect(path: Path, known: SourceFormat) -> Inspection:
    """Reads the whole file as the format `known`. OSError when it cannot be read."""
    found = Inspection()
    for item in known.parse(path):
        if isinstance(item, Blank):
            found.lines_blank += item.lines
        elif isinstance(item, Reject):
            found.lines_rejected += item.lines
            found.reasons[item.code, item.reason] += item.lines
        else:
            found.lines_loadable += item.lines
            _add(found, item)
    return found


def _add(found: Inspection, record: Record) -> None:
    found.records += 1
    found.attributes.update(record.attributes.keys())
    for day in _days(record):
        found.first = day if found.first is None else min(found.first, day)
        found.last = day if found.last is None else max(found.last, day)
    if isinstance(record, EventRecord):
        found.grains["event"] += 1
    if isinstance(record, AggregateRecord):
        found.grains[record.grain] += 1
        found.coverages[record.coverage] += 1
    if isinstance(record, PersonRecord):
        found.inactive += not record.is_active
    users = [Identity(user.namespace, canonical(user.namespace, user.value)) for user in _users(record)]
    found.people.update(users[:1])
    for user in users:
        found.identities.setdefault(user.namespace, set()).add(user.value)


def _users(record: Record) -> tuple[Identity, ...]:
    """Who the record is about, the name that counts first."""
    if isinstance(record, PersonRecord):
        return (Identity("person_id", record.person_id), *record.aliases)
    if isinstance(record, AbsenceRecord):
        return (Identity("person_id", record.person_id),)
    return () if isinstance(record, OutageRecord | VoidingRecord) else record.users


def _days(record: Record) -> Iterator[date]:
    """The days that the record begins and ends on, as far as it says."""
    for moment in _moments(record):
        if moment is not None and moment not in (OPEN_END, OPEN_END_AT):
            yield moment.date() if isinstance(moment, datetime) else moment


def _moments(record: Record) -> Iterable[date | None]:
    found: Iterable[date | None] = ()
    match record:
        case EventRecord():
            found = (record.occurred_at,)
        case AggregateRecord():
            found = (record.period_start, record.period_end - timedelta(days=1))
        case AbsenceRecord() | EligibleRecord():
            found = (record.first_date, record.last_date)
        case OutageRecord():
            found = (record.starts_at, record.ends_at)
        case TrainingRecord():
            found = (record.completed_at,)
        case WorkItemRecord():
            found = (record.opened_at, record.closed_at)
    return found


def unforeseen(known: SourceFormat, attributes: Iterable[str]) -> list[str]:
    """Those of `attributes` that the format's field table does not name: columns of the file kept under their name."""
    targets = [target for field_ in known.fields for target in field_.becomes.split(", ")]
    named = [re.sub(r"<\w+>", "*", target.removeprefix("attributes.")) for target in targets if "attributes." in target]
    foreseen = [pattern for pattern in named if pattern != "*"]
    return sorted(name for name in attributes if not any(fnmatchcase(name, pattern) for pattern in foreseen))


def appearance(sight: Sight) -> tuple[str, list[str]]:
    """(what a file looks like, the names of its columns, keys or tables) when no format recognises it."""
    if sight.form == "csv":
        return ("CSV", list(sight.header)) if sight.header else ("CSV without a header row", [])
    if sight.form == "json":
        return "JSON", _keys(sight.values)
    if sight.form == "sqlite":
        return "a SQLite database", [f"{name} ({', '.join(columns)})" for name, columns in sight.tables.items()]
    if sight.form == "xml":
        return "XML", [sight.root]
    return {"parquet": "Parquet", "empty": "an empty file"}.get(sight.form, "nothing that is read"), []


def _keys(values: Iterable[Any]) -> list[str]:
    """The keys of the first objects, those in lists as `list[].key`; keys that identify somebody are left out."""
    found: dict[str, None] = {}
    for value in values:
        for name in _paths(value, "", 3):
            found.setdefault(name)
        if len(found) >= _KEYS_OF:
            break
    return list(found)[:_KEYS_OF]


def _paths(value: Any, prefix: str, depth: int) -> Iterator[str]:
    if isinstance(value, list):
        for one in value[:_KEYS_OF]:
            yield from _paths(one, f"{prefix}[]" if prefix else "", depth)
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            path = f"{prefix}.{name}" if prefix else name
            if _VALUE_LIKE.fullmatch(name):
                yield from _paths(inner, f"{prefix}.*" if prefix else "*", depth - 1)
            elif isinstance(inner, dict | list) and inner:
                yield from _nested(inner, path, depth - 1)
            else:
                yield path


def _nested(inner: Any, path: str, depth: int) -> Iterator[str]:
    below = list(_paths(inner, path, depth))
    yield from below or [path]
