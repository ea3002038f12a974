"""Who is new, retained, back or dormant, by week: users above the line, the dormant below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import wording
from dashboards.charts.palette import CORRECT, INCORRECT, NON_USER, NOT_JUDGED, PADDING, Spec, week_axis
from dashboards.marts.movement import LifecycleWeek

LIFECYCLE_PX = 300
# Strength of one hue: users of three kinds are all users, so they share a colour.
STRENGTH = {"retained": 0.7, "resurrected": 0.42, "new": 0.2}
DORMANT = "dormant"


def lifecycle_bars(weeks: Sequence[LifecycleWeek]) -> Spec:
    """Stacked bars by week; the newest weeks may be provisional, which their tooltips say."""
    rows = [_row(week) for week in weeks if week.lifecycle in (*STRENGTH, DORMANT)]
    axis = week_axis(sorted({week.week_start for week in weeks}))
    bands = max(len({row["at"] for row in rows}), 2)
    bar = {"type": "bar", "width": {"expr": f"max(width / {bands} - 3, 2)"}}
    # Half a band on both sides, or the first bar would lie upon the figures of the axis.
    scale = {"type": "utc", "padding": {"expr": f"width / {2 * bands}"}}
    return {
        "height": LIFECYCLE_PX,
        "padding": PADDING,
        "data": {"values": rows},
        "encoding": {
            "x": {
                "field": "at", "type": "temporal", "title": None, "scale": scale,
                "axis": axis | {"domain": False, "offset": 4},
            },
            "y": {
                "field": "people", "type": "quantitative", "title": None,
                "axis": {"tickCount": 5, "labelExpr": "format(abs(datum.value), ',')"},
            },
            "tooltip": [
                {"field": "state", "title": "State"}, {"field": "week", "title": "Week"},
                {"field": "figure", "title": "People"},
            ],
        },
        "layer": [
            {
                "mark": bar, "transform": [{"filter": "datum.people >= 0"}],
                "encoding": {"color": _STRENGTH, "order": {"field": "place"}},
            },
            {
                "mark": bar, "transform": [{"filter": "datum.people < 0"}],
                "encoding": {"color": _GREY},
            },
            _ZERO,
        ],
        "resolve": {"scale": {"color": "independent"}},
    }  # fmt: skip


_ZERO: Spec = {
    "mark": {"type": "rule", "color": "currentColor", "opacity": 0.5},
    "encoding": {"y": {"datum": 0}, "x": None, "tooltip": None},
}
_GREY: Spec = {
    "field": "colour", "type": "nominal", "legend": None,
    "scale": {"domain": [CORRECT, INCORRECT, NON_USER, NOT_JUDGED]},
}  # fmt: skip
# The theme's sequential colours, with names instead of numbers in the legend.
_STRENGTH: Spec = {
    "field": "strength", "type": "quantitative", "scale": {"domain": [0, 1]},
    "legend": {
        "title": None, "titleFontSize": 0, "titlePadding": 0, "orient": "top", "type": "symbol",
        "symbolType": "square", "values": list(STRENGTH.values()),
        "labelExpr": " : ".join(
            f"abs(datum.value - {value}) < 0.01 ? '{wording.LIFECYCLE[name]}'" for name, value in STRENGTH.items()
        ) + " : ''",
    },
}  # fmt: skip


def _row(week: LifecycleWeek) -> dict[str, Any]:
    is_dormant = week.lifecycle == DORMANT
    share = wording.share(week.people / week.eligible) if week.eligible else wording.UNKNOWN
    return {
        "at": week.week_start.isoformat(),
        "state": wording.LIFECYCLE[week.lifecycle],
        "place": [*STRENGTH, DORMANT].index(week.lifecycle),
        "colour": NON_USER,
        "strength": STRENGTH.get(week.lifecycle, 0.0),
        "people": -week.people if is_dormant else week.people,
        "week": f"Week of {wording.day(week.week_start)}" + (", provisional" if week.is_provisional else ""),
        "figure": f"{week.people:,} of {week.eligible:,} ({share})",
    }
