"""The exceptions takeup raises on purpose.

    TakeupError
    ├── ConfigError       a workspace file says something takeup cannot accept (exit code 2)
    ├── UsageError        a command was called in a way it cannot serve (exit code 2)
    └── DataError         the data or a check failed (exit code 1)

Every message says what is wrong, where, and how to mend it; the command line prints it without a traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding at one place: `file:line:column: what - mend`. Lines and columns count from 1; 0 is unknown."""

    file: Path
    line: int
    column: int
    what: str
    mend: str
    is_warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.is_warning else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}{self.what} - {self.mend}"


class TakeupError(Exception):
    """Base of all errors that takeup raises on purpose. `exit_code` is what the command line returns."""

    exit_code = 1


class ConfigError(TakeupError):
    """One or more problems in workspace files."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(TakeupError):
    """A command was called in a way it cannot serve; the message says which call would work."""

    exit_code = 2


class DataError(TakeupError):
    """The data or a check over them failed."""
