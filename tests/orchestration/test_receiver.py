"""The receiver as a process of its own, spoken to over HTTP: what it takes, what it refuses, what it never loses."""

from __future__ import annotations

import gzip
import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from receiving import AGENT, TOKEN, Running, landed, log_request, make_workspace, names_in, receiver

from orchestration.commands.receive import Place
from orchestration.receiver import Guard
from orchestration.workspace import Workspace
from tests.conftest import takeup


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "space")


@pytest.fixture(scope="module")
def shared_receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """For requests that leave nothing behind."""
    with receiver(make_workspace(tmp_path_factory.mktemp("receiver"))) as running:
        yield running


def test_what_is_answered_with_200_is_in_a_finished_file_after_a_signal(workspace: Workspace) -> None:
    with receiver(workspace) as running:
        assert running.post("/v1/logs", log_request("x.one", "x.two"))[:2] == (200, b"{}")
        packed = gzip.compress(log_request("x.three"))
        assert running.post("/v1/logs", packed, {"content-encoding": "gzip"})[0] == 200
        assert landed(workspace) == []
        code, told = running.stop()
    assert (code, names_in(landed(workspace))) == (0, ["x.one", "x.two", "x.three"])
    assert "Traceback" not in told


def test_a_body_in_pieces_is_taken(shared_receiver: Running) -> None:
    body = log_request("x.pieces")
    status, _, _ = shared_receiver.post("/v1/logs", iter([body[:10], body[10:]]))
    assert status == 200


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/v1/logs", b"{", {}, 400),
        ("/v1/traces", log_request("x"), {}, 400),
        ("/v1/logs", b"x", {"content-encoding": "gzip"}, 400),
        ("/v1/logs", b"\xff\xff", {"content-type": "application/x-protobuf"}, 400),
        ("/v1/logs", log_request("x"), {"content-type": "text/plain"}, 415),
        ("/v1/logs", log_request("x"), {"content-encoding": "br"}, 415),
        ("/v1/logs", b"x" * ((8 << 20) + 1), {}, 413),
        ("/v1/logs", gzip.compress(b" " * (17 << 20)), {"content-encoding": "gzip"}, 413),
        ("/v1/profiles", log_request("x"), {}, 404),
    ],
)
def test_what_cannot_be_taken_is_answered_with_its_reason(
    shared_receiver: Running, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    try:
        found, answer, said = shared_receiver.post(path, body, headers)
    except (BrokenPipeError, ConnectionResetError):
        assert status == 413  # answered and hung up while the body was still on its way
        return
    assert found == status
    if path == "/v1/logs":
        is_protobuf = headers.get("content-type") == "application/x-protobuf"
        assert said["content-type"] == ("application/x-protobuf" if is_protobuf else "application/json")
        assert is_protobuf or json.loads(answer)["message"]


def test_only_who_has_the_token_is_let_in(workspace: Workspace) -> None:
    with receiver(workspace, token=TOKEN) as running:
        for header in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \xfc"):
            status, _, said = running.post("/v1/logs", log_request("x.no"), {"authorization": header})
            assert (status, said["www-authenticate"]) == (401, "Bearer")
        assert running.post("/v1/logs", log_request("x.yes"), {"authorization": f"Bearer {TOKEN}"})[0] == 200
        _, told = running.stop()
    assert names_in(landed(workspace)) == ["x.yes"]
    assert TOKEN not in told
    assert "x.yes" not in told
    assert "127.0.0.1" not in told
    assert "logs 200" in told


def test_other_machines_are_let_in_with_a_token_alone(workspace: Workspace) -> None:
    refused = takeup("receive", "-w", str(workspace.root), "--tool", AGENT, "--host", "0.0.0.0", "--port", "0")
    assert (refused.returncode, "no token is set" in refused.stderr) == (2, True)
    for host, is_loopback in {"127.0.0.1": True, "::1": True, "localhost": True, "10.0.0.1": False, "a": False}.items():
        assert Place(host, 0).is_loopback is is_loopback


@pytest.mark.parametrize(
    ("tool", "why"), [("nobody", "there is no tool 'nobody'"), ("other-tool", "has no source of format otlp")]
)
def test_a_tool_that_does_not_read_it_is_refused(workspace: Workspace, tool: str, why: str) -> None:
    refused = takeup("receive", "-w", str(workspace.root), "--tool", tool)
    assert (refused.returncode, why in refused.stderr, refused.stdout) == (2, True, "")


def test_a_token_that_can_be_guessed_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "token"
    for text in ("", "short", "with spaces in the middle"):
        file.write_text(text)
        refused = takeup("receive", "-w", str(workspace.root), "--tool", AGENT, "--token-file", str(file))
        assert (refused.returncode, "16 or more characters" in refused.stderr) == (2, True)
    assert takeup("receive", "-w", str(workspace.root), "--tool", AGENT, "--token-file", "none").returncode == 2


def test_a_port_that_is_taken_is_told(workspace: Workspace, shared_receiver: Running) -> None:
    refused = takeup("receive", "-w", str(workspace.root), "--tool", AGENT, "--port", str(shared_receiver.port))
    assert (refused.returncode, "another --port" in refused.stderr) == (2, True)


def test_the_token_is_asked_for_before_anything_else() -> None:
    assert Guard().knows("")
    guard = Guard(token=TOKEN)
    assert guard.knows(f"bearer {TOKEN}")
    assert not guard.knows(TOKEN)


@pytest.mark.parametrize("seed", range(3))
def test_after_a_kill_every_acknowledged_request_is_in_a_finished_file(seed: int, workspace: Workspace) -> None:
    """Four senders, killed at a random moment three times over; the next start finishes what was left."""
    rng = random.Random(seed)
    acknowledged: list[str] = []
    for round_no in range(3):
        with receiver(workspace) as running:
            ended = threading.Event()
            with ThreadPoolExecutor(4) as pool:
                sent = [pool.submit(_send, running, f"x.{round_no}_{sender}", ended) for sender in range(4)]
                time.sleep(rng.uniform(0.2, 1.0))
                running.process.kill()
                running.process.wait()
                ended.set()
            acknowledged += [name for future in sent for name in future.result()]
    with receiver(workspace) as running:
        assert running.stop(signal.SIGINT)[0] == 0
    names = names_in(landed(workspace))
    assert len(acknowledged) > 20
    assert set(acknowledged) <= set(names)
    assert len(names) == len(set(names))
    assert list((workspace.inbox / AGENT).glob(".*.part")) == []


def _send(running: Running, prefix: str, ended: threading.Event) -> list[str]:
    """The names of requests that were answered with 200, until the receiver is gone."""
    kept: list[str] = []
    number = 0
    while not ended.is_set():
        name = f"{prefix}_{number}"
        number += 1
        try:
            if running.post("/v1/logs", log_request(name))[0] == 200:
                kept.append(name)
        except (OSError, HTTPException):
            return kept
    return kept
