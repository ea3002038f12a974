"""The share of correct users so far, and the fan of where it will stand when the target is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards import wording
from dashboards.charts.pace import PACE_PX, final_weeks, target_layers
from dashboards.charts.palette import CORRECT, INCORRECT, NON_USER, NOT_JUDGED, PADDING, SHARE_AXIS, Spec, date_axis
from dashboards.marts.adoption import AdoptionWeek, Target
from dashboards.marts.forecasts import ForecastWeek

# What is long past says nothing of where it goes, and presses the fan into a corner.
MOST_PAST_WEEKS = 26


def fan(weeks: Sequence[AdoptionWeek], forecast: Sequence[ForecastWeek], target: Target) -> Spec:
    """Past as a line; future as a band with eight chances in ten, its middle dashed; the target at its date."""
    past = [_past(week) for week in final_weeks(weeks)[-MOST_PAST_WEEKS:] if week.correct_share is not None]
    future = [_joint(past[-1])] if past else []
    future += [_future(week) for week in forecast if week.p50 is not None]
    axis = date_axis(date.fromisoformat(past[0]["at"]) if past else None, target.due)
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis}
    y = {
        "field": "share", "type": "quantitative", "title": None, "axis": SHARE_AXIS, "scale": {"zero": True},
    }  # fmt: skip
    return {
        "height": PACE_PX,
        "padding": PADDING,
        "data": {"values": [*past, *future]},
        "encoding": {
            "x": x,
            "y": y,
            "tooltip": [{"field": "week", "title": "Week"}, {"field": "figure", "title": "Correct users"}],
        },
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.22},
                "transform": [{"filter": "datum.low !== null"}],
                "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}, "color": _BLUE},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 18}},
                "transform": [{"filter": "!datum.is_future"}],
                "encoding": {"color": _BLUE},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2, "strokeDash": [3, 3]},
                "transform": [{"filter": "datum.is_future"}],
                "encoding": {"color": _BLUE},
            },
            *target_layers(weeks, target),
        ],
    }


_BLUE: Spec = {
    "field": "colour", "type": "nominal", "legend": None,
    "scale": {"domain": [CORRECT, INCORRECT, NON_USER, NOT_JUDGED]},
}  # fmt: skip


def _past(week: AdoptionWeek) -> dict[str, Any]:
    told = {"week": f"Week of {wording.day(week.week_start)}", "figure": wording.share(week.correct_share)}
    return _row(week.week_start.isoformat(), week.correct_share, None, None, False) | told


def _joint(last: dict[str, Any]) -> dict[str, Any]:
    """The fan opens at the last share that is known."""
    return last | {"low": last["share"], "high": last["share"], "is_future": True}


def _future(week: ForecastWeek) -> dict[str, Any]:
    told = {
        "week": f"Week of {wording.day(week.week_start)}, forecast",
        "figure": f"{wording.share(week.p50)}, eight in ten: {wording.share(week.p10)} to {wording.share(week.p90)}",
    }
    return _row(week.week_start.isoformat(), week.p50, week.p10, week.p90, True) | told


def _row(at: str, share: float | None, low: float | None, high: float | None, is_future: bool) -> dict[str, Any]:
    return {"at": at, "share": share, "low": low, "high": high, "is_future": is_future, "colour": CORRECT}
