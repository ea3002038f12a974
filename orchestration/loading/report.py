"""What a load did, in lines."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Counts of one file or many. Lines are physical; in files that are one document, records.

    `lines_read` is always the sum of the five fates; `is_balanced` says so.
    """

    files: int = 0
    lines_read: int = 0
    loaded: int = 0
    duplicate: int = 0
    superseded: int = 0
    quarantined: int = 0
    blank: int = 0

    def __add__(self, other: LoadReport) -> LoadReport:
        return LoadReport(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def is_balanced(self) -> bool:
        """Whether every line that was read met exactly one fate."""
        return self.lines_read == self.loaded + self.duplicate + self.superseded + self.quarantined + self.blank
