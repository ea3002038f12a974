"""Records by day."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import wording
from dashboards.charts.palette import LEGEND, PADDING, Spec, date_axis
from dashboards.marts.health import SourceDay

# With more days a gap between two bars takes more room on a phone than a bar.
MOST_DAYS_APART = 100
_COUNT_AXIS: Spec = {
    "tickCount": 4, "labelFlush": False, "format": "~s", "labelExpr": "datum.value ? datum.label : '0'",
}  # fmt: skip


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
    axis = date_axis(min((entry.day for entry in days), default=None), max((entry.day for entry in days), default=None))
    return {
        "height": 220,
        "padding": PADDING,
        "data": {"values": rows},
        "mark": {"type": "bar", "binSpacing": 1 if len(days) <= MOST_DAYS_APART else 0},
        "encoding": {
            "x": {
                "field": "at", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis,
            },
            "y": {"field": "records", "type": "quantitative", "title": None, "axis": _COUNT_AXIS},
            "color": {
                "field": "kind", "type": "nominal", "scale": {"domain": ["On time", "Late"]},
                "legend": LEGEND,
            },
            "order": {"field": "place"},
            "tooltip": [
                {"field": "day", "title": "Day"},
                {"field": "figure", "title": "Records"},
                {"field": "people", "title": "People"},
            ],
        },
    }  # fmt: skip
