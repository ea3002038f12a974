"""`takeup access verify`: one broken line of either log of reads is found, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards import audit
from orchestration import journal
from orchestration.commands.access import verify_logs
from orchestration.workspace import Workspace

Lines = list[bytes]
DAMAGE: dict[str, Callable[[Lines], Lines]] = {
    "dropped": lambda lines: [*lines[:2], *lines[3:]],
    "moved": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "put in": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "cut in the middle": lambda lines: [*lines[:2], lines[2][:20], *lines[3:]],
}


@pytest.fixture
def read(tmp_path: Path) -> Workspace:
    """A workspace with five reads by the dashboard and five by commands."""
    workspace = Workspace(tmp_path)
    workspace.vault.mkdir()
    for number in range(5):
        audit.record(tmp_path, audit.Read("ada", f"list {number}", "an audit", number, "p-1"))
        journal.append(workspace.vault / "access.log", {"action": "key", "count": number, "why": "an audit"})
    return workspace


def _logs(workspace: Workspace) -> dict[str, Path]:
    return {"dashboard": workspace.root / audit.FILE, "commands": workspace.vault / "access.log"}


def test_whole_logs_are_shown_with_a_seal_each(read: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_logs(read, [], as_json=True) == 0
    logs = json.loads(capsys.readouterr().out)["logs"]
    assert [(log["written_by"], log["lines"], log["broken_at"]) for log in logs] == [
        ("dashboard", 5, None),
        ("commands", 5, None),
    ]
    assert all(len(log["seal"]) == 64 for log in logs)


@pytest.mark.parametrize("written_by", ["dashboard", "commands"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_the_first_broken_line_is_named_with_its_file(
    read: Workspace, capsys: pytest.CaptureFixture[str], damage: str, written_by: str
) -> None:
    log = _logs(read)[written_by]
    log.write_bytes(b"\n".join(DAMAGE[damage](log.read_bytes().splitlines())) + b"\n")
    assert verify_logs(read, [], as_json=False) == 1
    output = capsys.readouterr()
    assert output.err.startswith(f"{log}:3: the line ")
    assert output.err.count("\n") == 1, "the other log is whole"
    assert "broken at line 3" in output.out


@pytest.mark.parametrize(("written_by", "broken_at"), [("dashboard", 3), ("commands", 4)])
def test_a_changed_line_is_found_by_itself_or_by_the_line_after_it(
    read: Workspace, capsys: pytest.CaptureFixture[str], written_by: str, broken_at: int
) -> None:
    log = _logs(read)[written_by]
    lines = log.read_bytes().splitlines()
    lines[2] = lines[2].replace(b"an audit", b"no audit")
    log.write_bytes(b"\n".join(lines) + b"\n")
    assert verify_logs(read, [], as_json=False) == 1
    assert capsys.readouterr().err.startswith(f"{log}:{broken_at}: ")


@pytest.mark.parametrize("written_by", ["dashboard", "commands"])
def test_what_is_cut_off_at_the_end_is_missed_by_its_seal(
    read: Workspace, capsys: pytest.CaptureFixture[str], written_by: str
) -> None:
    verify_logs(read, [], as_json=True)
    seals = [log["seal"] for log in json.loads(capsys.readouterr().out)["logs"]]
    audit.record(read.root, audit.Read("ada", "one more", "an audit", 1, "p-1"))
    assert verify_logs(read, seals, as_json=True) == 0, "a log that has grown still holds its old seals"
    log = _logs(read)[written_by]
    log.write_bytes(b"\n".join(log.read_bytes().splitlines()[:3]) + b"\n")
    assert verify_logs(read, [], as_json=True) == 0
    capsys.readouterr()
    assert verify_logs(read, seals, as_json=True) == 1
    assert "no line has the seal" in capsys.readouterr().err


def test_a_workspace_that_nobody_has_read_from_is_whole(tmp_path: Path) -> None:
    assert verify_logs(Workspace(tmp_path), [], as_json=True) == 0
