"""A real browser and a real server, both on this machine only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, sync_playwright

from tests.dashboards.publication import Company, publish

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium. In CI its absence is a failure, elsewhere a reason to skip."""
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip(f"{CHROMIUM} is absent - install it with: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Company | None], str]]:
    """Serves the dashboard of a company (None: of an empty workspace) and gives its address."""
    addresses: dict[Company | None, str] = {}
    with ExitStack() as servers:

        def address(company: Company | None) -> str:
            if company not in addresses:
                workspace = tmp_path_factory.mktemp("served")
                if company:
                    publish(workspace, company)
                addresses[company] = servers.enter_context(_server(workspace))
            return addresses[company]

        yield address


@contextmanager
def _server(workspace: Path, person_pages: str = "local", port: int | None = None) -> Iterator[str]:
    """Starts the dashboard from a foreign folder, as users do, and ends the process that it started."""
    port = port or _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "server.py")]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    settings = {"TAKEUP_WORKSPACE": str(workspace), "TAKEUP_PERSON_PAGES": person_pages, "PYTHONPATH": str(ROOT)}
    environment = os.environ | settings
    with (workspace / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=workspace, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _free_port() -> int:
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
    pytest.fail(f"{url} did not answer within 30 s")


@pytest.fixture(scope="session")
def signed_in_by_groups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard with sign-in: a provider on this machine, and what each of its groups may see."""
    workspace = tmp_path_factory.mktemp("sign-in")
    publish(workspace, Company(people=120, tools=2, weeks=6))
    users = [User(sub=name, claims={"email": f"{name}@corp.example", "groups": [name]}) for name in GROUPS]
    port = _free_port()
    with run_server_in_thread(user_claims=users) as provider:
        folder = workspace / ".streamlit"
        folder.mkdir()
        (folder / "secrets.toml").write_text(SECRETS.format(port=port, provider=provider.server_port))
        with _server(workspace, "sign_in", port) as address:
            yield address


GROUPS = ("coach", "lead", "viewer", "stranger")
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the tests alone, long enough"
client_id = "takeup"
client_secret = "of the tests"
server_metadata_url = "http://localhost:{provider}/.well-known/openid-configuration"

[access.groups.coach]
roles = ["figures", "people", "rules"]

[access.groups.lead]
roles = ["figures", "people"]
org_units = ["Finance"]

[access.groups.viewer]
roles = ["figures"]
"""
