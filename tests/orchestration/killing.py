"""Runs in a process of their own that die on their way."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

from changing_company import Company

_CHILD = """
import os, pickle, signal, sys
from orchestration import steps

company, fatal = pickle.load(sys.stdin.buffer)
publish, seen = steps.publish, 0

def watch(event, _):
    global seen
    if event in ("open", "os.rename", "os.remove", "os.symlink", "os.chmod", "os.link", "os.truncate"):
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

def watched(*arguments):
    sys.addaudithook(watch)
    return publish(*arguments)

steps.publish = watched
print("begun", flush=True)
company.run()
print(seen, flush=True)
"""


class ChildRun:
    """A run of the company's workspace that has just begun, all imports done.

    It kills itself before the `fatal`-th time that it touches a file by Python while it publishes (0: never).
    """

    def __init__(self, company: Company, fatal: int = 0) -> None:
        here = Path(__file__).resolve().parent
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(here.parent.parent)])}
        self._child = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._told = self._child.stdout
        self._child.stdin.write(pickle.dumps((company, fatal)))
        self._child.stdin.close()
        assert self._told.readline() == b"begun\n"

    def kill_after(self, seconds: float) -> None:
        """Let it run that long at most."""
        try:
            self._child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self._child.send_signal(signal.SIGKILL)
        self._child.wait()

    def wait_for_its_death(self) -> None:
        assert self._child.wait() == -signal.SIGKILL

    def touches(self) -> int:
        """Wait for its end: how often the publishing touched a file."""
        assert self._child.wait() == 0
        return int(self._told.readline())
