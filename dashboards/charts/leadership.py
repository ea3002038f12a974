"""The charts of the leadership page: each tool against its target, and the rules that most people break."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import wording
from dashboards.charts.bars import Bar, bars
from dashboards.charts.palette import INCORRECT, Spec
from dashboards.leadership import comparable, gap_of, share_of
from dashboards.marts.leadership import BrokenRule, Standing


def against_target(tools: Sequence[Standing], most: int) -> Spec:
    """The share of each tool's target and a mark at the target, the largest gap first."""
    return bars([_target_bar(tool) for tool in comparable(tools)[:most]], longest=1.0)


def _target_bar(tool: Standing) -> Bar:
    share, gap = share_of(tool) or 0.0, gap_of(tool)
    measure = " active" if tool.measure == "active" else ""
    figure = wording.share(share, 0) + measure + (f" ({wording.points(gap, 0)})" if gap is not None else "")
    return Bar(tool.title, share, figure, mark=tool.target)


def most_broken(rules: Sequence[BrokenRule]) -> Spec:
    """How many people break each rule, of those whom it judges; tools often share a rule, so the tool comes first."""
    return bars(
        [
            Bar(f"{rule.tool} · {rule.title}", rule.people, wording.count(rule.people), colour=INCORRECT)
            for rule in rules
        ]
    )


def in_words(tools: Sequence[Standing], most: int) -> str:
    """The first chart for those who cannot see it."""
    shown = comparable(tools)[:most]
    parts = [f"{tool.title} {wording.share(share_of(tool), 0)}{_of_target(tool)}" for tool in shown]
    return f"Bars of the share that each tool's target is for: {'; '.join(parts) or 'no tool has figures'}."


def _of_target(tool: Standing) -> str:
    return f" of a target of {wording.target_share(tool.target)}" if tool.target is not None else ""
