"""Who moved from which status to which: a Sankey, as an ECharts option."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dashboards.charts.palette import Spec

FLOW_PX = 320


def sankey(flows: Sequence[tuple[str, str, int]], colours: Mapping[str, str], ink: str) -> Spec:
    """From the names at the left to those at the right; a name on both sides is two nodes. `colours` by name, from the
    top; `ink` of the names, which stand on the bands."""
    lefts = _from_the_top((source for source, _, _ in flows), colours)
    rights = _from_the_top((target for _, target, _ in flows), colours)
    nodes = [_node(f"{name} before", name, colours, ink, "right") for name in lefts]
    nodes += [_node(f"{name} after", name, colours, ink, "left") for name in rights]
    return {
        "tooltip": {"trigger": "item", "valueFormatter": "localized"},
        "series": [
            {
                "type": "sankey", "left": 8, "right": 8, "top": 12, "bottom": 12, "nodeWidth": 12, "nodeGap": 18,
                "draggable": False, "layoutIterations": 0, "emphasis": {"focus": "adjacency"}, "animation": False,
                "lineStyle": {"color": "source", "opacity": 0.35, "curveness": 0.5},
                "data": nodes,
                "links": [
                    {"source": f"{source} before", "target": f"{target} after", "value": people}
                    for source, target, people in flows
                ],
            }
        ],
    }  # fmt: skip


def _from_the_top(names: Iterable[str], colours: Mapping[str, str]) -> list[str]:
    """In one order on both sides, so that a band that rises or falls means the same everywhere."""
    places = {name: place for place, name in enumerate(colours)}
    return sorted(dict.fromkeys(names), key=lambda name: places.get(name, len(places)))


def _node(name: str, label: str, colours: Mapping[str, str], ink: str, side: str) -> Spec:
    return {
        "name": name,
        "itemStyle": {"color": colours[label], "borderWidth": 0} if label in colours else {"borderWidth": 0},
        "label": {"formatter": label, "position": side, "fontSize": 12, "color": ink},
    }
