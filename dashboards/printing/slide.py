"""The page as one PowerPoint slide, wide (16:9) as screens in meeting rooms are; for paper there is the PDF.

The table is a table, texts are texts, so that they can be copied into another deck; only the charts are pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

from dashboards import wording
from dashboards.printing.charts import Chart, png
from dashboards.printing.fitting import fitted, height
from dashboards.printing.page import Page, further
from dashboards.printing.slide_table import add_table, shown_rows
from dashboards.printing.slide_text import Box, Words, add_text, fill, room_of

if TYPE_CHECKING:
    from pptx.presentation import Presentation

WIDE, HIGH = 960, 540
_X, _GAP = 28, 14
_ACROSS = WIDE - 2 * _X
_ABOVE = Box(_X, 14, _ACROSS, 24)
_LEAD = Box(_X, 38, _ACROSS, 42)
_CAUSE = Box(_X, 81, _ACROSS, 16)
_FIGURES = Box(_X, 98, _ACROSS, 18)
_TABLE = Box(_X, 120, 590, 200)
_TEXTS = Box(_X + 590 + 16, 120, _ACROSS - 590 - 16, 200)
_CHARTS = Box(_X, 326, _ACROSS, 166)
_NOTES = Box(_X, 496, _ACROSS, 20)
_FOOTER = Box(_X, 518, _ACROSS, 14)
_FURTHER = 20
_CHART_TITLE = 16
_MOST_OF_PICTURE = 0.25
"""Of its size in pixels; more would make the words of a low chart much larger than those of its neighbours."""
_SIZES = (12, 11, 10, 9, 8, 7, 6)
_LEAD_SIZES = (20, 18, 16, 14, 12, 11, 10)


def pptx(page: Page, published_at: datetime) -> bytes:
    """The same bytes for the same page: dated by its publication (UTC), not by the clock."""
    deck, slide = _empty()
    fill(slide.shapes.title, _LEAD, Words([page.lead], _LEAD_SIZES, is_bold=True))
    above = f"{page.title} · {page.week} · {page.subtitle}"
    add_text(slide, "Week", _ABOVE, Words([above], _SIZES, is_quiet=True))
    if page.cause:
        add_text(slide, "Cause", _CAUSE, Words([page.cause], _SIZES))
    figures = "   |   ".join(f"{card.label}: {card.value}{_noted(card.note)}" for card in page.cards)
    add_text(slide, "Figures of all tools", _FIGURES, Words([figures], _SIZES, is_bold=True))
    _tools(slide, page)
    _texts(slide, page)
    _pictures(slide, page.charts)
    add_text(slide, "Notes", _NOTES, Words(page.notes, (8, 7, 6.5, 6), is_quiet=True))
    add_text(slide, "Publication", _FOOTER, Words([page.footer], (8, 7, 6.5, 6), is_quiet=True))
    _describe(deck, page, published_at)
    return _packed(deck, published_at)


def _empty() -> tuple[Presentation, Any]:
    """A deck of one slide with a place for its title, without the layouts and the thumbnail of the library's own."""
    import pptx as library
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.util import Pt

    deck = library.Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDE), Pt(HIGH)
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    for layout in list(deck.slide_layouts):
        if not layout.used_by_slides:
            deck.slide_layouts.remove(layout)
    package = deck.part.package
    for link in list(package.iter_rels()):
        if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            package.drop_rel(link.rId)
    return deck, slide


def _noted(note: str) -> str:
    return f" ({note})" if note else ""


def _tools(slide: Any, page: Page) -> None:
    """As many rows as fit at the smallest size; the other tools are named below, as on the page."""
    rows, size = shown_rows(page.rows, _TABLE.wide, _TABLE.high - (_FURTHER if page.unlisted else 0))
    if len(rows) < len(page.rows):
        rows, size = shown_rows(page.rows, _TABLE.wide, _TABLE.high - _FURTHER)
    below = add_table(slide, _TABLE, rows, size)
    unlisted = [*(row.tool for row in page.rows[len(rows) :]), *page.unlisted]
    if unlisted:
        box = Box(_TABLE.left, below + 2, _TABLE.wide, _FURTHER - 2)
        add_text(slide, "Further tools", box, Words([further(unlisted)], (8, 7), is_quiet=True))


def _texts(slide: Any, page: Page) -> None:
    """What is asked for above what changed, both at the size at which they fit together."""
    asked = [f"{number}. {words}" for number, words in enumerate(page.decisions, 1)] or [page.nothing_asked]
    changed = [f"• {words}" for words in page.changes] or [page.nothing_changed]
    all_of_it = ["Decisions asked for", *asked, "What changed, and why", f"{page.since}.", *changed]
    told, size = fitted(all_of_it, room_of(_TEXTS), _TEXTS.high - _GAP, _SIZES)
    parts = told[: len(asked) + 1], told[len(asked) + 1 :]
    top = float(_TEXTS.top)
    for name, part in zip(("Decisions", "Changes"), parts, strict=True):
        high = height(part, size, room_of(_TEXTS))
        box = Box(_TEXTS.left, top, _TEXTS.wide, high)
        add_text(slide, name, box, Words(part, (size,), has_heading=True))
        top += high + _GAP


def _pictures(slide: Any, charts: Sequence[Chart]) -> None:
    """Side by side, each as large as its place allows, with its words for those who cannot see it."""
    from pptx.util import Pt

    wide = (_CHARTS.wide - 2 * _GAP) / 3
    for number, chart in enumerate(charts):
        left = _CHARTS.left + number * (wide + _GAP)
        title = Box(left, _CHARTS.top, wide, _CHART_TITLE)
        add_text(slide, f"Title of chart {number + 1}", title, Words([chart.title], (10, 9, 8, 7, 6), is_bold=True))
        picture = slide.shapes.add_picture(BytesIO(png(chart)), Pt(left), Pt(_CHARTS.top + _CHART_TITLE))
        share = min(_MOST_OF_PICTURE, Pt(wide) / picture.width, Pt(_CHARTS.high - _CHART_TITLE) / picture.height)
        picture.width, picture.height = int(picture.width * share), int(picture.height * share)
        picture.name = f"Chart {number + 1}"
        picture._element.nvPicPr.cNvPr.set("descr", chart.alt)


def _describe(deck: Presentation, page: Page, published_at: datetime) -> None:
    about = deck.core_properties
    about.title = f"{page.title} · {page.week}"
    about.author = about.last_modified_by = "takeup"
    about.comments = wording.clipped(page.footer, 255)  # all that the format takes
    about.language = "en"
    about.created = about.modified = published_at
    about.revision = 1


def _packed(deck: Presentation, published_at: datetime) -> bytes:
    """Every part dated by the publication, and stored as it is: how it is packed differs from one zlib to another."""
    written, dated = BytesIO(), BytesIO()
    deck.save(written)
    with ZipFile(written) as given, ZipFile(dated, "w") as kept:
        for name in given.namelist():
            part = ZipInfo(name, published_at.timetuple()[:6])
            part.create_system = 3  # else it says on which system it was written
            kept.writestr(part, given.read(name))
    return dated.getvalue()
