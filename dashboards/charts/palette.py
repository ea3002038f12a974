"""What charts share: places in the theme's palette, axes, legend, tooltip, padding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboards import wording

Spec = dict[str, Any]

CORRECT, INCORRECT, NON_USER, NOT_JUDGED = range(4)

NO_PADDING = {"left": 0, "right": 0, "top": 0, "bottom": 0}

PADDING = {"left": 0, "right": 8, "top": 4, "bottom": 4}

DATE_AXIS: Spec = {"format": "%-d %b", "labelOverlap": True, "grid": False, "labelAngle": 0, "labelSeparation": 12}
LONGEST_WITHOUT_YEAR = timedelta(weeks=53)
MOST_WEEKS_NAMED = 13

# Four names in a row do not fit on a phone. The symbols keep full strength where the areas are paler. Streamlit writes
# a blank where there is no title, which would take a line of its own.
LEGEND: Spec = {
    "title": None, "titleFontSize": 0, "titlePadding": 0, "orient": "top", "symbolType": "square", "symbolOpacity": 1,
    "columns": {"signal": "width < 380 ? 2 : 4"},
}  # fmt: skip

SHARE_AXIS: Spec = {"format": ".0%", "tickCount": 5, "labelFlush": False}

TOOLTIP: list[Spec] = [{"field": "week", "title": "Week"}, {"field": "figure", "title": "Figure"}]


def date_axis(first: date | None, last: date | None) -> Spec:
    """An axis of days; of months with their year where a day alone could be of either year."""
    is_long = first is not None and last is not None and last - first > LONGEST_WITHOUT_YEAR
    return DATE_AXIS | {"format": "%b %Y"} if is_long else DATE_AXIS


def week_axis(starts: Sequence[date]) -> Spec:
    """An axis of weeks in order, marked at their first days; of months where the weeks span more than a year."""
    axis = date_axis(starts[0] if starts else None, starts[-1] if starts else None)
    if axis is not DATE_AXIS:
        return axis
    named = starts[:: -(-len(starts) // MOST_WEEKS_NAMED) or 1]
    days = [{"year": start.year, "month": start.month, "date": start.day, "utc": True} for start in named]
    return axis | {"values": days}


def tip(week_start: date, figure: str) -> dict[str, Any]:
    return {"week": f"Week of {wording.day(week_start)}", "figure": figure}
