"""A changed rule tried out before it is enacted: `takeup rules simulate` in a process of its own, within limits.

The dashboard neither parses nor judges rules: it hands a text to the command and shows what comes back.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

# Whole megabytes, for that is how the upload's own limit is set and said.
MOST_MEGABYTES = 1
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
MOST_SECONDS = 180
MOST_ANSWER_BYTES = 4 * 1024 * 1024
RULES = Path("config") / "rules"
# Judging takes a core and some hundred megabytes: one at a time.
_ONE_AT_A_TIME = Lock()


class NotSimulatedError(Exception):
    """There is no answer; the text says why, and where in the rules the mistake is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command said: the document it printed, and its warnings."""

    document: Mapping[str, Any]
    warnings: Sequence[str]

    @property
    def flips(self) -> list[Mapping[str, Any]]:
        """Who changes class: from where, to where, how many."""
        return list(self.document["flips"])

    @property
    def units(self) -> list[Mapping[str, Any]]:
        """The same by org unit; the command merges units with too few movers."""
        return list(self.document["units"])

    @property
    def changed_rules(self) -> list[Mapping[str, Any]]:
        """The rules that the text adds, replaces or drops."""
        return [rule for rule in self.document["rules"] if rule["change"] != "unchanged"]


def current_text(workspace: Path, tool_id: str) -> str | None:
    """The tool's rule file as it is written; None where the workspace has none."""
    for file in sorted((workspace / RULES).glob("*.yml")):
        text = file.read_text(encoding="utf-8", errors="replace")
        if re.search(rf"^tool:\s*['\"]?{re.escape(tool_id)}['\"]?\s*(#.*)?$", text, re.MULTILINE):
            return text
    return None


def text_of_rule(text: str, rule_id: str) -> str | None:
    """One rule as it is written, its examples included: from its id to the next rule of the same depth."""
    begin = re.search(rf"^(\s*)-\s+id:\s*['\"]?{re.escape(rule_id)}['\"]?\s*(#.*)?$", text, re.MULTILINE)
    if begin is None:
        return None
    following = re.compile(rf"^{begin[1]}-\s+id:", re.MULTILINE).search(text, begin.end())
    return text[begin.start() : following.start() if following else None].rstrip() + "\n"


def simulate(workspace: Path, rules: str, seconds: float = MOST_SECONDS) -> Answer:
    """Judges the workspace's weeks with `rules` in place of the tool's own; nothing is enacted or kept."""
    if len(rules.encode()) > MOST_BYTES:
        raise NotSimulatedError(f"The rules are longer than {MOST_MEGABYTES} MB.")
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise NotSimulatedError("Another trial is running on this server. Try again in a minute.")
    try:
        with tempfile.TemporaryDirectory(prefix="takeup-what-if-") as folder:
            file = Path(folder) / "changed.yml"
            file.write_text(rules, encoding="utf-8")
            return _answer(file, *_run(workspace, file, seconds))
    finally:
        _ONE_AT_A_TIME.release()


def _run(workspace: Path, file: Path, seconds: float) -> tuple[int, bytes, str]:
    command = [
        sys.executable,
        "-m",
        "orchestration.cli",
        "rules",
        "simulate",
        str(file),
        "-w",
        str(workspace),
        "--json",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        cwd=file.parent,
    )  # fmt: skip
    try:
        out, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise NotSimulatedError(f"The trial took longer than {seconds:.0f} seconds and was ended.") from error
    return process.returncode, out, errors.decode(errors="replace")


def _answer(file: Path, code: int, out: bytes, errors: str) -> Answer:
    """The path of the temporary file means nothing to the reader: `rules:12:3` says where."""
    told = [line.replace(str(file), "rules") for line in errors.splitlines() if line.strip()]
    told = [line for line in told if not re.match(r"\[\d+/\d+\]", line)]
    if code != 0 or len(out) > MOST_ANSWER_BYTES:
        raise NotSimulatedError("\n".join(told[:20]) or "The command ended without an answer.")
    return Answer(json.loads(out), told[:20])
