"""Every format is told from every other by the content of its files, and its field table is complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import pytest
from accounting import FIXTURES, read

from orchestration.sources import FORMATS, SourceFormat
from orchestration.sources.looking import look, recognise
from orchestration.sources.records import MEASURES, PersonRecord, Record

PICKERS = {"people", "training"}
"""Formats that pick one of the others by content."""

KEYED = {"otlp"}
"""Formats whose fields are lists of keys and values, so that the file's own keys do not name them."""

VALID = [(path.parent.parent.name, path) for path in sorted(FIXTURES.glob("*/valid/*"))]
NAMED = [pytest.param(name, path, id=f"{name}/{path.name}") for name, path in VALID]
OURS = {field.name for record in get_args(Record) for field in fields(record)} | set(MEASURES) | {"active_days"}


def test_every_format_has_a_valid_and_an_invalid_fixture() -> None:
    assert {name for name, _ in VALID} == set(FORMATS) - PICKERS
    assert {path.parent.parent.name for path in FIXTURES.glob("*/invalid/*")} == set(FORMATS) - PICKERS


@pytest.mark.parametrize(("name", "path"), NAMED)
def test_each_valid_file_is_recognised_as_its_own_format_and_no_other(name: str, path: Path) -> None:
    sight = look(path)
    knowing = [one.name for one in FORMATS.values() if one.recognise(sight) is not None]
    if not knowing and not read(name, path).records:
        return  # nothing in it tells anything
    assert knowing == [name]
    found = recognise(path)
    assert found is not None
    assert found[1], "the version or variant has a name"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_says_what_it_is_and_proves(name: str) -> None:
    known = FORMATS[name]
    assert known.title
    assert known.proves.endswith(".")
    assert name in PICKERS or (known.fields and known.recognise.__doc__)
    if known.dataset in ("events", "aggregates"):
        assert known.late_days is not None
        assert known.lateness.endswith(".")


@pytest.mark.parametrize("name", sorted(set(FORMATS) - PICKERS))
def test_a_field_becomes_something_that_exists_or_is_dropped_with_a_reason(name: str) -> None:
    for field in FORMATS[name].fields:
        assert field.becomes or field.note, f"{field.source} is dropped without a reason"
        for target in re.split(r", (?![^(]*\))", field.becomes) if field.becomes else ():
            column, _, namespace = target.partition(" (")
            assert column in OURS or column.startswith("attributes."), f"{field.source} becomes {target}"
            if column == "users":
                namespaces = re.split(", | or ", namespace.removesuffix(")"))
                assert set(namespaces) <= set(FORMATS[name].namespaces), f"{field.source} becomes {target}"


@pytest.mark.parametrize(("name", "path"), [one for one in NAMED if one.values[0] not in KEYED])
def test_no_field_of_a_valid_file_is_missing_in_the_table(name: str, path: Path) -> None:
    table, kept = _table(FORMATS[name]), _kept(name, path)
    unknown = [field for field in _fields(path, table) if not _is_told(field, table) and _last(field) not in kept]
    assert unknown == []


def _table(known: SourceFormat) -> list[str]:
    """The patterns of the table. A bare `*` says what becomes of fields that nobody foresaw: it excuses none here."""
    patterns = [pattern for field in known.fields for pattern in field.source.split(", ")]
    return [_plain(pattern) for pattern in patterns if pattern != "*"]


def _plain(name: str) -> str:
    """A field without case, spaces and punctuation, but for what cuts it into parts."""
    return re.sub(r"[^a-z0-9.*@:]", "", name.casefold())


def _is_told(field: str, table: list[str]) -> bool:
    return any(fnmatchcase(field, pattern) for pattern in table)


def _last(field: str) -> str:
    return _key(field.rpartition(".")[2])


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _kept(name: str, path: Path) -> set[str]:
    """Names under which the records keep what the format does not know."""
    found: set[str] = set()
    for record in read(name, path).records:
        found |= {_key(attribute) for attribute in record.attributes}
        if isinstance(record, PersonRecord):
            found |= {_key(alias.namespace) for alias in record.aliases}
    return found


def _fields(path: Path, table: list[str]) -> Iterator[str]:
    sight = look(path)
    yield from map(_plain, sight.header)
    yield from (_plain(f"{name}.{column}") for name, columns in sight.tables.items() for column in columns)
    for value in sight.values:
        yield from _paths(value, "", table)


def _paths(value: Any, prefix: str, table: list[str]) -> Iterator[str]:
    """The fields of records. A list of objects that the table does not name wraps records; an object whose parts the
    table names is looked into."""
    for record in value if isinstance(value, list) else [value]:
        for name, inner in record.items() if isinstance(record, Mapping) else ():
            field = _plain(f"{prefix}{name}")
            if _is_told(field, table):
                continue
            if any(pattern.startswith(f"{field}.") for pattern in table):
                yield from _paths(inner, f"{field}.", table)
            elif isinstance(inner, list) and all(isinstance(one, Mapping) for one in inner) and inner:
                yield from _paths(inner, prefix, table)
            elif inner is not None and inner != "":
                yield field
