"""One person's statuses, one cell a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboards import wording
from dashboards.charts.palette import LEGEND, PADDING, Spec, date_axis
from dashboards.charts.trend import PROVISIONAL_OPACITY

# With more weeks the lines between them take more room than the weeks.
MOST_WEEKS_APART = 52
STRIP_PX = 160  # legend and axis included


def status_strip(weeks: Sequence[tuple[date, str, bool]]) -> Spec:
    """Week, status and whether it is provisional, oldest first; provisional cells are paler."""
    titles = list(wording.STATUSES.values())
    rows = [
        {
            "at": start.isoformat(),
            "status": wording.STATUSES[status],
            "is_provisional": is_provisional,
            "week": f"Week of {wording.day(start)}" + (", provisional" if is_provisional else ""),
        }
        for start, status, is_provisional in weeks
    ]
    legend = LEGEND | {"symbolStrokeWidth": 0}
    axis = date_axis(weeks[0][0], weeks[-1][0]) | {"labelOverlap": True, "ticks": False, "domain": False}
    return {
        "height": STRIP_PX,
        "padding": PADDING,
        "data": {"values": rows},
        "mark": {
            "type": "rect",
            "stroke": "currentColor",
            "strokeOpacity": 0.15 if len(weeks) <= MOST_WEEKS_APART else 0,
            "cornerRadius": 2,
        },
        "encoding": {
            "x": {"field": "at", "type": "ordinal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis},
            "color": {"field": "status", "type": "nominal", "scale": {"domain": titles}, "legend": legend},
            "opacity": {"condition": {"test": "datum.is_provisional", "value": PROVISIONAL_OPACITY}, "value": 1},
            "tooltip": [{"field": "week", "title": "Week"}, {"field": "status", "title": "Status"}],
        },
    }
