"""Large CSV and Parquet files of mappings: whole columns and the parser say the same of every line."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.loading.bulk import pieces, reading, tables
from orchestration.loading.datasets import DATASETS
from orchestration.registry.mappings import format_of_text
from tests.orchestration.both_paths import Told, both

_EVENTS = DATASETS["events"]
_LEAST_PROVEN = 0.9
_MAPPINGS = {
    "wide": """
version: 1
source: desk
read: {format: FORMAT NULLS}
grain: {kind: event}
identity: {namespace: auto, field: Clerk}
time: at
fields:
  event_name: {field: kind, map: {OK: accepted, CHANGED: edited}}
  event_id: id
  item_id: claim
  session_id: session
  confidence: score
  dwell_ms: {field: open_for, as: seconds}
  decision: {field: verdict, map: {'yes': accepted, 'no': rejected}, otherwise: reject}
  input_tokens: tokens
  predicted_value: suggested
  is_user_initiated: own
  band: {field: risk, map: {A: high}}
constants: {currency: EUR, team: claims}
drop: [comment]
""",
    "narrow": """
version: 1
source: desk
read: {format: FORMAT NULLS}
grain: {kind: event}
identity:
- {namespace: badge_no, field: clerk, lower: true, fallback: [{namespace: email, field: comment}], required: false}
time: {field: [at, other], assume_tz: Europe/Berlin}
fields:
  event_name: {const: decide}
  event_id: [id, claim]
  actor_type: kind
  cost: score
  seq: tokens
