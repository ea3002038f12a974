"""Whether the logs of who read rows about single people are whole. Each line carries the hash of the line before."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration import journal
from orchestration.commands.output import say, say_json, table, warn
from orchestration.errors import DataError
from orchestration.parsed_project import PROJECT
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Log:
    """One log of reads: which, who writes it, its lines, the first that breaks the chain (None: none) and why."""

    file: Path
    written_by: str
    lines: int
    broken_at: int | None
    why: str | None
    seals: tuple[str, ...]

    @property
    def seal(self) -> str | None:
        """What stands for the whole log as it is now; None while it is empty or broken."""
        return self.seals[-1] if self.seals and self.broken_at is None else None


def verify_logs(workspace: Workspace, seals: Sequence[str], *, as_json: bool) -> int:
    """Show each log with its seal; 1 when a chain is broken or the line of a seal is gone."""
    logs = [_of_dashboard(workspace), _of_commands(workspace)]
    faults = [f"{log.file}:{log.broken_at}: the line {log.why} - {_MEND}" for log in logs if log.broken_at]
    found = {seal for log in logs for seal in log.seals}
    faults += [f"{_files(logs)}: no line has the seal {seal} - {_MEND}" for seal in seals if seal not in found]
    if as_json:
        say_json({"logs": [_told(log) for log in logs], "faults": faults})
    else:
        rows = [[str(log.file), log.written_by, log.lines, _state(log), log.seal] for log in logs]
        say(table(["log", "written by", "lines", "state", "seal"], rows))
    for fault in faults:
        warn(fault)
    return 1 if faults else 0


_MEND = "what stands from there on proves nothing; compare it with a backup, and ask who could write to the file"


def _of_dashboard(workspace: Workspace) -> Log:
    """The dashboard writes and checks its own log; nothing of it is imported here."""
    command = [sys.executable, "-m", "dashboards.audit", str(workspace.root.resolve())]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DataError(f"{workspace.root}: the dashboard's log cannot be read: {done.stderr.strip().splitlines()[-1]}")
    told = json.loads(done.stdout)
    file = workspace.root / told["file"]
    return Log(file, "dashboard", told["reads"], told["broken_at"], told["why"], tuple(told["seals"]))


def _of_commands(workspace: Workspace) -> Log:
    file = workspace.vault / "access.log"
    chain = journal.verify(file)
    return Log(file, "commands", chain.lines, chain.broken_at, chain.why, chain.seals)


def _state(log: Log) -> str:
    if log.broken_at:
        return f"broken at line {log.broken_at}"
    return "whole" if log.lines else "empty"


def _told(log: Log) -> dict[str, object]:
    return {
        "file": log.file,
        "written_by": log.written_by,
        "lines": log.lines,
        "broken_at": log.broken_at,
        "why": log.why,
        "seal": log.seal,
    }


def _files(logs: Sequence[Log]) -> str:
    return ", ".join(str(log.file) for log in logs)
