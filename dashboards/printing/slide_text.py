"""Texts of the slide: each in a box of its own, at a size at which it stays inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.printing.charts import theme
from dashboards.printing.fitting import fitted

FONT = "Arial"  # every machine that opens a slide has it, or one of the same widths
QUIET = "#46525f"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the slide, in points."""

    left: float
    top: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs, the sizes that may be tried, and how they look; a heading is the first of them."""

    paragraphs: Sequence[str]
    sizes: Sequence[float]
    is_bold: bool = False
    is_quiet: bool = False
    has_heading: bool = False


def room_of(box: Box) -> float:
    """Points for a line of text; a little is kept back for another font's widths."""
    return box.wide - 4


def add_text(slide: Any, name: str, box: Box, words: Words) -> None:
    """A new box of text."""
    from pptx.util import Pt

    shape = slide.shapes.add_textbox(Pt(box.left), Pt(box.top), Pt(box.wide), Pt(box.high))
    shape.name = name
    fill(shape, box, words)


def fill(shape: Any, box: Box, words: Words) -> None:
    """Put words into a shape, and the shape into its place."""
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    shape.left, shape.top, shape.width, shape.height = (Pt(one) for one in (box.left, box.top, box.wide, box.high))
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    told, size = fitted(words.paragraphs, room_of(box), box.high, words.sizes)
    for number, text in enumerate(told):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        is_heading = words.has_heading and number == 0
        add_run(paragraph, text, size, is_bold=words.is_bold or is_heading, is_quiet=words.is_quiet)


def add_run(paragraph: Any, text: str, size: float, *, is_bold: bool = False, is_quiet: bool = False) -> None:
    """A piece of text in the page's colours."""
    from pptx.dml.color import RGBColor
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = text
    font = run.font
    font.name, font.size, font.bold = FONT, Pt(size), is_bold
    font.color.rgb = RGBColor(*bytes.fromhex((QUIET if is_quiet else theme()["textColor"]).lstrip("#")))
    font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK
