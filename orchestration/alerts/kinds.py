"""Every kind of alert: its title, how grave it is, and what it means. docs/runbooks/<kind>.md says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["critical", "major", "minor"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of alert."""

    title: str
    severity: Severity
    meaning: str


KINDS: dict[str, Kind] = {
    "zero-day": Kind("Nobody used it", "critical", "A day on which nobody used the tool, though people usually do."),
    "usage-drop": Kind("Use has dropped", "major", "Clearly fewer people use it than on the same weekdays before."),
    "late-source": Kind("Logs are late", "major", "The newest record of a source is older than its deadline."),
    "schema-drift": Kind("Logs have changed shape", "major", "Fields of a source went, came or hold something else."),
    "quarantine": Kind("Lines cannot be read", "major", "More lines of the latest files are broken than permitted."),
    "repeated-delivery": Kind("Delivered again", "minor", "A delivery brought what was loaded already."),
    "unknown-people": Kind("Accounts of nobody", "major", "Too many records belong to nobody on the roster."),
    "error-budget": Kind("Error budget spent", "major", "A week held more errors than the owner promised at most."),
    "override-surge": Kind("Overridden more often", "major", "People override clearly more than in the weeks before."),
    "calibration-gap": Kind("Confidence misleads", "major", "The confidence shown is far from how often it is right."),
    "volume": Kind("Below its volume", "minor", "For weeks the tool has carried less than the owner promised."),
    "retraining": Kind("Retraining is due", "major", "A trigger of the owner's retraining policy was hit."),
    "ownership": Kind("Nobody owns it", "critical", "The named owner is no longer on the roster."),
}


def runbook_of(kind: str, base: str) -> str:
    """Where the runbook of a kind stands, below `base`."""
    return f"{base.rstrip('/')}/{kind}.md"


def is_as_grave(severity: str, least: str) -> bool:
    """Whether `severity` is at least `least`."""
    ranks: tuple[str, ...] = SEVERITIES
    return ranks.index(severity) <= ranks.index(least)
