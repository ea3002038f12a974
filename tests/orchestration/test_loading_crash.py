"""A load that is killed loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from warehouse_workspace import TOOL, contents, event, load_everything, make_workspace, write

from orchestration.workspace import Workspace
from tests.scale import stated

POINTS = stated(200, 4)
_CHILD = """
import sys
from pathlib import Path
from warehouse_workspace import load_everything
from orchestration.loading import loader
from orchestration.workspace import Workspace
loader._BATCH_RECORDS, loader._STAGE_ROWS, loader._GROUP_RECORDS = 500, 2000, 5000  # groups of two files
print("ready", flush=True)
load_everything(Workspace(Path(sys.argv[1])))
print("done", flush=True)
"""


def _fill(workspace: Workspace) -> None:
    rng = random.Random(17)
    for part in range(8):
        lines = [event(rng.randrange(20_000), confidence=rng.choice([0.1, 0.2])) for _ in range(3000)]
        lines += [f'{{"broken": {part}.{number}' for number in range(20)]
        write(workspace.inbox / TOOL / f"{part}.jsonl", lines)
    rows = [f"p{number},p{number}@corp.example" for number in range(500)]
    write(workspace.inbox / "people/people_2026-01-01.csv", ["person_id,email", *rows])


def _start(workspace: Workspace) -> subprocess.Popen[str]:
    here = Path(__file__).resolve().parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(here.parent.parent)])}
    command = [sys.executable, "-c", _CHILD, str(workspace.root)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, str], float]:
    """A workspace that was loaded in one go, what it stores, and how many seconds that took."""
    workspace = make_workspace(tmp_path_factory.mktemp("undisturbed"))
    _fill(workspace)
    child = _start(workspace)
    began = time.monotonic()
    assert child.wait() == 0
    return workspace, contents(workspace), time.monotonic() - began


@pytest.mark.reliability
@pytest.mark.parametrize("point", range(POINTS))
def test_a_killed_load_ends_as_an_undisturbed_one(
    point: int, undisturbed: tuple[Workspace, dict[str, str], float], tmp_path: Path
) -> None:
    original, expected, seconds = undisturbed
    workspace = make_workspace(tmp_path)
    workspace.vault.mkdir()
    shutil.copy(original.vault / "key", workspace.vault / "key")
    shutil.copytree(original.inbox, workspace.inbox, dirs_exist_ok=True)
    child = _start(workspace)
    time.sleep(seconds * (point + 0.5) / POINTS)
    child.send_signal(signal.SIGKILL)
    child.wait()
    load_everything(workspace)
    assert contents(workspace) == expected
