"""Heat maps: a cell for every pair of names, its figure written in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.charts.palette import PADDING, Spec

ROW_PX = 34
HEAD_PX = 46
LETTER_PX = 8  # with a share of the names of the rows
# Above this part of the scale the cell is so dark (light theme) or bright (dark) that its figure needs the other ink.
TURN = 0.6


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its place, the value that colours it (None: unknown or hidden), what is written and told."""

    row: str
    column: str
    value: float | None
    text: str
    told: str


def heat_map(
    cells: Sequence[Cell], rows: Sequence[str], columns: Sequence[str], strong_ink: str = "white", label_px: int = 170
) -> Spec:
    """Cells coloured by value on the theme's sequential scale, from nothing to the highest value. `strong_ink` is the
    ink on the strongest cells: the light theme's are dark, the dark theme's are bright."""
    top = max((cell.value for cell in cells if cell.value is not None), default=0.0) or 1.0
    data = [_cell(cell, top) for cell in cells]
    return {
        "height": HEAD_PX + ROW_PX * max(len(rows), 1),
        "padding": PADDING,
        "data": {"values": data},
        "encoding": {
            "y": {"field": "row", "type": "ordinal", "sort": list(rows), "title": None, "axis": _axis(label_px)},
            "x": {
                "field": "column", "type": "ordinal", "sort": list(columns), "title": None,
                "axis": _column_axis(columns),
            },
            "tooltip": [{"field": "told", "title": "Figure"}],
        },
        "layer": [
            {"mark": {"type": "rect", "cornerRadius": 2, "color": "currentColor", "opacity": 0.04}},
            {
                "mark": {"type": "rect", "cornerRadius": 2},
                "transform": [{"filter": "datum.value !== null"}],
                "encoding": {
                    "color": {"field": "value", "type": "quantitative", "legend": None, "scale": {"domain": [0, 1]}},
                },
            },
            *_figures(strong_ink),
        ],
        "config": {"view": {"stroke": None}, "scale": {"bandPaddingInner": 0.04}},
    }  # fmt: skip


def _cell(cell: Cell, top: float) -> dict[str, Any]:
    value = None if cell.value is None else cell.value / top
    return {"row": cell.row, "column": cell.column, "value": value, "text": cell.text, "told": cell.told}


def _axis(limit: int) -> Spec:
    return {
        "labelLimit": limit,
        "ticks": False,
        "domain": False,
        "labelPadding": 6,
        "labelOverlap": False,
        "labelFlush": False,
    }


def _column_axis(columns: Sequence[str]) -> Spec:
    """Names above their columns; aslant where they would not fit side by side, as on a phone.

    By the container's width: that of the cells is known only after the room for the names has been taken.
    """
    letters = max(map(len, columns), default=0)
    is_narrow = f"width > 0 && containerSize()[0] / {max(len(columns), 1)} < {LETTER_PX * letters}"
    return _axis(120) | {
        "orient": "top",
        "labelAngle": {"expr": f"{is_narrow} ? -40 : 0"},
        "labelAlign": {"expr": f"{is_narrow} ? 'left' : 'center'"},
        "labelBaseline": {"expr": f"{is_narrow} ? 'middle' : 'bottom'"},
        "labelLimit": {"expr": f"{is_narrow} ? 110 : {_column_px(columns)}"},
    }


def _column_px(columns: Sequence[str]) -> str:
    return f"max(width / {max(len(columns), 1)} - 6, 24)"


def _figures(strong_ink: str) -> list[Spec]:
    """The figures in two inks: the theme's text, and its background where the cell is strong."""
    text = {"type": "text", "fontSize": 11, "fontWeight": 500}
    field = {"text": {"field": "text"}}
    weak = f"datum.value === null || datum.value < {TURN}"
    return [
        {"mark": text | {"color": "currentColor"}, "transform": [{"filter": weak}], "encoding": field},
        {"mark": text | {"color": strong_ink}, "transform": [{"filter": f"!({weak})"}], "encoding": field},
    ]
