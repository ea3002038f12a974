"""The page as a tagged PDF (PDF/UA-1) on one sheet of A4, set by typst from the template beside this module."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from dashboards.printing.charts import FONTS, theme
from dashboards.printing.page import Page

_TEMPLATE = Path(__file__).parent / "page.typ"
_SIZES_PT = (9.0, 8.5, 8.0, 7.4, 6.8, 6.3)
"""Tried in turn until everything stands on one sheet."""


def pdf(page: Page, published_at: datetime) -> bytes:
    """The same bytes for the same page: it is dated by its publication (UTC), not by the clock.

    The texts reach typst as data, so that nothing in a title can be markup.
    """
    import typst

    content = json.dumps(asdict(page) | {"further": page.further, "theme": theme()}, default=str)
    at = int(published_at.replace(tzinfo=UTC).timestamp())
    fonts = [FONTS]
    for size in _SIZES_PT:
        given = {"page": content, "size": str(size)}
        sheets = typst.query(
            _TEMPLATE, "<sheets>", field="value", one=True, font_paths=fonts, ignore_system_fonts=True, sys_inputs=given
        )
        if json.loads(sheets) == 1:
            break
    result = typst.compile(
        _TEMPLATE, font_paths=fonts, ignore_system_fonts=True, format="pdf", sys_inputs=given, pdf_standards=["ua-1"],
        timestamp=at,
    )  # fmt: skip
    assert isinstance(result, bytes)
    return result
