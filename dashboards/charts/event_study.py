"""Before and after a training: the trained beside the people they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import wording
from dashboards.charts.palette import CORRECT, INCORRECT, NON_USER, NOT_JUDGED, PADDING, SHARE_AXIS, Spec
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
        "layer": [_line(TRAINED, 1.0), _line(COMPARED, 0.6), _TRAINING],
        "resolve": {"scale": {"color": "independent"}},
    }  # fmt: skip


def _line(who: str, opacity: float) -> Spec:
    """The trained in the colour of correct use, the others dashed in the text's own."""
    mark: Spec = {"type": "line", "strokeWidth": 2, "opacity": opacity, "point": {"size": 28, "opacity": opacity}}
    is_trained = who == TRAINED
    if not is_trained:
        mark |= {"color": "currentColor", "strokeDash": [5, 4]}
        mark["point"] |= {"color": "currentColor"}
    return {
        "mark": mark,
        "transform": [{"filter": f"datum.who === '{who}'"}],
        "encoding": {"color": _BLUE} if is_trained else {},
    }


_BLUE: Spec = {
    "field": "place", "type": "nominal", "legend": None,
    "scale": {"domain": [CORRECT, INCORRECT, NON_USER, NOT_JUDGED]},
}  # fmt: skip
_TRAINING: Spec = {
    "data": {"values": [{"week": -0.5}]},
    "mark": {"type": "rule", "strokeDash": [2, 3], "color": "currentColor", "opacity": 0.7},
    "encoding": {"y": None, "tooltip": None},
}


def _rows(week: EffectWeek) -> list[dict[str, Any]]:
    parts = ((TRAINED, CORRECT, week.trained_level, week.trained_people),
             (COMPARED, NON_USER, week.comparison_level, week.comparison_people))  # fmt: skip
    return [
        {
            "week": week.event_week, "who": who, "place": place, "level": level,
            "told": f"{wording.share(level)} of {wording.people(people or 0)}, week {week.event_week:+d}",
        }
        for who, place, level, people in parts
    ]  # fmt: skip
