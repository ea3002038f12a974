"""What is appended is on the disk; the inbox sees whole files only."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.loading.files import find_files
from orchestration.receiver_landing import Landing, Limits
from orchestration.warehouse import inputs_fingerprint
from orchestration.workspace import Workspace

INBOX = "inbox/agent"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path / INBOX


def seen(folder: Path) -> list[bytes]:
    """The lines of all files that a run would read, file by file."""
    return [found.path.read_bytes() for found in find_files(folder.parent.parent, INBOX)]


def hidden(folder: Path) -> list[Path]:
    return sorted(folder.glob(".otlp-*.part"))


def test_a_growing_file_is_neither_read_nor_news(folder: Path) -> None:
    landing = Landing(folder)
    before = inputs_fingerprint(Workspace(folder.parent.parent))
    landing.append([b"{}", b"[]"])
    assert seen(folder) == []
    assert hidden(folder)[0].read_bytes() == b"{}\n[]\n"
    assert inputs_fingerprint(Workspace(folder.parent.parent)) == before
    landing.close()
    assert seen(folder) == [b"{}\n[]\n"]
    assert inputs_fingerprint(Workspace(folder.parent.parent)) != before


def test_a_file_is_finished_when_it_is_large_enough(folder: Path) -> None:
    landing = Landing(folder, Limits(file_bytes=10))
    for number in range(5):
        landing.append([b"%06d" % number])
        landing.roll()
    assert sorted(seen(folder)) == [b"000000\n000001\n", b"000002\n000003\n"]
    landing.close()
    assert len(seen(folder)) == 3


def test_a_file_is_finished_when_it_is_old_enough(folder: Path) -> None:
    landing = Landing(folder, Limits(file_seconds=0))
    landing.append([b"{}"])
    landing.roll()
    assert seen(folder) == [b"{}\n"]
    landing.close()


def test_what_a_killed_process_left_is_finished_without_its_torn_end(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ".otlp-a.jsonl.part").write_bytes(b"1\n" + b"2" * 200_000 + b"\n" + b"torn" * 100_000)
    (folder / ".otlp-b.jsonl.part").write_bytes(b"nothing whole")
    (folder / ".otlp-c.jsonl.part").write_bytes(b"")
    Landing(folder).close()
    assert seen(folder) == [b"1\n" + b"2" * 200_000 + b"\n"]
    assert hidden(folder) == []


def test_a_second_process_is_refused(folder: Path) -> None:
    first = Landing(folder)
    with pytest.raises(UsageError, match="another process receives"):
        Landing(folder)
    first.close()
    Landing(folder).close()


def test_a_disk_that_fails_costs_the_line_and_not_those_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landing = Landing(folder)
    landing.append([b"kept"])
    with monkeypatch.context() as patch:
        patch.setattr("orchestration.receiver_landing.os.fsync", _fail)
        with pytest.raises(OSError, match="no space"):
            landing.append([b"lost"])
    landing.append([b"next"])
    landing.close()
    lines = b"".join(seen(folder)) + b"".join(path.read_bytes() for path in hidden(folder))
    assert sorted(lines.splitlines()) == [b"kept", b"next"]


def _fail(handle: int) -> None:
    raise OSError(28, "no space")


def test_a_full_disk_is_told_before_it_is_full(folder: Path) -> None:
    assert Landing(folder, Limits(free_bytes=0)).has_room()
    assert not Landing(folder.parent / "other", Limits(free_bytes=1 << 62)).has_room()
