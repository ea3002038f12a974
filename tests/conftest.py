"""What tests share: the folders of the repository, the shared samples where they are present, one built company."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real logs beside the repository; tests that need them are skipped elsewhere."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared samples are not beside the repository")
    return folder


@pytest.fixture(scope="session")
def built_company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small synthetic company after `takeup demo`: built once by whichever test process comes first. Read only."""
    root = tmp_path_factory.getbasetemp()
    place = (root.parent if "popen-gw" in root.name else root) / "company"
    with _lock(place.with_suffix(".lock")):
        done = place / ".takeup" / "demo_output.txt"
        if not done.exists():
            output = takeup("demo", str(place), "--people", "300", "--weeks", "12", "--until", "2026-11-15")
            assert output.returncode == 0, output.stdout + output.stderr
            done.write_text(output.stdout)
    return Workspace(place)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first, so that none is begun when all other work is done."""
    longest = {item.path for item in items if item.get_closest_marker("reliability")}
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("e2e")}
    items.sort(key=lambda item: (item.path not in longest, item.path not in long))


def takeup(*arguments: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "orchestration.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
