"""Every report of every vendor, by the names that the configuration uses."""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.pull import anthropic, cursor, github, microsoft, openai
from orchestration.pull.visits import Report
from orchestration.registry.pull_models import PullSpec

REPORTS: Mapping[str, Mapping[str, Report]] = {
    "github": github.REPORTS,
    "anthropic": anthropic.REPORTS,
    "openai": openai.REPORTS,
    "cursor": cursor.REPORTS,
    "microsoft": microsoft.REPORTS,
}


def report_of(spec: PullSpec) -> Report:
    """The report that a source pulls; the registry has checked that it exists."""
    return REPORTS[spec.vendor][spec.report]
