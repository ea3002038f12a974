from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from orchestration.sources.byte_source import Caps
from orchestration.sources.lines import read_lines
from orchestration.sources.records import Reject


def lines_of(tmp_path: Path, data: bytes, caps: Caps | None = None) -> list[object]:
    path = tmp_path / "file"
    path.write_bytes(data)
    found = list(read_lines(path, caps or Caps()))
    return [
        (item.line_no, item.byte_offset, item.lines, item.code) if isinstance(item, Reject) else item for item in found
    ]


def test_every_line_has_its_number_and_the_offset_of_its_first_byte(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"a\n\nbcd\ne") == [(1, 0, b"a"), (2, 2, b""), (3, 3, b"bcd"), (4, 7, b"e")]


def test_a_byte_order_mark_is_skipped_and_counted_in_the_offset(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"\xef\xbb\xbfa\nb\n") == [(1, 3, b"a"), (2, 5, b"b")]


def test_carriage_returns_before_line_feeds_stay_with_their_line(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"a\r\nb\r\n") == [(1, 0, b"a\r"), (2, 3, b"b\r")]


def test_a_file_with_carriage_returns_alone_is_refused_as_one(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"a\rb\rc") == [(1, 0, 3, "cr_only")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_refused_with_a_reason(tmp_path: Path, encoding: str) -> None:
    assert [item[3] for item in lines_of(tmp_path, '{"a":1}\n{"b":2}\n'.encode(encoding))] == ["unsupported_encoding"]


def test_a_single_nul_byte_does_not_make_a_file_wide(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"{\0a\nb\n") == [(1, 0, b"{\0a"), (2, 4, b"b")]


@pytest.mark.parametrize("size", [1, 7, 4096, 3_000_000])
def test_a_line_that_is_too_long_costs_only_itself(tmp_path: Path, size: int) -> None:
    data = b"short\n" + b"x" * (size + 10) + b"\nafter\n"
    found = lines_of(tmp_path, data, Caps(line=max(size, 6), kept=5))
    assert found == [(1, 0, b"short"), (2, 6, 1, "too_long"), (3, size + 17, b"after")]


def test_a_ten_megabyte_line_is_read(tmp_path: Path) -> None:
    found = lines_of(tmp_path, b"a\n" + b"x" * 10_000_000 + b"\nb")
    assert [len(item[2]) for item in found] == [1, 10_000_000, 1]
    assert found[2][:2] == (3, 10_000_003)


def test_the_open_line_at_the_end_of_a_cut_off_archive_is_one_reject(tmp_path: Path) -> None:
    whole = gzip.compress(b"first line\nsecond line\nthird", mtime=0)
    assert lines_of(tmp_path, whole[:-8]) == [
        (1, 0, b"first line"),
        (2, 11, b"second line"),
        (3, 23, 1, "truncated_gzip"),
    ]


def test_lines_that_cross_the_borders_of_chunks_keep_their_places(tmp_path: Path) -> None:
    data = b"".join(b"%d:" % number + b"y" * (number % 700) + b"\n" for number in range(9000))
    found = lines_of(tmp_path, data)
    assert b"".join(line + b"\n" for _, _, line in found) == data
    assert all(data[offset : offset + len(line)] == line for _, offset, line in found)
    assert [number for number, _, _ in found] == list(range(1, 9001))


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"") == []
