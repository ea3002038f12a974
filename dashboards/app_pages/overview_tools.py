"""All tools against their targets: a card of the overview."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, draw
from dashboards.charts.bars import Bar, bars
from dashboards.marts import adoption
from dashboards.marts.adoption import ToolGap


def show(filters: Filters) -> None:
    """One bar a tool, the worst gap first."""
    st.header("All tools against target")
    gaps = adoption.tools_against_target(filters.path, filters.org_unit)
    draw(bars([_bullet(gap) for gap in gaps], longest=_longest(gaps)), "Correct users of each tool against target")
    mark = "; the upright mark is the target" if any(gap.target is not None for gap in gaps) else ""
    st.caption(f"Correct users as a share of each tool's eligible people{mark}.{_exceptions(gaps)}")


def _bullet(gap: ToolGap) -> Bar:
    reached = wording.share(gap.correct_share, 0) if gap.can_show_correctness else "correctness unknown"
    goal = "no target" if gap.target is None else f"target {wording.target_share(gap.target)}"
    text = f"{reached} · {goal}" + (f" ({wording.points(gap.gap, 0)})" if gap.gap is not None else "")
    return Bar(gap.title, gap.correct_share or 0.0, text, gap.target)


def _exceptions(gaps: Sequence[ToolGap]) -> str:
    """Which bars are not final or no longer counted: beneath them, for a phone cuts a long name off at its end."""
    provisional = [wording.plain(gap.title) for gap in gaps if gap.is_provisional]
    paused = [wording.plain(gap.title) for gap in gaps if gap.is_paused]
    told = f" Provisional: {', '.join(provisional)}." if provisional else ""
    return told + (f" Paused: {', '.join(paused)}." if paused else "")


def _longest(gaps: Sequence[ToolGap]) -> float:
    """A little more than the longest bar or mark, so that a mark at the end stays visible."""
    return 1.02 * max([*(gap.correct_share or 0.0 for gap in gaps), *(gap.target or 0.0 for gap in gaps)], default=1.0)
