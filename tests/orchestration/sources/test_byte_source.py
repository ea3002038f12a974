from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from orchestration.sources.byte_source import ByteSource, Caps, beginning


def delivered(path: Path, caps: Caps | None = None) -> tuple[bytes, str | None]:
    source = ByteSource(path, caps or Caps())
    data = b"".join(source.chunks())
    return data, source.damage and source.damage.code


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


TEXT = b"".join(b"line %d of a file that is long enough\n" % number for number in range(5000))


def test_a_plain_file_comes_as_it_is(tmp_path: Path) -> None:
    assert delivered(written(tmp_path, TEXT)) == (TEXT, None)


def test_gzip_is_known_by_its_first_bytes_and_may_have_several_members_and_padding(tmp_path: Path) -> None:
    data = gzip.compress(TEXT) + gzip.compress(b"more") + b"\0" * 512
    assert delivered(written(tmp_path, data)) == (TEXT + b"more", None)


@pytest.mark.parametrize("cut", [3, 12, 100, 5000, -9, -8, -1])
def test_a_gzip_file_that_was_cut_off_delivers_what_came_before_the_cut(tmp_path: Path, cut: int) -> None:
    data, damage = delivered(written(tmp_path, gzip.compress(TEXT)[:cut]))
    assert TEXT.startswith(data)
    assert damage == "truncated_gzip"
    if cut in (-8, -1):
        assert data == TEXT


def test_a_flipped_bit_in_gzip_delivers_only_the_members_before_it(tmp_path: Path) -> None:
    second = bytearray(gzip.compress(TEXT))
    second[len(second) // 2] ^= 4
    assert delivered(written(tmp_path, gzip.compress(b"first\n") + second)) == (b"first\n", "corrupt_gzip")


def test_a_bomb_stops_at_the_cap(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"0" * 50_000_000))
    data, damage = delivered(path, Caps(total=3_000_000))
    assert (len(data), damage) == (3_000_000, "too_large")


def test_the_beginning_of_a_file_is_seen_without_its_byte_order_mark_and_without_its_archive(tmp_path: Path) -> None:
    assert beginning(written(tmp_path, b"\xef\xbb\xbf{}")) == b"{}"
    assert beginning(written(tmp_path, gzip.compress(b"[1]"))) == b"[1]"
    assert beginning(written(tmp_path, b"\x1f\x8bnot gzip")) == b""
