"""Where to look first: whether the data, the tool, what follows it or the organisation is the likely cause, and why.

A guess is no verdict. It names the strongest evidence first, and says when there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orchestration.alerts.facts import Day, ToolFacts
from orchestration.alerts.findings import Finding

Guess = Literal["data", "tool", "downstream", "organisation"]
LOGS = ("late-source", "schema-drift", "quarantine", "unknown-people")
"""Kinds that are data problems themselves, and make every figure of their tool doubtful."""
USE = ("zero-day", "usage-drop", "volume")


@dataclass(frozen=True, slots=True)
class FirstGuess:
    """Where to look first, and what speaks for it, the strongest first."""

    guess: Guess
    evidence: tuple[str, ...]


def first_guess(finding: Finding, facts: ToolFacts, everything: Sequence[Finding]) -> FirstGuess:
    """The guess about one finding; `everything` is what was found of all tools in the same run."""
    if finding.kind in LOGS or finding.kind == "repeated-delivery":
        return FirstGuess("data", (_OF_LOGS[finding.kind],))
    if finding.kind == "ownership":
        return _ownership(facts)
    spoilt = [
        f"The logs themselves have a problem: {one.summary}"
        for one in everything
        if one.tool_id == finding.tool_id and one.kind in LOGS and not _is_later(one, finding)
    ]
    if finding.kind in USE:
        return _of_use(finding, facts, everything, spoilt)
    if spoilt:
        return FirstGuess("data", tuple(spoilt))
    return _of_quality(finding, facts)


def _is_later(spoilt: Finding, finding: Finding) -> bool:
    """Whether the logs are late now, which says nothing of the final weeks that a lack of volume is found in."""
    return spoilt.kind == "late-source" and finding.kind == "volume"


def _ownership(facts: ToolFacts) -> FirstGuess:
    if not facts.has_rostered_others:
        return FirstGuess(
            "data", ("Nobody else whom the tool names is on the latest roster either: the roster may be incomplete.",)
        )
    return FirstGuess("organisation", ("The latest roster has others whom the tool names, but not its owner.",))


def _of_use(finding: Finding, facts: ToolFacts, everything: Sequence[Finding], spoilt: Sequence[str]) -> FirstGuess:
    days = [one for one in facts.days if finding.first and finding.last and finding.first <= one.day <= finding.last]
    outages = [one.day for one in facts.days if one.is_outage and _is_near(one.day, finding)]
    data = [*spoilt, *_missing_records(finding, facts, days), *_shared_fate(finding, everything)]
    if data:
        return FirstGuess("data", tuple(data))
    if outages and finding.kind != "volume":
        return FirstGuess("tool", (f"An outage was declared on {', '.join(map(str, outages[:3]))}.",))
    worse = [
        one for one in everything if one.tool_id == finding.tool_id and one.kind in ("override-surge", "error-budget")
    ]
    if worse:
        return FirstGuess("tool", tuple(f"It also works less well: {one.summary}" for one in worse))
    return FirstGuess("downstream", tuple(_complete(days)))


def _is_near(day: date, finding: Finding) -> bool:
    first, last = finding.first or date.min, finding.last or date.max
    return first - timedelta(days=3) <= day <= last + timedelta(days=1)


def _missing_records(finding: Finding, facts: ToolFacts, days: Sequence[Day]) -> list[str]:
    """Whether the logs of those days lack more than people."""
    records = sum(one.records or 0 for one in days)
    if days and finding.kind == "zero-day" and records == 0:
        return ["Not one record came of those days, not even of a service: a file may be missing."]
    unknown = sum(one.unknown_records or 0 for one in days)
    if records and unknown / records > 0.2:
        return [f"{unknown:,} of the {records:,} records of those days belong to nobody known: people may hide there."]
    before = [one for one in facts.days if finding.first and one.day < finding.first and one.is_usable][-20:]
    usual = sum(one.service_records or 0 for one in before)
    services = sum(one.service_records or 0 for one in days)
    if usual >= 20 and days and services * len(before) < 0.5 * usual * len(days):
        return [
            f"Records of services are missing as well: {services:,} on those days, "
            f"{usual / len(before):.1f} a day before."
        ]
    return []


def _shared_fate(finding: Finding, everything: Sequence[Finding]) -> list[str]:
    """Whether several tools fell at once: that is rarely their own doing."""
    others = sorted(
        {
            one.tool_id
            for one in everything
            if one.kind in ("zero-day", "usage-drop")
            and one.tool_id != finding.tool_id
            and one.first
            and finding.first
            and abs((one.first - finding.first).days) <= 2
        }
    )
    if len(others) < 2:
        return []
    named = ", ".join(others[:3])
    return [f"{len(others)} other tools fell on the same days ({named}): a calendar or a roster may be wrong."]


def _complete(days: Sequence[Day]) -> list[str]:
    records = sum(one.records or 0 for one in days)
    services = sum(one.service_records or 0 for one in days)
    told = f"{records:,} records came of those days" + (f", {services:,} of services" if services else "")
    return [f"The logs are complete ({told}), and nothing speaks of an outage: ask what changed in the work around it."]


def _of_quality(finding: Finding, facts: ToolFacts) -> FirstGuess:
    """Of a spent budget it depends on what counts as an error; anything else says that the tool is wrong."""
    measure = facts.error_measure if finding.kind == "error-budget" else None
    if measure == "broken":
        return FirstGuess("downstream", ("Broken rules are people's way of working with it, not its answers.",))
    if measure == "unavailable":
        return FirstGuess("tool", ("It was down, by declared outages.",))
    return FirstGuess("tool", ("Its logs are in order: people disagree with what it recommends, or it is wrong.",))


_OF_LOGS = {
    "late-source": "Nothing newer has come; whether the tool was used nobody can say until it does.",
    "schema-drift": "The vendor or an export has changed what it delivers.",
    "quarantine": "The lines do not have the form of the source; they are kept and can be replayed.",
    "unknown-people": "Accounts are not on the roster: new people, renamed accounts, or a roster that is old.",
    "repeated-delivery": "The same content came twice; nothing is counted twice.",
}
