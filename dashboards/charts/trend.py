"""The four statuses by week, stacked to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import wording
from dashboards.charts.pace import final_weeks
from dashboards.charts.palette import DATE_AXIS, LEGEND, PADDING, SHARE_AXIS, TOOLTIP, Spec, tip, week_axis
from dashboards.marts.adoption import AdoptionWeek, Target

TREND_PX = 320

# With fewer weeks an area is a sliver; bars say the same and can be read.
FEWEST_WEEKS_OF_AN_AREA = 4

# Paler than final weeks, but not so pale that a non-user's grey passes for the grey of not judged.
PROVISIONAL_OPACITY = 0.72


def status_trend(weeks: Sequence[AdoptionWeek], target: Target | None, paper: str = "white") -> Spec:
    """100 % stacked shares of the four statuses by week; provisional weeks are paler and labelled.

    The target's name has a rim of `paper`, the page's colour: it stands on whichever status is there.
    """
    trend = _areas(weeks) if len(weeks) >= FEWEST_WEEKS_OF_AN_AREA else [_status_bars()]
    layers = [*trend, *_target_line(target, paper), *_provisional_label(weeks)]
    return {
        "height": TREND_PX,
        "padding": PADDING,
        "data": {"values": _status_rows(weeks)},
        "encoding": {"x": _week_axis(weeks)},
        "layer": layers,
    }


def _status_rows(weeks: Sequence[AdoptionWeek]) -> list[dict[str, Any]]:
    """Long rows; the last final week is also the first of the paler part, so that the two areas meet."""
    boundary = max((week.week_start for week in final_weeks(weeks)), default=None)
    has_provisional = any(week.is_provisional for week in weeks)
    rows: list[dict[str, Any]] = []
    for week in weeks:
        parts = (
            [week.is_provisional, True] if has_provisional and week.week_start == boundary else [week.is_provisional]
        )
        rows += [row | {"is_provisional": part} for part in parts for row in _statuses_of(week)]
    return rows


def _statuses_of(week: AdoptionWeek) -> list[dict[str, Any]]:
    return [
        {
            "at": week.week_start.isoformat(),
            "status": title,
            "place": place,
            "share": getattr(week, status) / week.eligible if week.eligible else None,
        }
        | tip(
            week.week_start,
            f"{getattr(week, status):,} of {week.eligible:,} ({wording.share(getattr(week, _SHARE_OF[status]))})"
            + (", provisional" if week.is_provisional else ""),
        )
        for place, (status, title) in enumerate(wording.STATUSES.items())
    ]


def _areas(weeks: Sequence[AdoptionWeek]) -> list[Spec]:
    encoding = _status_encoding()
    final = {"mark": {"type": "area"}, "transform": [{"filter": "!datum.is_provisional"}], "encoding": encoding}
    paler = {
        "mark": {"type": "area", "opacity": PROVISIONAL_OPACITY},
        "transform": [{"filter": "datum.is_provisional"}],
    }
    parts = [final] if final_weeks(weeks) else []
    return [*parts, paler | {"encoding": encoding}] if any(week.is_provisional for week in weeks) else parts


def _status_bars() -> Spec:
    paler = {"condition": {"test": "datum.is_provisional", "value": PROVISIONAL_OPACITY}, "value": 1}
    return {"mark": {"type": "bar", "width": {"band": 0.4}}, "encoding": _status_encoding() | {"opacity": paler}}


def _status_encoding() -> Spec:
    titles = list(wording.STATUSES.values())
    return {
        "y": {
            "field": "share", "type": "quantitative", "stack": "zero", "title": None, "axis": SHARE_AXIS,
            "scale": {"domain": [0, 1]},
        },
        "color": {"field": "status", "type": "nominal", "scale": {"domain": titles}, "legend": LEGEND},
        "order": {"field": "place", "type": "quantitative"},
        "tooltip": [{"field": "status", "title": "Status"}, *TOOLTIP],
    }  # fmt: skip


def _target_line(target: Target | None, paper: str) -> list[Spec]:
    if target is None:
        return []
    text = f"Target {wording.target_share(target.value)} correct users"
    data = {"data": {"values": [{"target": target.value, "text": text}]}}
    y = {"field": "target", "type": "quantitative"}
    rule = {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 2, "color": "currentColor"}
    label = {
        "type": "text",
        "align": "left",
        "baseline": "bottom",
        "dx": 6,
        "dy": -4,
        "fontWeight": 600,
        "fontSize": 11,
    }
    rim = {"color": paper, "stroke": paper, "strokeWidth": 3, "strokeJoin": "round", "aria": False}
    place = {"x": {"value": 0}, "y": y, "text": {"field": "text"}}
    return [
        data | {"mark": rule, "encoding": {"x": None, "y": y}},
        data | {"mark": label | rim, "encoding": place},
        data | {"mark": label | {"color": "currentColor"}, "encoding": place},
    ]


def _provisional_label(weeks: Sequence[AdoptionWeek]) -> list[Spec]:
    """A dotted line after the last final week, and the word on its final side, where there is room."""
    if len(weeks) < FEWEST_WEEKS_OF_AN_AREA or not any(week.is_provisional for week in weeks):
        return []
    mark = {"type": "text", "baseline": "top", "dy": 6, "fontSize": 11, "fontWeight": 600, "color": "currentColor"}
    y = {"value": 0}
    if not final_weeks(weeks):
        words = {"data": {"values": [{"text": "All weeks are provisional"}]}, "mark": mark | {"align": "left", "dx": 6}}
        return [words | {"encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}}}]
    at = {"values": [{"at": final_weeks(weeks)[-1].week_start.isoformat(), "text": "provisional \N{RIGHTWARDS ARROW}"}]}
    rule = {"type": "rule", "strokeDash": [2, 3], "color": "currentColor", "opacity": 0.6}
    return [
        {"data": at, "mark": rule, "encoding": {"y": None}},
        {"data": at, "mark": mark | {"align": "right", "dx": -6}, "encoding": {"y": y, "text": {"field": "text"}}},
    ]


def _week_axis(weeks: Sequence[AdoptionWeek]) -> Spec:
    if len(weeks) >= FEWEST_WEEKS_OF_AN_AREA:
        axis = week_axis([week.week_start for week in weeks])
        return {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": axis}
    axis = DATE_AXIS | {"tickCount": len(weeks), "grid": False}
    return {"field": "at", "type": "ordinal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis}


_SHARE_OF = {
    "correct_user": "correct_share",
    "incorrect_user": "incorrect_share",
    "non_user": "non_user_share",
    "not_judged": "not_judged_share",
}
