"""A look at a file shows its form and its beginning, whatever it holds."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources import looking
from orchestration.sources.looking import look
from orchestration.sources.sight import Sight


def seen(tmp_path: Path, data: bytes | str, name: str = "file") -> Sight:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return look(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_shows_its_names_as_written_and_its_first_rows(tmp_path: Path, delimiter: str) -> None:
    text = '\ufeff"User Login",Day\r\nann,2026-03-02\r\n,2026-03-03\r\n'.replace(",", delimiter)
    sight = seen(tmp_path, text)
    assert (sight.form, sight.header) == ("csv", ("User Login", "Day"))
    assert sight.rows == ({"User Login": "ann", "Day": "2026-03-02"}, {"User Login": None, "Day": "2026-03-03"})


def test_a_csv_without_a_header_shows_no_row_as_names(tmp_path: Path) -> None:
    assert seen(tmp_path, "ann@example.com,12,2026-03-02\nbob@example.com,13,2026-03-02\n") == Sight("file", "csv")


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}\n\n{"a": 2}\n',
        '{"a": 1}{"a": 2}',
        '{\n  "a": 1\n}\n{\n  "a": 2\n}\n',
        '{"a": 1}\nbroken\n{"a": 2}\n',
    ],
)
def test_json_values_are_seen_however_they_are_written(tmp_path: Path, text: str) -> None:
    assert seen(tmp_path, text) == Sight("file", "json", values=({"a": 1}, {"a": 2}))


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, {"a": 2}]', '[\n{"a": 1},\n{"a": 2}\n]\n', '{"rows": [{"a": 1}, {"a": 2}]}']
)
def test_records_are_seen_in_lists_and_wrappers(tmp_path: Path, text: str) -> None:
    assert list(seen(tmp_path, text).records("rows")) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ending", [b"gz", b""])
def test_of_a_document_longer_than_what_is_read_the_first_records_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indent: int | None, ending: bytes
) -> None:
    monkeypatch.setattr(looking, "SEEN", 2_000)
    rows = [{"n": n, "tags": ["x", "y"], "of": {"a": n}} for n in range(500)]
    data = json.dumps({"schemas": ["s", "t"], "rows": rows, "more": []}, indent=indent).encode()
    (value,) = seen(tmp_path, gzip.compress(data) if ending else data, "report.json.gz" if ending else "file").values
    assert value["schemas"] == ["s", "t"]
    assert len(value["rows"]) > 5
    assert value["rows"] == rows[: len(value["rows"])]


def test_of_a_broken_document_what_comes_before_is_seen(tmp_path: Path) -> None:
    sight = seen(tmp_path, '{"rows": [{"a": 1}, {"a": 2}, {"a": oops}, {"a": 4}]}')
    assert list(sight.records("rows")) == [{"a": 1}, {"a": 2}]


def test_a_row_cut_by_the_end_of_what_is_read_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SEEN", 25)
    assert seen(tmp_path, "name,day\nann,2026-03-02\nbob,2026-03-03\n").rows == ({"name": "ann", "day": "2026-03-02"},)


def test_the_tables_of_a_database_are_seen_and_it_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "web ui?.db"
    with sqlite3.connect(path) as database:
        database.execute('create table chat (id text, "user id" text)')
        database.execute("create view seen as select * from chat")
    database.close()
    before = path.read_bytes()
    assert look(path) == Sight("web ui?.db", "sqlite", tables={"chat": ("id", "user id")})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_root_of_xml_is_seen_and_no_entity_is_expanded(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE log [<!ENTITY a "b"> <!ENTITY c "&a;&a;">]>\n<x:log y="&c;"/>'
    )
    assert seen(tmp_path, text) == Sight("file", "xml", root="log")


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\n", "empty"),
        (b"PAR1\x15\x04", "parquet"),
        (b"\x1f\x8b\x08 no gzip", "empty"),
        (b"SQLite format 3\0 and nothing more", "sqlite"),
        (b"\0\1\2\3\4", "unknown"),
        (b'{"a":' * 100_000, "unknown"),
        (b"[" * 500_000, "unknown"),
        (b"{oops", "unknown"),
        (b"< 5", "unknown"),
    ],
)
def test_odd_files_have_a_form_too(tmp_path: Path, data: bytes, form: str) -> None:
    assert seen(tmp_path, data).form == form


def test_a_file_in_utf_16_can_still_be_told(tmp_path: Path) -> None:
    assert seen(tmp_path, "name\tday\nann\t2026-03-02\n".encode("utf-16")).header == ("name", "day")


def test_no_mutated_file_raises(tmp_path: Path) -> None:
    rng = random.Random(7)
    bases: list[Any] = [
        b'{"rows": [{"a": "\\u00e9", "b": [1, {}]}]}\n' * 3,
        b'a,"b ""c"""\n1,"x\ny"\n',
        b"<?xml?><!DOCTYPE a [<b>]><a/>",
    ]
    bases += [gzip.compress(bases[0]), b"SQLite format 3\0" + bytes(100)]
    for _ in range(2_000):
        data = bytearray(rng.choice(bases))
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        assert seen(tmp_path, bytes(data)).form
