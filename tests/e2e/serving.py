"""A dashboard on a port of this machine, and the browser that looks at it: for tests, pictures and benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROOT = Path(__file__).parents[2]


@contextmanager
def server(workspace: Path, person_pages: str = "local", port: int | None = None) -> Iterator[str]:
    """The address of a dashboard that runs until the block ends."""
    with server_process(workspace, person_pages, port) as (address, _):
        yield address


@contextmanager
def server_process(
    workspace: Path, person_pages: str = "local", port: int | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Starts the dashboard from a foreign folder, as users do, and ends the process that it started."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "server.py")]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    settings = {
        "TAKEUP_WORKSPACE": str(workspace.resolve()),
        "TAKEUP_PERSON_PAGES": person_pages,
        "PYTHONPATH": str(ROOT),
    }
    environment = os.environ | settings
    with (workspace / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=workspace, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended before it answered"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within 30 s")
