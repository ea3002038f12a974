"""SVG as text: a card with its own background, so that it reads on a light page and on a dark one.

No scripts, no fonts to fetch, nothing from elsewhere. Coordinates are pixels from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

WIDTH = 760
MARGIN = 24
# Average width of a character in a 12-pixel system font: enough to keep labels apart and inside the card.
CHARACTER = 7.1

_STYLE = """\
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2933; }
.strong { font-weight: 600; font-size: 13px; }
.muted { fill: #5b6770; }
.card { fill: #ffffff; stroke: #d8dee4; }
.line { stroke: #8b98a5; stroke-width: 1; fill: none; }
.faint { stroke: #d8dee4; stroke-width: 1; fill: none; }
.away { fill: #b9c4cf; fill-opacity: .35; }
.dashed { stroke: #5b6770; stroke-width: 1.5; stroke-dasharray: 4 3; fill: none; }
.other { fill: #ffffff; stroke: #5b6770; stroke-width: 1.5; }
.calls { fill: #1f2933; stroke: #ffffff; stroke-width: 1.5; }
.good { fill: #0b66b8; stroke: #ffffff; stroke-width: 1.5; }
.bad { fill: #e0871a; stroke: #ffffff; stroke-width: 1.5; }
.open { fill: #b9c4cf; stroke: #5b6770; stroke-width: 1.5; }
.bar-good { fill: #0b66b8; fill-opacity: .22; }
.bar-bad { fill: #e0871a; fill-opacity: .28; }
.bar-open { fill: #b9c4cf; fill-opacity: .5; }
.whisker-good { stroke: #0b66b8; stroke-width: 3; }
.whisker-bad { stroke: #e0871a; stroke-width: 3; }
.whisker-open { stroke: #8b98a5; stroke-width: 3; }
.pill-good { fill: #0b66b8; }
.pill-bad { fill: #e0871a; }
.pill-open { fill: #b9c4cf; }
.pill-none { fill: none; stroke: #8b98a5; }
.on-good { fill: #ffffff; font-weight: 600; }
.on-bad, .on-open { fill: #1f1300; font-weight: 600; }
.on-none { fill: #5b6770; font-weight: 600; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .muted, .on-none { fill: #a3b0bc; }
  .card { fill: #161b22; stroke: #30363d; }
  .line { stroke: #7d8a96; }
  .faint { stroke: #30363d; }
  .dashed { stroke: #a3b0bc; }
  .other { fill: #161b22; stroke: #a3b0bc; }
  .calls { fill: #e6edf3; stroke: #161b22; }
  .good { fill: #58a6ee; stroke: #161b22; }
  .bad, .open { stroke: #161b22; }
  .bar-good { fill: #58a6ee; }
  .bar-open { fill-opacity: .25; }
  .whisker-good { stroke: #58a6ee; }
  .on-good { fill: #ffffff; }
  .on-bad, .on-open { fill: #1f1300; }
}"""


def document(height: float, title: str, description: str, body: Iterable[str]) -> str:
    """The whole picture; `title` and `description` are what a screen reader says."""
    card = f'<rect class="card" x=".5" y=".5" width="{WIDTH - 1}" height="{_n(height - 1)}" rx="8"/>'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{_n(height)}"'
        f' viewBox="0 0 {WIDTH} {_n(height)}" role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        card,
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def label(x: float, y: float, words: str, look: str = "", anchor: str = "start") -> str:
    """A text whose baseline starts, ends or is centred (`middle`) at (x, y)."""
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor={quoteattr(anchor)}{_class(look)}>{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, look: str, radius: float = 4) -> str:
    """A rectangle with round corners."""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(height)}" rx="{_n(radius)}"'
        f"{_class(look)}/>"
    )


def line(x1: float, y1: float, x2: float, y2: float, look: str = "line") -> str:
    """A straight line."""
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"{_class(look)}/>'


def dot(x: float, y: float, look: str, radius: float = 7) -> str:
    """A round mark."""
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"{_class(look)}/>'


def diamond(x: float, y: float, look: str, radius: float = 9) -> str:
    """A mark that differs from a dot by more than its colour."""
    points = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
    return f'<polygon points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in points)}"{_class(look)}/>'


def pill(right: float, y: float, words: str, look: str) -> str:
    """A word in a coloured capsule that ends at `right`; `y` is its middle."""
    width = width_of(words) + 24
    return box(right - width, y - 11, width, 22, f"pill-{look}", 11) + label(
        right - width / 2, y + 4, words, f"on-{look}", "middle"
    )


def width_of(words: str) -> float:
    """About how wide a text is."""
    return len(words) * CHARACTER


def within_card(x: float, words: str) -> float:
    """`x`, moved so far that a text centred there stays inside the card."""
    half = width_of(words) / 2
    return min(max(x, MARGIN + half - 8), WIDTH - MARGIN - half + 8)


def _class(look: str) -> str:
    return f' class="{look}"' if look else ""


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
