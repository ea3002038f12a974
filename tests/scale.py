"""How much the reliability tests do: the numbers of the promise with TAKEUP_RELIABILITY=1, a few of them else."""

from __future__ import annotations

import os


def stated(full: int, reduced: int) -> int:
    """The stated number in the reliability profile (`make reliability`), the reduced one in every other run."""
    return full if os.environ.get("TAKEUP_RELIABILITY") else reduced
