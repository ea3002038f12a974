"""Records by day."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import wording
from dashboards.charts.palette import DATE_AXIS, LEGEND, PADDING, Spec
from dashboards.marts.health import SourceDay


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
                "field": "at", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": DATE_AXIS,
            },
            "y": {"field": "records", "type": "quantitative", "title": None, "axis": {"tickCount": 4, "format": "~s"}},
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
