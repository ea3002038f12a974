"""Vega-Lite to SVG and PNG as the dashboard's light theme draws it, with fonts that lie beside this module."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from dashboards.charts.palette import Spec

FONTS = Path(__file__).parent / "fonts"
_THEME = Path(__file__).parent.parent / ".streamlit" / "config.toml"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"  # says which version; nothing is fetched

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as it is printed: its heading, the picture, and the picture in words."""

    title: str
    svg: str
    alt: str


@cache
def theme() -> dict[str, Any]:
    """The light theme of the dashboard: the colours stand in its configuration alone."""
    return dict(tomllib.loads(_THEME.read_text())["theme"]["light"])


def svg(spec: Spec, width: int, height: int) -> str:
    """The picture of a spec, the same bytes for the same spec."""
    from vl_convert import register_font_directory, vegalite_to_svg

    register_font_directory(str(FONTS))
    sized = spec | {"$schema": _SCHEMA, "width": width, "height": height, "background": None}
    sized["config"] = _config() | sized.get("config", {})
    return _named_by_content(str(vegalite_to_svg(_drawable(sized))).replace("currentColor", theme()["textColor"]))


def png(chart: Chart) -> bytes:
    """The same picture in pixels, for programs that draw no SVG: three to one, sharp on a large screen."""
    from vl_convert import register_font_directory, svg_to_png

    register_font_directory(str(FONTS))
    return bytes(svg_to_png(chart.svg, scale=3))


def _drawable(part: Any) -> Any:
    """Without the characters that XML cannot hold: one in a label makes the renderer end the whole process."""
    if isinstance(part, str):
        return _NOT_IN_XML.sub(" ", part)
    if isinstance(part, dict):
        return {key: _drawable(value) for key, value in part.items()}
    return [_drawable(value) for value in part] if isinstance(part, (list, tuple)) else part


def _config() -> Spec:
    text, line = theme()["textColor"], theme()["borderColor"]
    return {
        "font": "Inter",
        "range": {"category": theme()["chartCategoricalColors"]},
        "view": {"stroke": None},
        "axis": {
            "labelColor": text, "labelFontSize": 10, "gridColor": line, "domain": False, "ticks": False,
            "labelPadding": 6,
        },
        "legend": {"labelColor": text, "labelFontSize": 10, "symbolSize": 70},
    }  # fmt: skip


def _named_by_content(drawn: str) -> str:
    """The renderer numbers clips and gradients on from picture to picture of a process; several stand on one page."""
    names = dict.fromkeys(re.findall(r'id="((?:clip|gradient)[^"]*)"', drawn))
    for number, name in enumerate(names):
        drawn = drawn.replace(f'"{name}"', f'"part-{number}"').replace(f"#{name})", f"#part-{number})")
    return drawn.replace("part-", f"p{sha256(drawn.encode()).hexdigest()[:8]}-") if names else drawn
