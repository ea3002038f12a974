"""The two web servers, on 127.0.0.1 alone. Each takes the place of this process, so that Ctrl-C reaches it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from orchestration.commands.dagster_home import dagster_home
from orchestration.commands.output import say
from orchestration.errors import UsageError
from orchestration.registry import load_registry
from orchestration.workspace import Workspace

PROJECT = Path(__file__).resolve().parent.parent.parent
ADDRESS = "127.0.0.1"


def dashboard(workspace: Workspace, port: int) -> None:
    """Streamlit over the latest publication; never returns. Whom it may show people, privacy.yml says."""
    if not workspace.latest.exists():
        raise UsageError(f"{workspace.root}: nothing has been published yet - run: takeup run -w {workspace.root}")
    say(f"Dashboard: http://{ADDRESS}:{port} (Ctrl-C ends it)")
    person_pages = load_registry(workspace).privacy.person_pages
    settings = {"TAKEUP_WORKSPACE": str(workspace.root), "TAKEUP_PERSON_PAGES": person_pages}
    _become(dashboard_command(port), settings, PROJECT / "dashboards")


def dagster(workspace: Workspace, port: int) -> None:
    """Dagster's web server and daemon over the workspace; never returns."""
    say(f"Dagster: http://{ADDRESS}:{port} (Ctrl-C ends it)")
    settings = {"TAKEUP_WORKSPACE": str(workspace.root), "DAGSTER_HOME": str(dagster_home(workspace))}
    _become(dagster_command(port), settings, PROJECT)


def dashboard_command(port: int) -> list[str]:
    """Nothing is sent, nothing is looked up outside: the address is given, statistics are off."""
    server = ["--server.address", ADDRESS, "--server.port", str(port), "--server.headless", "true"]
    quiet = ["--browser.serverAddress", ADDRESS, "--browser.gatherUsageStats", "false"]
    return [sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboards" / "server.py"), *server, *quiet]


def dagster_command(port: int) -> list[str]:
    place = ["-h", ADDRESS, "-p", str(port), "-m", "orchestration.definitions"]
    return [sys.executable, "-m", "dagster", "dev", *place]


def _become(command: list[str], settings: dict[str, str], folder: Path) -> None:
    os.chdir(folder)
    sys.stdout.flush()
    os.execve(  # noqa: S606 - our own interpreter, no shell
        command[0], command, {**os.environ, **settings}
    )
