"""Before and after a training: the trained beside the people they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import wording
from dashboards.charts.palette import CORRECT, INCORRECT, LEGEND, NON_USER, NOT_JUDGED, PADDING, SHARE_AXIS, Spec
from dashboards.marts.training import EffectWeek

STUDY_PX = 260
TRAINED, COMPARED = "Trained", "Not trained yet"


def event_study(weeks: Sequence[EffectWeek]) -> Spec:
    """Two lines over the weeks since the training, which is the upright rule at 0."""
    rows = [row for week in weeks for row in _rows(week) if row["level"] is not None]
    return {
        "height": STUDY_PX,
        "padding": PADDING,
        "data": {"values": rows},
        "encoding": {
            "x": {
                "field": "week", "type": "quantitative", "title": "Weeks from training",
                "axis": {"grid": False, "tickMinStep": 1, "format": "d"},
            },
            "y": {
                "field": "level", "type": "quantitative", "title": None, "axis": SHARE_AXIS, "scale": {"zero": False},
            },
            "tooltip": [{"field": "who", "title": "Who"}, {"field": "told", "title": "Figure"}],
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 28}},
                "encoding": {
                    "color": {"field": "place", "type": "nominal", "legend": None,
                              "scale": {"domain": [CORRECT, INCORRECT, NON_USER, NOT_JUDGED]}},
                    "strokeDash": {"field": "who", "type": "nominal", "sort": [TRAINED, COMPARED],
                                   "scale": {"domain": [TRAINED, COMPARED]},
                                   "legend": LEGEND | {"symbolType": "stroke"}},
                },
            },
            {
                "data": {"values": [{"week": -0.5}]},
                "mark": {"type": "rule", "strokeDash": [5, 4], "color": "currentColor", "opacity": 0.7},
                "encoding": {"y": None, "tooltip": None},
            },
        ],
    }  # fmt: skip


def _rows(week: EffectWeek) -> list[dict[str, Any]]:
    parts = ((TRAINED, CORRECT, week.trained_level, week.trained_people),
             (COMPARED, NON_USER, week.comparison_level, week.comparison_people))  # fmt: skip
    return [
        {
            "week": week.event_week, "who": who, "place": place, "level": level,
            "told": f"{wording.share(level)} of {people or 0:,} people, week {week.event_week:+d}",
        }
        for who, place, level, people in parts
    ]  # fmt: skip
