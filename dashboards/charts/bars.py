"""Labelled bars: one row each, name above, figure at the right end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.charts.palette import CORRECT, INCORRECT, NO_PADDING, NON_USER, NOT_JUDGED, Spec

BAR_ROW_PX = 48

# Mean advance of Inter SemiBold at 12 px, measured on figures and short words.
GLYPH_PX = 6.9


@dataclass(frozen=True, slots=True)
class Bar:
    """One labelled bar: its length, what is written at its right end, a mark to reach, and its place in the palette."""

    label: str
    value: float
    text: str
    mark: float | None = None
    colour: int = CORRECT
    key: str | None = None


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
        "layer": [_TRACK, *_coloured_bars(rows), *([_MARK] if marked else []), _LABEL, _FIGURE],
        "config": {"view": {"stroke": None}},
    }


def choosable(spec: Spec, name: str) -> Spec:
    """The same bars, each answering a click anywhere in its row with its key; `name` is what the choice is called."""
    choice = {"name": name, "select": {"type": "point", "fields": ["key"], "toggle": False}}
    whole_row = {
        "mark": {"type": "bar", "height": BAR_ROW_PX, "color": "currentColor", "opacity": 0, "cursor": "pointer"},
        "encoding": {"x": {"datum": 1, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}},
        "params": [choice],
    }
    return spec | {"layer": [*spec["layer"], whole_row]}


def _bar_row(number: int, row: Bar, full: float) -> dict[str, Any]:
    mark = None if row.mark is None else min(row.mark / full, 1.0)
    length = max(0.0, min(row.value / full, 1.0))
    return {
        "row": number,
        "label": row.label,
        "text": row.text,
        "figure_px": round(GLYPH_PX * len(row.text) + 16),
        "part": length,
        "mark": mark,
        "colour": row.colour,
        "key": row.key,
    }


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

# The names, each cut off before it runs into its figure.
_LABEL: Spec = {
    "mark": {
        "type": "text", "align": "left", "yOffset": -10, "fontSize": 12, "color": "currentColor",
        "limit": {"expr": "max(width - datum.figure_px, 60)"},
    },
    "encoding": {"x": {"value": 0}, "text": {"field": "label"}},
}  # fmt: skip

_FIGURE: Spec = {
    "mark": {
        "type": "text", "align": "right", "yOffset": -10, "fontSize": 12, "fontWeight": 600, "color": "currentColor",
    },
    "encoding": {"x": {"value": "width"}, "text": {"field": "text"}},
}  # fmt: skip
