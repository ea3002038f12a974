"""Gap and pace: where the share of correct users stands against its target, and the straight path there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import wording
from dashboards.charts.palette import PADDING, SHARE_AXIS, TOOLTIP, Spec, date_axis, tip
from dashboards.marts.adoption import AdoptionWeek, Target

PACE_PX = 264

PACE_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """Share points (0..1) a week: what the last final weeks brought, and what the target needs until it is due."""

    recent: float | None
    needed: float | None
    weeks_left: float
    gap: float

    @property
    def is_reached(self) -> bool:
        """Whether the newest final week is at the target or above."""
        return self.gap >= 0


def pace_of(weeks: Sequence[AdoptionWeek], target: Target) -> Pace | None:
    """Gap and pace of correct users from the final weeks; None before any week has a share."""
    known = [(week.week_start, week.correct_share) for week in final_weeks(weeks) if week.correct_share is not None]
    if not known:
        return None
    newest, now = known[-1]
    back = known[-min(len(known), PACE_WEEKS + 1)]
    span = (newest - back[0]).days / 7
    left = max((target.due - newest).days / 7, 0.0)
    gap = now - target.value
    needed = None if gap >= 0 or left == 0 else -gap / left
    return Pace((now - back[1]) / span if span else None, needed, left, gap)


def gap_and_pace(weeks: Sequence[AdoptionWeek], target: Target) -> Spec:
    """Share of correct users by week, the target at its date, and the straight path that would lead there."""
    rows: list[dict[str, Any]] = [
        {"at": week.week_start.isoformat(), "share": week.correct_share, "is_final": not week.is_provisional}
        | tip(week.week_start, wording.share(week.correct_share))
        for week in weeks
    ]
    axis = date_axis(weeks[0].week_start if weeks else None, target.due)
    layers = [
        _layer({"type": "line", "strokeWidth": 2, "point": {"size": 18}}, transform="datum.is_final"),
        _layer({"type": "point", "size": 30, "filled": False}, transform="!datum.is_final"),
        *target_layers(weeks, target),
        *_path_layers(weeks, target),
    ]
    return {
        "height": PACE_PX,
        "padding": PADDING,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": None,
                "axis": SHARE_AXIS,
                "scale": {"zero": False},
            },
            "tooltip": TOOLTIP,
        },
        "layer": layers,
    }


def final_weeks(weeks: Sequence[AdoptionWeek]) -> list[AdoptionWeek]:
    """Those that late data will not change any more."""
    return [week for week in weeks if not week.is_provisional]


def target_layers(weeks: Sequence[AdoptionWeek], target: Target) -> list[Spec]:
    """The target as a diamond at its date, with its words on the side where the line is not."""
    known, due = _known(weeks), _due(target)
    diamond = {"type": "point", "shape": "diamond", "size": 110, "filled": True, "color": "currentColor", "opacity": 1}
    layers: list[Spec] = [{"data": {"values": [due]}, "mark": diamond}]
    text = f"{wording.target_share(target.value)} by {wording.day(target.due)}"
    is_below = bool(known) and (known[-1].correct_share or 0.0) >= target.value
    label = {"type": "text", "align": "right", "dx": 6, "dy": 18 if is_below else -16, "fontWeight": 600}
    label |= {"color": "currentColor"}
    layers.append({"data": {"values": [due | {"text": text}]}, "mark": label, "encoding": {"text": {"field": "text"}}})
    return layers


def _known(weeks: Sequence[AdoptionWeek]) -> list[AdoptionWeek]:
    return [week for week in final_weeks(weeks) if week.correct_share is not None]


def _due(target: Target) -> dict[str, Any]:
    due = {"at": target.due.isoformat(), "share": target.value, "week": f"Due {wording.day(target.due)}"}
    return due | {"figure": f"Target {wording.target_share(target.value)}"}


def _path_layers(weeks: Sequence[AdoptionWeek], target: Target) -> list[Spec]:
    """The straight path to a target that is still open."""
    known, due = _known(weeks), _due(target)
    is_open = known and known[-1].week_start < target.due and (known[-1].correct_share or 0.0) < target.value
    if is_open:
        start = {"at": known[-1].week_start.isoformat(), "share": known[-1].correct_share}
        dashed = {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "currentColor", "opacity": 0.7}
        return [{"data": {"values": [start, due]}, "mark": dashed, "encoding": {"tooltip": None}}]
    return []


def _layer(mark: Spec, transform: str) -> Spec:
    return {"mark": mark, "transform": [{"filter": transform}]}
