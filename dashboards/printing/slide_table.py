"""The table of tools as a table of PowerPoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.leadership import ToolRow
from dashboards.printing.charts import theme
from dashboards.printing.fitting import LINE, lines, width
from dashboards.printing.page import COLUMNS
from dashboards.printing.slide_text import Box, add_run

_SIZES = (12, 11, 10, 9.5, 9, 8.5, 8, 7.5, 7)
_PAD_X, _PAD_Y = 4, 1.5
_SLACK = 1
_STATUS_EM = 9.5
_LEAST_NAME_EM = 10
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_LINE_PT = 0.5


def shown_rows(rows: Sequence[ToolRow], wide: float, high: float) -> tuple[Sequence[ToolRow], float]:
    """All rows and the largest size at which they fit, or as many as do at the smallest."""
    for size in _SIZES:
        if _fits(rows, size, wide, high):
            return rows, size
    size, count = _SIZES[-1], len(rows)
    while count > 1 and not _fits(rows[:count], size, wide, high):
        count -= 1
    return rows[:count], size


def add_table(slide: Any, box: Box, rows: Sequence[ToolRow], size: float) -> float:
    """Draw it; the point of the slide below it."""
    from pptx.util import Pt

    columns = _columns(rows, size, box.wide)
    heights = _heights(rows, size, columns)
    frame = slide.shapes.add_table(
        len(rows) + 1, len(COLUMNS), Pt(box.left), Pt(box.top), Pt(box.wide), Pt(sum(heights))
    )
    frame.name = "Tools"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", "Tools, the one furthest from its target first")
    table = frame.table
    table.horz_banding = False
    table._tbl.tblPr.find("{*}tableStyleId").text = _NO_STYLE
    for column, taken in zip(table.columns, columns, strict=True):
        column.width = Pt(taken)
    for row, taken in zip(table.rows, heights, strict=True):
        row.height = Pt(taken)
    for number, name in enumerate(COLUMNS):
        _write(table.cell(0, number), number, (name, ""), size, is_bold=True)
    for line, tool in enumerate(rows, 1):
        for number, words in enumerate(_cells(tool)):
            _write(table.cell(line, number), number, words, size, is_bold=number == len(COLUMNS) - 1)
    return box.top + sum(heights)


def _cells(row: ToolRow) -> tuple[tuple[str, str], ...]:
    """Of each cell what it says, and what it adds in a quiet voice."""
    figures = (row.eligible, row.active, row.correct, row.target, row.change, row.forecast, row.chance)
    return ((row.tool, row.week), *((figure, "") for figure in figures), (row.status, row.note))


def _fits(rows: Sequence[ToolRow], size: float, wide: float, high: float) -> bool:
    columns = _columns(rows, size, wide)
    return columns[0] >= _LEAST_NAME_EM * size and sum(_heights(rows, size, columns)) <= high


def _columns(rows: Sequence[ToolRow], size: float, wide: float) -> list[float]:
    """Figures stand on one line; what they leave is for the names."""
    table = [COLUMNS, *(tuple(said for said, _ in _cells(row)) for row in rows)]
    figures = [
        max(width(line[number], size) for line in table) + 2 * _PAD_X + _SLACK for number in range(1, len(COLUMNS) - 1)
    ]
    status = _STATUS_EM * size
    return [wide - sum(figures) - status, *figures, status]


def _heights(rows: Sequence[ToolRow], size: float, columns: Sequence[float]) -> list[float]:
    counts = [
        max(lines(" ".join(words), size, room - 2 * _PAD_X) for words, room in zip(_cells(row), columns, strict=True))
        for row in rows
    ]
    return [count * size * LINE + 2 * _PAD_Y for count in (1, *counts)]


def _write(cell: Any, number: int, words: tuple[str, str], size: float, *, is_bold: bool) -> None:
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    said, added = words
    cell.margin_left = cell.margin_right = Pt(_PAD_X)
    cell.margin_top = cell.margin_bottom = Pt(_PAD_Y)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT if number in {0, len(COLUMNS) - 1} else PP_ALIGN.RIGHT
    add_run(paragraph, said, size, is_bold=is_bold)
    if added:
        add_run(paragraph, f" {added}", size - 1, is_quiet=True)
    _underline(cell)


def _underline(cell: Any) -> None:
    """The library has no call for the lines of a cell."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Pt

    colour = theme()["borderColor"].lstrip("#")
    line = f'<a:lnB {nsdecls("a")} w="{Pt(_LINE_PT)}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().append(parse_xml(line))
