"""Rows to Vega-Lite: pure functions, the same pictures in the dashboard and in a report.

No colour is named here except by its place in the theme's categorical colours (0 correct, 1 incorrect, 2 non-user,
3 not judged); text, ticks and rules take `currentColor`. So one chart serves the light and the dark theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards import wording
from dashboards.marts import AdoptionWeek, SourceDay, Target

Spec = dict[str, Any]
CORRECT, INCORRECT, NON_USER, NOT_JUDGED = range(4)
BAR_ROW_PX = 48
TREND_PX = 320
PACE_PX = 264
# With fewer weeks an area is a sliver; bars say the same and can be read.
FEWEST_WEEKS_OF_AN_AREA = 4
PACE_WEEKS = 4
# Paler than final weeks, but not so pale that a non-user's grey passes for the grey of not judged.
PROVISIONAL_OPACITY = 0.72
# Mean advance of Inter SemiBold at 12 px, measured on figures and short words.
GLYPH_PX = 6.9
NO_PADDING = {"left": 0, "right": 0, "top": 0, "bottom": 0}
PADDING = {"left": 0, "right": 8, "top": 4, "bottom": 4}


@dataclass(frozen=True, slots=True)
class Bar:
    """One labelled bar: its length, what is written at its right end, a mark to reach, and its place in the palette."""

    label: str
    value: float
    text: str
    mark: float | None = None
    colour: int = CORRECT


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


def pace(weeks: Sequence[AdoptionWeek], target: Target) -> Pace | None:
    """Gap and pace of correct users from the final weeks; None before any week has a share."""
    known = [(week.week_start, week.correct_share) for week in _final(weeks) if week.correct_share is not None]
    if not known:
        return None
    newest, now = known[-1]
    back = known[-min(len(known), PACE_WEEKS + 1)]
    span = (newest - back[0]).days / 7
    left = max((target.due - newest).days / 7, 0.0)
    gap = now - target.value
    needed = None if gap >= 0 or left == 0 else -gap / left
    return Pace((now - back[1]) / span if span else None, needed, left, gap)


def status_trend(weeks: Sequence[AdoptionWeek], target: Target | None) -> Spec:
    """100 % stacked shares of the four statuses by week; provisional weeks are paler and labelled."""
    trend = _areas(weeks) if len(weeks) >= FEWEST_WEEKS_OF_AN_AREA else [_status_bars()]
    layers = [*trend, *_target_line(target), *_provisional_label(weeks)]
    return {
        "height": TREND_PX,
        "padding": PADDING,
        "data": {"values": _status_rows(weeks)},
        "encoding": {"x": _week_axis(len(weeks))},
        "layer": layers,
    }


def gap_and_pace(weeks: Sequence[AdoptionWeek], target: Target) -> Spec:
    """Share of correct users by week, the target at its date, and the straight path that would lead there."""
    rows: list[dict[str, Any]] = [
        {"at": week.week_start.isoformat(), "share": week.correct_share, "is_final": not week.is_provisional}
        | _tip(week.week_start, wording.share(week.correct_share))
        for week in weeks
    ]
    layers = [
        _layer({"type": "line", "strokeWidth": 2, "point": {"size": 18}}, transform="datum.is_final"),
        _layer({"type": "point", "size": 30, "filled": False}, transform="!datum.is_final"),
        *_path_layers(weeks, target),
    ]
    return {
        "height": PACE_PX,
        "padding": PADDING,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": _DATE_AXIS},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": None,
                "axis": _SHARE_AXIS,
                "scale": {"zero": False},
            },
            "tooltip": _TOOLTIP,
        },
        "layer": layers,
    }


def bars(rows: Sequence[Bar], longest: float | None = None) -> Spec:
    """One bar per row under its label, with its figure at the right end; reads at any width.

    `longest` is the value that fills the width; by default the largest value or mark.
    """
    full = longest or max([*(row.value for row in rows), *(row.mark or 0.0 for row in rows)], default=0.0) or 1.0
    marked = [row for row in rows if row.mark is not None]
    return {
        "height": BAR_ROW_PX * max(len(rows), 1),
        "padding": NO_PADDING,
        "data": {"values": [_bar_row(number, row, full) for number, row in enumerate(rows)]},
        "encoding": {
            "y": {"field": "row", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}},
            "tooltip": [{"field": "label", "title": "What"}, {"field": "text", "title": "Figure"}],
        },
        "layer": [_TRACK, *_coloured_bars(rows), *([_MARK] if marked else []), _label(rows), _FIGURE],
        "config": {"view": {"stroke": None}},
    }


def records_by_day(days: Sequence[SourceDay]) -> Spec:
    """Records dated each day, those that came after the deadline apart."""
    rows = [
        {"at": entry.day.isoformat(), "records": number, "kind": kind, "place": place}
        | {"day": wording.day(entry.day), "figure": f"{number:,} {kind.lower()}", "people": f"{entry.people:,}"}
        for entry in days
        for place, (kind, number) in enumerate(
            (("On time", entry.records - entry.late_records), ("Late", entry.late_records))
        )
    ]
    return {
        "height": 220,
        "padding": PADDING,
        "data": {"values": rows},
        "mark": {"type": "bar", "binSpacing": 1},
        "encoding": {
            "x": {
                "field": "at", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": _DATE_AXIS,
            },
            "y": {"field": "records", "type": "quantitative", "title": None, "axis": {"tickCount": 4, "format": "~s"}},
            "color": {
                "field": "kind", "type": "nominal", "scale": {"domain": ["On time", "Late"]},
                "legend": _LEGEND,
            },
            "order": {"field": "place"},
            "tooltip": [
                {"field": "day", "title": "Day"},
                {"field": "figure", "title": "Records"},
                {"field": "people", "title": "People"},
            ],
        },
    }  # fmt: skip


def _final(weeks: Sequence[AdoptionWeek]) -> list[AdoptionWeek]:
    return [week for week in weeks if not week.is_provisional]


def _tip(week_start: date, figure: str) -> dict[str, Any]:
    return {"week": f"Week of {wording.day(week_start)}", "figure": figure}


def _status_rows(weeks: Sequence[AdoptionWeek]) -> list[dict[str, Any]]:
    """Long rows; the last final week is also the first of the paler part, so that the two areas meet."""
    boundary = max((week.week_start for week in _final(weeks)), default=None)
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
        | _tip(
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
    parts = [final] if _final(weeks) else []
    return [*parts, paler | {"encoding": encoding}] if any(week.is_provisional for week in weeks) else parts


def _status_bars() -> Spec:
    paler = {"condition": {"test": "datum.is_provisional", "value": PROVISIONAL_OPACITY}, "value": 1}
    return {"mark": {"type": "bar", "width": {"band": 0.4}}, "encoding": _status_encoding() | {"opacity": paler}}


def _status_encoding() -> Spec:
    titles = list(wording.STATUSES.values())
    return {
        "y": {
            "field": "share", "type": "quantitative", "stack": "zero", "title": None, "axis": _SHARE_AXIS,
            "scale": {"domain": [0, 1]},
        },
        "color": {"field": "status", "type": "nominal", "scale": {"domain": titles}, "legend": _LEGEND},
        "order": {"field": "place", "type": "quantitative"},
        "tooltip": [{"field": "status", "title": "Status"}, *_TOOLTIP],
    }  # fmt: skip


def _target_line(target: Target | None) -> list[Spec]:
    if target is None:
        return []
    text = f"Target {wording.target_share(target.value)} correct users"
    data = {"data": {"values": [{"target": target.value, "text": text}]}}
    y = {"field": "target", "type": "quantitative"}
    rule = {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 2, "color": "currentColor"}
    label = {"type": "text", "align": "left", "baseline": "bottom", "dx": 6, "dy": -3, "fontWeight": 600}
    return [
        data | {"mark": rule, "encoding": {"x": None, "y": y}},
        data
        | {
            "mark": label | {"color": "currentColor", "fontSize": 11},
            "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
        },
    ]


def _provisional_label(weeks: Sequence[AdoptionWeek]) -> list[Spec]:
    """A dotted line after the last final week, and the word on its final side, where there is room."""
    if len(weeks) < FEWEST_WEEKS_OF_AN_AREA or not any(week.is_provisional for week in weeks):
        return []
    mark = {"type": "text", "baseline": "top", "dy": 6, "fontSize": 11, "fontWeight": 600, "color": "currentColor"}
    y = {"value": 0}
    if not _final(weeks):
        words = {"data": {"values": [{"text": "All weeks are provisional"}]}, "mark": mark | {"align": "left", "dx": 6}}
        return [words | {"encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}}}]
    at = {"values": [{"at": _final(weeks)[-1].week_start.isoformat(), "text": "provisional \N{RIGHTWARDS ARROW}"}]}
    rule = {"type": "rule", "strokeDash": [2, 3], "color": "currentColor", "opacity": 0.6}
    return [
        {"data": at, "mark": rule, "encoding": {"y": None}},
        {"data": at, "mark": mark | {"align": "right", "dx": -6}, "encoding": {"y": y, "text": {"field": "text"}}},
    ]


def _path_layers(weeks: Sequence[AdoptionWeek], target: Target) -> list[Spec]:
    known = [week for week in _final(weeks) if week.correct_share is not None]
    due = {"at": target.due.isoformat(), "share": target.value, "week": f"Due {wording.day(target.due)}"}
    due |= {"figure": f"Target {wording.target_share(target.value)}"}
    diamond = {"type": "point", "shape": "diamond", "size": 110, "filled": True, "color": "currentColor", "opacity": 1}
    layers: list[Spec] = [{"data": {"values": [due]}, "mark": diamond}]
    text = f"{wording.target_share(target.value)} by {wording.day(target.due)}"
    # On the side of the diamond where the line is not.
    is_below = bool(known) and (known[-1].correct_share or 0.0) >= target.value
    label = {"type": "text", "align": "right", "dx": 6, "dy": 18 if is_below else -16, "fontWeight": 600}
    label |= {"color": "currentColor"}
    layers.append({"data": {"values": [due | {"text": text}]}, "mark": label, "encoding": {"text": {"field": "text"}}})
    is_open = known and known[-1].week_start < target.due and (known[-1].correct_share or 0.0) < target.value
    if is_open:
        start = {"at": known[-1].week_start.isoformat(), "share": known[-1].correct_share}
        dashed = {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "currentColor", "opacity": 0.7}
        layers.append({"data": {"values": [start, due]}, "mark": dashed, "encoding": {"tooltip": None}})
    return layers


def _layer(mark: Spec, transform: str) -> Spec:
    return {"mark": mark, "transform": [{"filter": transform}]}


def _bar_row(number: int, row: Bar, full: float) -> dict[str, Any]:
    mark = None if row.mark is None else min(row.mark / full, 1.0)
    length = max(0.0, min(row.value / full, 1.0))
    return {"row": number, "label": row.label, "text": row.text, "part": length, "mark": mark, "colour": row.colour}


def _coloured_bars(rows: Sequence[Bar]) -> list[Spec]:
    """All colours of the palette are in the scale's domain, so that a place means the same colour in every chart."""
    scale = {"domain": [CORRECT, INCORRECT, NON_USER, NOT_JUDGED]}
    colour = {"field": "colour", "type": "nominal", "scale": scale, "legend": None}
    bar = {"type": "bar", "height": 14, "yOffset": 10, "cornerRadius": 2}
    # The palest colour needs an outline to stand out from the track.
    outline = bar | {"filled": False, "stroke": "currentColor", "strokeWidth": 1, "strokeOpacity": 0.35}
    palest = {"mark": outline, "transform": [{"filter": f"datum.colour === {NOT_JUDGED}"}], "encoding": {"x": _PART}}
    is_palest = any(row.colour == NOT_JUDGED for row in rows)
    return [{"mark": bar, "encoding": {"x": _PART, "color": colour}}, *([palest] if is_palest else [])]