unknown_columns: drop
""",
}
_COLUMNS = (
    "id", "kind", "Clerk", "at", "claim", "session", "score", "open_for", "verdict", "tokens", "suggested", "own",
    "risk", "comment", "note", "amount",
)  # fmt: skip


def _row(number: int, rng: random.Random) -> list[str]:
    """The cells of an ordinary row."""
    clerk = f"p{rng.randrange(9)}@corp.example" if rng.random() < 0.7 else f"emp-{rng.randrange(9):05d}"
    return [
        f"e{number}", rng.choice(["OK", "changed", "shown"]), clerk,
        f"2026-03-{1 + number % 28:02d}T09:00:{number % 60:02d}.{number % 1000:03d}Z", f"claim-{number // 3}",
        f"s{number // 9}", rng.choice(["0.25", "1", "0.875", "12.5"]), str(rng.randrange(90)),
        rng.choice(["yes", "NO", ""]), str(rng.randrange(500)), rng.choice(["approve", "dény", ""]),
        rng.choice(["true", "false", ""]), rng.choice("ABC"), "said", rng.choice(["x", "", "äöü"]),
        str(rng.randrange(1000)),
    ]  # fmt: skip


_ODD = (
    "", " ", "x", " x ", "NA", "null", "n/a", "0", "-0", "-1", "1,5", "0,5", "1e5", "1_000", "007", "inf",
    "nan", "0x10", "99999999999999999999", "5.0", "0.1", "true", "YES", "f", "see emp-00003 there", "emp-00003",
    "ann@corp.example",
    "2026-03-02", "2026-03-02 09:30", "2026-03-02T09:30:00+02:00", "2026-02-30T09:30:00Z", "2024-02-29T09:30:00Z",
    "2026-03-29T02:30:00", "2999-12-31T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T09:30:00.1234567Z",
    "2026-03-02T09:30:00z", "a\\b", "a/b", "\u00a0x\u2003", "\u2028", "\x1f", "\x7f", "é", "e\u0301", "service",
    "human", "HUMAN", "a" * 300, "+5", "5.", ".5", "١٢", "\ufeff", "ſ", "İ", "&<>",
)  # fmt: skip


def _odd_cell(cells: list[str], rng: random.Random) -> bytes:
    cells = [*cells]
    cells[rng.randrange(len(cells))] = rng.choice(_ODD)
    return ",".join(cells).encode()


def _quoted_cell(cells: list[str], rng: random.Random) -> bytes:
    place = rng.randrange(len(cells))
    inside = rng.choice(["a,b", 'a""b', "a\nb", "a\r\nb", "", "a", cells[place]])
    return ",".join([*cells[:place], f'"{inside}"', *cells[place + 1 :]]).encode()


def _stray_quote(cells: list[str], rng: random.Random) -> bytes:
    line = ",".join(cells)
    place = rng.choice([0, len(line), rng.randrange(len(line)), line.index(",") + 1])
    return (line[:place] + '"' + line[place:]).encode()


def _odd_byte(cells: list[str], rng: random.Random) -> bytes:
    line = ",".join(cells).encode()
    place = rng.randrange(len(line))
    byte = rng.choice([b"", b"\x00", b"\xff", b"\t", b"\r", b"@", b",", b";", b"\\", b" ", b"\xc2", b"\xc2\xa0"])
    return line[:place] + byte + line[place + rng.randrange(2) :]


def _other_width(cells: list[str], rng: random.Random) -> bytes:
    return ",".join(rng.choice([cells[:-1], [*cells, "more"], [*cells, ""], [*cells, " "], cells[:3]])).encode()


def _nothing(cells: list[str], rng: random.Random) -> bytes:
    return rng.choice([b"", b"  ", b"," * (len(cells) - 1), b", " * (len(cells) - 1), b"\r", b" " * 80])


_MUTATIONS: tuple[Callable[[list[str], random.Random], bytes], ...] = (
    _odd_cell, _odd_cell, _quoted_cell, _stray_quote, _odd_byte, _other_width, _nothing,
)  # fmt: skip


def _csv(seed: int, share: float, lines: int = 120) -> bytes:
    rng = random.Random(seed)
    end = rng.choice([b"\n", b"\n", b"\r\n"])
    made = [rng.choice([b"", b" "])] if rng.random() < 0.1 else []
    made.append(",".join(_COLUMNS).encode())
    for number in range(lines):
        cells = _row(number if rng.random() < 0.9 else rng.randrange(lines), rng)
        made.append(rng.choice(_MUTATIONS)(cells, rng) if rng.random() < share else ",".join(cells).encode())
    return rng.choice([b"", b"\xef\xbb\xbf"]) + end.join(made) + rng.choice([b"", end])


_TIMES = [("us", None), ("ms", None), ("us", "UTC"), ("ns", None), ("us", "Europe/Berlin")]


def _typed(name: str, rng: random.Random) -> tuple[pa.DataType, Callable[[str, random.Random], Any]]:
    """A type for a column and how a cell becomes a value of it."""
    if name == "at":
        kinds: list[tuple[Any, Any]] = [
            ("us", None),
            ("ms", None),
            ("us", "UTC"),
            ("ns", None),
            ("us", "Europe/Berlin"),
        ]
        unit, zone = rng.choice(kinds)
        return pa.timestamp(
            unit, zone
        ), lambda cell, own: datetime(2026, 3, 2) + timedelta(seconds=own.randrange(10**6))
    if name in ("score", "open_for", "amount"):
        kind = cast(pa.DataType, rng.choice([pa.float64(), pa.float32(), pa.int64(), pa.uint8()]))
        odd = [0.0, -0.0, 0.1, float("nan"), float("inf"), 1e22] if pa.types.is_floating(kind) else [0, 7, 255]
        return kind, lambda cell, own: own.choice([*odd, 1, None])
    if name == "own":
        return pa.bool_(), lambda cell, own: own.choice([True, False, None])
    return rng.choice([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]), lambda cell, own: cell


def _parquet(path: Path, seed: int, share: float, lines: int = 120) -> None:
    rng = random.Random(seed)
    rows = [_row(number, rng) for number in range(lines)]
    for row in rows:
        if rng.random() < share:
            row[rng.randrange(len(row))] = rng.choice([*_ODD, 'a"b', "a\nb", "\x00"])
    columns = {}
    for place, name in enumerate(_COLUMNS):
        kind, value = _typed(name, rng) if rng.random() < 0.8 else (pa.string(), lambda cell, _: cell)
        columns[name] = pa.array([value(row[place], rng) if rng.random() < 0.95 else None for row in rows], kind)
    pq.write_table(pa.table(columns), path, row_group_size=rng.choice([30, 1_000]))


def _both(path: Path, mapping: str) -> tuple[Told, Told]:
    form = "parquet" if path.suffix == ".parquet" else "csv"
    nulls = ", csv_null: [n/a]" if form == "csv" else ""
    source_format = format_of_text(_MAPPINGS[mapping].replace("FORMAT", form).replace("NULLS", nulls))
    assert reading.is_fit(path, source_format, 1)
    return both(path, source_format)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LEAST_BYTES", 0)


_SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("mapping", sorted(_MAPPINGS))
@_SETTINGS
@given(seed=st.integers(0, 1 << 32), share=st.sampled_from([0.05, 0.3, 0.6]), size=st.sampled_from([3_000, 1 << 20]))
def test_whatever_stands_in_a_csv_both_paths_say_the_same(
    tmp_path: Path, mapping: str, seed: int, share: float, size: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(_csv(seed, share))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", size)
        try:
            slow, fast = _both(path, mapping)
        except pieces.UnfitError:
            return  # a line longer than a piece
    assert fast.everything == slow.everything


@pytest.mark.parametrize("mapping", sorted(_MAPPINGS))
@_SETTINGS
@given(seed=st.integers(0, 1 << 32), share=st.sampled_from([0.05, 0.3, 0.6]))
def test_whatever_stands_in_a_parquet_file_both_paths_say_the_same(
    tmp_path: Path, mapping: str, seed: int, share: float
) -> None:
    path = tmp_path / "a.parquet"
    _parquet(path, seed, share)
    slow, fast = _both(path, mapping)
    assert fast.everything == slow.everything


@pytest.mark.parametrize("mapping", sorted(_MAPPINGS))
def test_an_ordinary_file_is_read_in_whole_columns(tmp_path: Path, mapping: str) -> None:
    for seed in range(3):
        path = tmp_path / "a.csv"
        path.write_bytes(_csv(seed, 0))
        slow, fast = _both(path, mapping)
        assert fast.everything == slow.everything
        assert fast.proven >= len(slow.rows) * _LEAST_PROVEN


def test_an_ordinary_parquet_file_is_read_in_whole_columns(tmp_path: Path) -> None:
    rng = random.Random(1)
    rows = [_row(number, rng) for number in range(200)]
    columns: dict[str, Any] = {name: pa.array([row[place] for row in rows]) for place, name in enumerate(_COLUMNS)}
    columns["at"] = pa.array([datetime.fromisoformat(row[3][:-1]) for row in rows], pa.timestamp("us"))
    columns["score"] = pa.array([float(row[6]) for row in rows])
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path)
    slow, fast = _both(path, "wide")
    assert fast.everything == slow.everything
    assert fast.proven == len(rows)


def test_cells_are_stripped_of_the_same_characters(tmp_path: Path) -> None:
    odd = [chr(code) for code in range(32, sys.maxunicode) if not 0xD800 <= code < 0xE000 and chr(code) not in '",']
    spaces = [each for each in odd if each.isspace() or each in "\u180e\u200b\u2060\ufeff\x7f\x85"]
    rows = [_row(number, random.Random(number)) for number in range(len(spaces))]
    for row, space in zip(rows, spaces, strict=True):
        row[4] = f"{space}x{space}"
    path = tmp_path / "a.csv"
    path.write_text("\n".join([",".join(_COLUMNS), *map(",".join, rows)]) + "\n", newline="")
    slow, fast = _both(path, "wide")
    assert fast.everything == slow.everything


def test_too_many_open_lines_at_the_end_of_a_piece_leave_the_file_to_the_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_MOST_OPEN", 3)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 4_000)
    path = tmp_path / "a.csv"
    ordinary, rng = _csv(1, 0), random.Random(1)
    path.write_bytes(ordinary + b"\n" + b"\n".join(_stray_quote(_row(number, rng), rng) for number in range(99)))
    with pytest.raises(pieces.UnfitError):
        _both(path, "wide")
