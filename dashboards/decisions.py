"""What leadership is asked to decide, made from the figures alone."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import wording
from dashboards.leadership import (
    MISSED,
    OPEN,
    UNLIKELY_TO,
    chance_words,
    gap_of,
    listed,
    prospect,
    trusted_rules,
    worst_first,
)
from dashboards.marts.leadership import BrokenRule, Standing

MOST_DECISIONS = 6
_MOST_LATE, _MOST_TRAININGS = 3, 2


def decisions(tools: Sequence[Standing], broken: Sequence[BrokenRule]) -> list[str]:
    """What leadership is asked to decide, the most urgent first. Nothing is asked for that the figures do not show."""
    asked = [
        *_changed_logs(tools),
        *_late_targets(tools)[:_MOST_LATE],
        *_trainings(trusted_rules(broken, tools)),
        *_missing_terms(tools),
        *_unknown_people(tools),
    ]
    return asked[:MOST_DECISIONS]


def _changed_logs(tools: Sequence[Standing]) -> list[str]:
    return [
        f"{tool.title}: its logs changed on {wording.day(tool.untrustworthy_since)}, so its figures cannot be trusted;"
        " have its owner say what the change means."
        for tool in tools
        if tool.untrustworthy_since is not None
    ]


def _late_targets(tools: Sequence[Standing]) -> list[str]:
    asked = []
    for tool in worst_first(tools):
        word = prospect(tool).word
        if tool.due is None:
            continue
        if word == MISSED:
            by = wording.points(gap_of(tool)).lstrip(wording.MINUS)
            when = wording.day(tool.due)
            asked.append(
                f"{tool.title} missed its target by {by} at its date, {when}: set a new date, or end the tool."
            )
        if word == UNLIKELY_TO or (word == OPEN and _is_behind(tool)):
            mend = f"back its owner with time to train, or move the date ({wording.day(tool.due)})"
            asked.append(f"{tool.title} {_outlook(tool)}: {mend}.")
    return asked


def _outlook(tool: Standing) -> str:
    """Why a target is in danger: too few people a week, or a chance that is low although enough are expected."""
    if _is_behind(tool):
        return f"needs {_rate(tool.needed_people)} more people a week, {_rate(tool.expected_people)} are expected"
    return f"has a chance of {chance_words(tool.chance)} to reach its target"


def _is_behind(tool: Standing) -> bool:
    """Whether fewer people are expected than it takes: with as many, an open target is left to its owner."""
    return (tool.expected_people or 0.0) < (tool.needed_people or 0.0)


def _trainings(broken: Sequence[BrokenRule]) -> list[str]:
    return [
        f"Give {wording.people(rule.people)} time for “{rule.module}” in {rule.tool}."
        for rule in broken[:_MOST_TRAININGS]
        if rule.module
    ]


def _missing_terms(tools: Sequence[Standing]) -> list[str]:
    aimless = [tool.title for tool in tools if tool.target is None and not tool.is_paused and not tool.is_small]
    ruleless = [tool.title for tool in tools if not tool.has_rules]
    return [
        *([f"Name a target and a date for {listed(aimless)}."] if aimless else []),
        *([f"Have the owners of {listed(ruleless)} say what correct use is."] if ruleless else []),
    ]


def _unknown_people(tools: Sequence[Standing]) -> list[str]:
    return [
        f"{tool.title}: only {wording.share(tool.known_share, 0)} of its records belong to known people;"
        " have the accounts matched."
        for tool in tools
        if tool.known_share is not None and tool.known_share < tool.least_known_share
    ]


def _rate(value: float | None) -> str:
    if value is None:
        return "an unknown number"
    rounded = round(value, 0 if value >= 9.95 else 1)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"
