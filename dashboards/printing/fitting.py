"""How much room a text takes, so that it can be set at the largest size that fits: PowerPoint itself shrinks nothing
before somebody types.

Measured with Inter, which runs about a tenth wider than the font of the slide: what fits here fits there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from dashboards import wording
from dashboards.printing.charts import FONTS

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

LINE = 1.22
"""Height of a line, in sizes of its font."""
_UNIT = 100
_FIRST_WIDE = "\u2e80"
"""From here on scripts are as wide as high, and Inter does not have them."""
_SHORTER = (300, 220, 160, 120, 90, 60, 40, 20)


def width(text: str, size: float) -> float:
    """Points that a line of text takes."""
    wide = sum(letter >= _FIRST_WIDE for letter in text)
    narrow = "".join(letter for letter in text if letter < _FIRST_WIDE)
    return (float(_font().getlength(narrow)) / _UNIT + wide) * size


def lines(text: str, size: float, room: float) -> int:
    """Lines that a text takes in a width of `room` points; a word wider than that is broken."""
    count, used = 1, 0.0
    for word in text.split():
        taken = width(word, size)
        if used and used + taken > room:
            count, used = count + 1, 0.0
        used += taken
        while used > room:
            count, used = count + 1, used - room
        used += width(" ", size)
    return count


def height(paragraphs: Sequence[str], size: float, room: float) -> float:
    """Points that paragraphs take one below the other."""
    return sum(lines(text, size, room) for text in paragraphs) * size * LINE


def fitted(
    paragraphs: Sequence[str], room: float, high: float, sizes: Sequence[float]
) -> tuple[tuple[str, ...], float]:
    """The paragraphs and the first of `sizes` at which they fit; at the last one, long ones are cut until they do."""
    for size in sizes:
        if height(paragraphs, size, room) <= high:
            return tuple(paragraphs), size
    for most in _SHORTER:
        cut = tuple(wording.clipped(text, most) for text in paragraphs)
        if height(cut, sizes[-1], room) <= high:
            break
    return cut, sizes[-1]


@cache
def _font() -> FreeTypeFont:
    from PIL import ImageFont

    engine = ImageFont.Layout.BASIC  # the other one is not on every machine
    return ImageFont.truetype(str(FONTS / "Inter-SemiBold.otf"), _UNIT, layout_engine=engine)
