"""Mapped files with bytes flipped, cut out and put in: nothing raises, no line is lost, a byte costs one record."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.sources.formats import SourceFormat
from tests.orchestration.sources.accounting import NOW, Outcome, physical_lines, sorted_out
from tests.orchestration.sources.declared import EVENTS, declared, line
from tests.orchestration.sources.test_mapping_forms import DATABASE, PAGES, database
from tests.orchestration.sources.test_mapping_reading import KIRO, KIRO_FILE

NASTY = [0, 0xFF, 0xC3, 0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x2C, 0x0A, 0x0D, 0x20, 0x78, 0x30]


def csv_bytes(_: Path) -> bytes:
    rows = [f"2026-03-{day:02d},d-0123456789.u{day},,CLI,{day},1.5,{day},0" for day in range(1, 25)]
    return (KIRO_FILE + "\n".join(rows) + "\n").encode()


def lines_bytes(_: Path) -> bytes:
    return "\n".join(line(number, note="x" * number, deep={"a": [1, {"b": 2}]}) for number in range(25)).encode()


def pages_bytes(_: Path) -> bytes:
    items: list[Any] = [{"item": {"key": f"k{n}", "date": "2026-03-02", "n": str(n)}} for n in range(25)]
    results = [{"items": [item]} for item in items]
    return json.dumps({"team": "red", "results": results}, indent=1).encode()


def database_bytes(folder: Path) -> bytes:
    return database(folder / "base.db").read_bytes()


def parquet_bytes(folder: Path) -> bytes:
    rows = {"id": [f"e{n}" for n in range(50)], "user": ["a@x.io"] * 50, "at": ["2026-03-02T09:00:00Z"] * 50}
    pq.write_table(pa.table(rows), folder / "base.parquet")
    return (folder / "base.parquet").read_bytes()


BASES = {
    "csv": (KIRO, csv_bytes),
    "ndjson": (EVENTS, lines_bytes),
    "json": (PAGES, pages_bytes),
    "sqlite": (DATABASE, database_bytes),
    "parquet": (EVENTS.replace("format: ndjson", "format: parquet"), parquet_bytes),
}
BY_LINE = ("csv", "ndjson")


def read(known: SourceFormat, folder: Path, data: bytes) -> Outcome:
    path = folder / "mutated"
    path.write_bytes(data)
    return sorted_out(known.parse(path, now=NOW))


def mutants(data: bytes, rng: random.Random) -> list[bytes]:
    start, width = rng.randrange(len(data)), rng.randrange(1, 60)
    flipped = bytearray(data)
    for _ in range(rng.randrange(2, 30)):
        flipped[rng.randrange(len(data))] = rng.randrange(256)
    return [
        data[:start],
        data[:start] + data[start + width :],
        data[:start] + rng.randbytes(width) + data[start:],
        bytes(flipped),
        gzip.compress(data)[: rng.randrange(20, 200)],
    ]


@pytest.mark.parametrize("name", BASES)
def test_no_mutation_raises_or_loses_a_line(name: str, tmp_path: Path) -> None:
    text, made = BASES[name]
    known, data, rng = declared(tmp_path, text), made(tmp_path), random.Random(name)
    for _ in range(60):
        for mutant in mutants(data, rng):
            found = read(known, tmp_path, mutant)
            if name in BY_LINE and not mutant.startswith(b"\x1f\x8b"):
                assert found.lines == physical_lines(mutant.removeprefix(b"\xef\xbb\xbf"))


@pytest.mark.parametrize("name", ["csv", "ndjson", "json"])
def test_one_bad_byte_costs_at_most_one_record(name: str, tmp_path: Path) -> None:
    text, made = BASES[name]
    known, data, rng = declared(tmp_path, text), made(tmp_path), random.Random(name)
    before = {repr(record.key) for record in read(known, tmp_path, data).records}
    first = data.index(b"\n") + 1 if name == "csv" else 0
    for _ in range(300):
        place = rng.randrange(first, len(data))
        if name == "csv" and data[place : place + 1] == b"\n":
            continue  # joins two rows: both have lost a byte
        mutated = bytearray(data)
        mutated[place] = rng.choice(NASTY)
        lost = before - {repr(record.key) for record in read(known, tmp_path, bytes(mutated)).records}
        assert len(lost) <= 1, (place, mutated[place], data[max(0, place - 20) : place + 20])
