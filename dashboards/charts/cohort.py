"""The cohort triangle: of those who began in the same week, who is still active so many weeks later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dashboards import wording
from dashboards.charts.palette import PADDING, Spec
from dashboards.marts.movement import Cohort

ROW_PX = 17
# The axis with its title above the rows, the legend below them.
HEAD_PX = 140


def triangle(cohorts: Sequence[Cohort]) -> Spec:
    """One row a cohort, one column a week since; hidden cells stay empty, provisional ones are paler."""
    shown = [cohort for cohort in cohorts if cohort.active_share is not None]
    lowest = min((cohort.active_share or 0.0 for cohort in shown), default=0.0)
    starts = sorted({cohort.cohort_week for cohort in cohorts})
    return {
        "height": HEAD_PX + ROW_PX * max(len(starts), 4),
        "padding": PADDING,
        "data": {"values": [_row(cohort) for cohort in shown]},
        "mark": {"type": "rect", "cornerRadius": 1},
        "encoding": {
            "x": {
                "field": "age", "type": "ordinal", "title": "Weeks since the first use",
                "axis": {"ticks": False, "domain": False, "labelAngle": 0, "labelOverlap": True, "orient": "top"},
            },
            "y": {
                "field": "cohort", "type": "ordinal", "title": None, "sort": [_name(start) for start in starts],
                "scale": {"domain": [_name(start) for start in starts]},
                "axis": {"ticks": False, "domain": False, "labelOverlap": True},
            },
            "color": {
                "field": "share", "type": "quantitative", "scale": {"domain": [math.floor(10 * lowest) / 10, 1]},
                "legend": {"title": "Still active", "format": ".0%", "orient": "bottom", "gradientLength": 160,
                           "tickCount": 3},
            },
            "opacity": {"condition": {"test": "datum.is_provisional", "value": 0.6}, "value": 1},
            "tooltip": [{"field": "cohort", "title": "Began"}, {"field": "age", "title": "Weeks since"},
                        {"field": "figure", "title": "Still active"}],
        },
        "config": {"view": {"stroke": None}},
    }  # fmt: skip


def _name(start: Any) -> str:
    return f"{start.day} {start:%b %y}"


def _row(cohort: Cohort) -> dict[str, Any]:
    provisional = ", provisional" if cohort.is_provisional else ""
    return {
        "cohort": _name(cohort.cohort_week),
        "age": cohort.age_weeks,
        "share": cohort.active_share,
        "is_provisional": cohort.is_provisional,
        "figure": f"{cohort.active:,} of {cohort.people:,} ({wording.share(cohort.active_share, 0)}{provisional})",
    }
