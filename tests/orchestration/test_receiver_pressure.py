"""A receiver that cannot keep up says so: 503 with Retry-After, and what it took before is not forgotten."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from receiving import AGENT, landed, log_request, names_in, serving

from orchestration.receiver import Guard
from orchestration.receiver_landing import Landing, Limits
from orchestration.workspace import Workspace


class _SlowLanding(Landing):
    """A disk that waits until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.gate = threading.Event()

    def append(self, lines: Sequence[bytes]) -> None:
        self.gate.wait(20)
        super().append(lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path / "inbox" / AGENT


def kept(folder: Path) -> list[str]:
    return sorted(names_in(landed(Workspace(folder.parent.parent))))


def test_too_much_at_once_is_asked_to_come_again(folder: Path) -> None:
    """Room for two requests: of five at once, three are sent away, and come through when the disk is free again."""
    names = [f"x.{number}" for number in range(5)]
    landing, guard = _SlowLanding(folder), Guard(pending_bytes=2 * len(log_request(names[0])))
    with serving(landing, guard) as sender, ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(sender.post, "/v1/logs", log_request(name)) for name in names]
        while sum(answer.done() for answer in answers) < 3:
            time.sleep(0.01)
        landing.gate.set()
        found = [answer.result() for answer in answers]
        assert sorted(status for status, _, _ in found) == [200, 200, 503, 503, 503]
        assert {headers["retry-after"] for status, _, headers in found if status == 503} == {"5"}
        again = [name for name, (status, _, _) in zip(names, found, strict=True) if status == 503]
        assert {sender.post("/v1/logs", log_request(name))[0] for name in again} == {200}
    assert kept(folder) == names


def test_a_disk_that_is_nearly_full_takes_nothing_more(folder: Path) -> None:
    with serving(Landing(folder, Limits(free_bytes=1 << 62)), Guard()) as sender:
        status, _, headers = sender.post("/v1/logs", log_request("x.y"))
    assert (status, headers["retry-after"]) == (503, "5")
    assert kept(folder) == []


def test_a_disk_that_fails_is_no_reason_to_lose_the_request(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "no space")

    with serving(Landing(folder), Guard()) as sender:
        with monkeypatch.context() as patch:
            patch.setattr("orchestration.receiver_landing.os.fsync", fail)
            assert sender.post("/v1/logs", log_request("x.y"))[0] == 503
        assert sender.post("/v1/logs", log_request("x.y"))[0] == 200
    assert kept(folder) == ["x.y"]


def test_a_sender_that_never_ends_is_not_waited_for(folder: Path) -> None:
    head = "POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
    with (
        serving(Landing(folder), Guard(body_seconds=0.2)) as sender,
        socket.create_connection(("127.0.0.1", sender.port), timeout=30) as connection,
    ):
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_requests_that_wait_together_share_one_sync(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int] = []

    class Counting(Landing):
        def append(self, lines: Sequence[bytes]) -> None:
            batches.append(len(lines))
            time.sleep(0.05)
            super().append(lines)

    with serving(Counting(folder), Guard()) as sender, ThreadPoolExecutor(16) as pool:
        answers = [pool.submit(sender.post, "/v1/logs", log_request(f"x.{n}")) for n in range(32)]
        assert {answer.result()[0] for answer in answers} == {200}
    assert sum(batches) == 32
    assert len(batches) < 32
    assert len(kept(folder)) == 32
