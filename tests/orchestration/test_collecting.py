"""The process of a command ends at once, and still does and says all that is to be done and said before."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from orchestration.collecting import seldom_collecting

_ENDS = """
import atexit, sys, threading, time
from orchestration import cli
kept = type("Kept", (), {"__del__": lambda self: print("taken apart")})()
def work():
    time.sleep(0.2); print("thread done")
def main():
    atexit.register(lambda: print("called at the end"))
    threading.Thread(target=work).start()
    sys.stdout.write("said"); sys.stderr.write("warned")
    %s
cli.main = main
cli.program()
"""


def ended(how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _ENDS % how], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("how", "code"),
    [("pass", 0), ("raise SystemExit(3)", 3), ("raise SystemExit(None)", 0), ("raise SystemExit('no')", 1)],
)
def test_a_command_ends_with_its_code_after_all_that_is_said_and_done(how: str, code: int) -> None:
    process = ended(how)
    assert process.returncode == code
    assert process.stdout.split("said")[1].split("\n") == ["thread done", "called at the end", ""]
    assert process.stderr.startswith("warned")


def test_what_the_process_leaves_is_not_taken_apart_one_by_one() -> None:
    assert "taken apart" not in ended("pass").stdout


def test_a_command_that_dies_says_why() -> None:
    process = ended("raise ValueError('torn')")
    assert process.returncode == 1
    assert process.stderr.endswith("ValueError: torn\n")


def test_afterwards_collections_are_as_often_as_before() -> None:
    before = gc.get_threshold()
    with pytest.raises(RuntimeError), seldom_collecting():
        assert gc.get_threshold()[0] == 100_000
        raise RuntimeError
    assert gc.get_threshold() == before
