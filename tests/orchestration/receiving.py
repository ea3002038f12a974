"""A real receiver in a process of its own, and a workspace for it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import uvicorn

from orchestration.loading.files import find_files
from orchestration.receiver import Guard, receiver_app
from orchestration.receiver_landing import Landing
from orchestration.workspace import Workspace

AGENT = "coding-agent"
TOKEN = "a-token-for-tests-only"
_TOOLS = f"""\
tools:
- id: {AGENT}
  title: Agent
  owner: {{name: Name Surname, email: you@example.com}}
  live_from: 2026-03-02
  sources: [{{format: otlp}}]
- id: other-tool
  title: Other
  owner: {{name: Name Surname, email: you@example.com}}
  live_from: 2026-03-02
  sources: [{{format: human-decision}}]
"""


def make_workspace(root: Path) -> Workspace:
    workspace = Workspace(root)
    workspace.config.mkdir(parents=True)
    workspace.inbox.mkdir()
    workspace.tools_file.write_text(_TOOLS)
    return Workspace.at(root)


@dataclass
class Sender:
    """Speaks to a receiver on 127.0.0.1:port."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(
        self, path: str, body: bytes | Iterator[bytes], headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """(status, body, headers) of one request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, body, {"content-type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()


@dataclass
class Running(Sender):
    """A receiver in a process of its own."""

    process: subprocess.Popen[str]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """(exit code, what it wrote to stderr)."""
        self.process.send_signal(how)
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, told


@contextmanager
def receiver(workspace: Workspace, *more: str, token: str = "") -> Iterator[Running]:
    """`takeup receive` on a free port; killed at the end if it still runs."""
    command = [sys.executable, "-m", "orchestration.cli", "receive", "-w", str(workspace.root), "--tool", AGENT]
    environment = {**os.environ, "TAKEUP_RECEIVE_TOKEN": token, "PYTHONUNBUFFERED": "1"}
    pipe = subprocess.PIPE
    process = subprocess.Popen([*command, "--port", "0", *more], stdout=pipe, stderr=pipe, text=True, env=environment)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r":(\d+) \(", said)
        assert found is not None, said + (process.communicate()[1] if not said else "")
        yield Running(int(found[1]), process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@contextmanager
def serving(landing: Landing, guard: Guard) -> Iterator[Sender]:
    """The receiver in a thread of this process, where a test can hold up its disk."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(receiver_app(landing, guard), log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Sender(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


def log_request(*names: str) -> bytes:
    """An export request with a log record per name."""
    records = [
        {"timeUnixNano": "1779094800000000000", "attributes": [{"key": "event.name", "value": {"stringValue": name}}]}
        for name in names
    ]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def landed(workspace: Workspace) -> list[dict[str, Any]]:
    """The requests in files that a run would read."""
    files = [found.path for found in find_files(workspace.root, f"inbox/{AGENT}")]
    return [json.loads(line) for path in files for line in path.read_bytes().splitlines()]


def names_in(requests: list[dict[str, Any]]) -> list[str]:
    """The event names of log requests."""
    return [
        record["attributes"][0]["value"]["stringValue"]
        for request in requests
        for group in request["resourceLogs"]
        for scoped in group["scopeLogs"]
        for record in scoped["logRecords"]
    ]