def _label(rows: Sequence[Bar]) -> Spec:
    """The names, cut off before they run into the longest figure."""
    figure_px = GLYPH_PX * max((len(row.text) for row in rows), default=0) + 16
    limit = {"expr": f"max(width - {figure_px:.0f}, 60)"}
    mark = {"type": "text", "align": "left", "yOffset": -10, "fontSize": 12, "color": "currentColor", "limit": limit}
    return {"mark": mark, "encoding": {"x": {"value": 0}, "text": {"field": "label"}}}


def _week_axis(weeks: int) -> Spec:
    if weeks >= FEWEST_WEEKS_OF_AN_AREA:
        return {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": _DATE_AXIS}
    axis = _DATE_AXIS | {"tickCount": weeks, "grid": False}
    return {"field": "at", "type": "ordinal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis}


_SHARE_OF = {
    "correct_user": "correct_share",
    "incorrect_user": "incorrect_share",
    "non_user": "non_user_share",
    "not_judged": "not_judged_share",
}
_DATE_AXIS: Spec = {"format": "%-d %b", "labelOverlap": True, "grid": False, "labelAngle": 0, "labelSeparation": 12}
# Four names in a row do not fit on a phone. The symbols keep full strength where the areas are paler.
_LEGEND: Spec = {
    "title": None, "orient": "top", "symbolType": "square", "symbolOpacity": 1,
    "columns": {"signal": "width < 380 ? 2 : 4"},
}  # fmt: skip
_SHARE_AXIS: Spec = {"format": ".0%", "tickCount": 5}
_TOOLTIP: list[Spec] = [{"field": "week", "title": "Week"}, {"field": "figure", "title": "Figure"}]
_PART: Spec = {"field": "part", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
_TRACK: Spec = {
    "mark": {"type": "bar", "height": 14, "yOffset": 10, "cornerRadius": 2, "color": "currentColor", "opacity": 0.07},
    "encoding": {"x": {"datum": 1, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}},
}
_MARK: Spec = {
    "mark": {
        "type": "tick",
        "height": 20,
        "thickness": 3,
        "yOffset": 10,
        "color": "currentColor",
        "orient": "vertical",
    },
    "transform": [{"filter": "datum.mark !== null"}],
    "encoding": {"x": {"field": "mark", "type": "quantitative", "axis": None}},
}
_FIGURE: Spec = {
    "mark": {
        "type": "text", "align": "right", "yOffset": -10, "fontSize": 12, "fontWeight": 600, "color": "currentColor",
    },
    "encoding": {"x": {"value": "width"}, "text": {"field": "text"}},
}  # fmt: skip
