"""The page as one HTML file that needs nothing else: pictures, fonts and style are in it."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

from dashboards.printing.charts import theme
from dashboards.printing.page import Page

_HERE = Path(__file__).parent
_FONTS = _HERE.parent / "static" / "fonts"
_WEIGHTS = {400: "Regular", 600: "SemiBold", 700: "Bold"}


def html(page: Page) -> str:
    """Every text is escaped; only the pictures, which the renderer has escaped, are markup."""
    return str(_template().render(page=page, theme=theme(), fonts=_fonts()))


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


@cache
def _fonts() -> dict[int, str]:
    return {
        weight: b64encode((_FONTS / f"Inter-{name}.woff2").read_bytes()).decode() for weight, name in _WEIGHTS.items()
    }
