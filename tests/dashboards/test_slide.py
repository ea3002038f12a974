"""The leadership page as a slide: the figures of the sheet, inside the slide, the same bytes of one publication."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
from pptx import Presentation

from dashboards import report
from dashboards.leadership import ToolRow
from dashboards.printing.fitting import fitted, height, lines, width
from dashboards.printing.html import html
from dashboards.printing.page import Page
from dashboards.printing.slide import pptx
from tests.conftest import REPOSITORY
from tests.dashboards.leadership_publication import publish_for_leadership
from tests.dashboards.publication import Company

AT = datetime(2026, 11, 10, 4, 12)
ROW = ToolRow("Tool", "", "400", "62%", "30%", "35% by 28 Dec", "+3.5", "32–45%", "77%", "No forecast", "", False)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("slide")
    publish_for_leadership(root, Company(tools=7))
    return root


@pytest.fixture(scope="module")
def page(workspace: Path) -> Page:
    return report.report_of(workspace, None).page


class Table(HTMLParser):
    """The rows of the HTML file's one table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.is_in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self.is_in_cell = self.is_in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self.is_in_cell:
            self.rows[-1][-1] += data


def opened(content: bytes) -> Any:
    [slide] = (deck := Presentation(BytesIO(content))).slides
    return deck, slide


def table_of(slide: Any) -> list[list[str]]:
    [table] = [shape.table for shape in slide.shapes if shape.has_table]
    return [[cell.text_frame.text for cell in row.cells] for row in table.rows]


def texts_of(slide: Any) -> dict[str, str]:
    return {shape.name: shape.text_frame.text for shape in slide.shapes if shape.has_text_frame}


def pictures_of(slide: Any) -> list[Any]:
    return [shape for shape in slide.shapes if shape.shape_type == 13]


def faults(content: bytes) -> list[str]:
    """What lies outside the slide, lies over something else, or holds more text than its place."""
    deck, slide = opened(content)
    shapes = list(slide.shapes)
    found = [
        f"{shape.name} is outside"
        for shape in shapes
        if shape.left < 0
        or shape.top < 0
        or shape.left + shape.width > deck.slide_width
        or shape.top + shape.height > deck.slide_height
    ]
    found += [
        f"{one.name} lies over {other.name}"
        for number, one in enumerate(shapes)
        for other in shapes[number + 1 :]
        if one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    ]
    found += [f"{shape.name} overflows" for shape in shapes if shape.has_text_frame and _overflows(shape)]
    for shape in shapes:
        if shape.has_table:
            found += _too_full(shape.table)
    return found


def _overflows(shape: Any) -> bool:
    paragraphs = shape.text_frame.paragraphs
    size = paragraphs[0].runs[0].font.size.pt
    return height([one.text for one in paragraphs], size, shape.width.pt) > shape.height.pt + 0.1


def _too_full(table: Any) -> list[str]:
    return [
        f"{cell.text_frame.text} is higher than its row"
        for row in table.rows
        for cell, column in zip(row.cells, table.columns, strict=True)
        for size in [cell.text_frame.paragraphs[0].runs[0].font.size.pt]
        if height([cell.text_frame.text], size, column.width.pt - 8) > row.height.pt
    ]


def test_the_table_holds_the_figures_of_the_html(page: Page) -> None:
    _, slide = opened(pptx(page, AT))
    assert len(table_of(slide)) == 8
    assert table_of(slide) == Table(html(page)).rows


def test_it_says_all_that_the_page_says(page: Page) -> None:
    _, slide = opened(pptx(page, AT))
    texts = texts_of(slide)
    assert slide.shapes.title.text_frame.text == page.lead
    said = "\n".join(texts.values())
    for words in (page.title, page.week, page.subtitle, page.cause, page.since, *page.changes, *page.decisions):
        assert words in said
    assert all(card.value in texts["Figures of all tools"] for card in page.cards)
    assert "publication 2026-11-10T041200Z" in texts["Publication"]
    assert "as of 10 Nov 2026 04:12 UTC" in texts["Publication"]


def test_each_chart_is_a_picture_with_its_words(page: Page) -> None:
    _, slide = opened(pptx(page, AT))
    pictures = pictures_of(slide)
    assert [one._element.nvPicPr.cNvPr.get("descr") for one in pictures] == [chart.alt for chart in page.charts]
    assert len({one.image.sha1 for one in pictures}) == 3
    for one in pictures:
        wide, high = one.image.size
        assert one.width / one.height == pytest.approx(wide / high, rel=0.01)


def test_another_process_writes_the_same_bytes_when_the_slide_is_asked_for(workspace: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dashboards.report", "--workspace", str(workspace), "--out", str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    assert list(tmp_path.glob("*.pptx")) == []
    subprocess.run([*command, "--pptx"], cwd=REPOSITORY, capture_output=True, check=True)
    made = report.report_of(workspace, None)
    [file] = tmp_path.glob("*.pptx")
    assert file.name == "leadership-2026-W43.pptx"
    assert file.read_bytes() == pptx(made.page, made.publication.published_at)


def test_it_is_dated_by_its_publication_alone(page: Page) -> None:
    content = pptx(page, AT)
    deck, _ = opened(content)
    assert (deck.core_properties.created, deck.core_properties.modified) == (AT, AT)
    assert deck.core_properties.title == "AI tool adoption · Week of 19 October 2026"
    with ZipFile(BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2026, 11, 10, 4, 12, 0)}
        assert not [name for name in parts.namelist() if "thumbnail" in name]
    assert pptx(page, datetime(2026, 11, 11)) != content


@pytest.mark.parametrize(
    "company",
    [
        Company(tools=7),
        Company(tools=12, has_long_names=True),
        Company(tools=1, weeks=1, provisional=1),
        Company(people=9),
        Company(has_targets=False),
    ],
)
def test_nothing_leaves_its_place_whatever_is_on_it(tmp_path: Path, company: Company) -> None:
    publish_for_leadership(tmp_path, company)
    shown = report.report_of(tmp_path, None).page
    content = pptx(shown, AT)
    assert faults(content) == []
    assert table_of(opened(content)[1]) == Table(html(shown)).rows


def test_provisional_figures_are_marked(tmp_path: Path) -> None:
    publish_for_leadership(tmp_path, Company(tools=1, weeks=1, provisional=1))
    _, slide = opened(pptx(report.report_of(tmp_path, None).page, AT))
    assert table_of(slide)[1][0].endswith(" provisional")
    assert "All figures are provisional" in texts_of(slide)["Week"]


def test_tools_without_a_row_are_named_below(page: Page) -> None:
    rows = tuple(replace(ROW, tool=f"Tool {number} {'of the long names ' * 2}", note="fewer than 8 final weeks, and "
                 "few users to foretell anything from") for number in range(12))  # fmt: skip
    content = pptx(replace(page, rows=rows, unlisted=("Last of all",)), AT)
    _, slide = opened(content)
    assert faults(content) == []
    shown = len(table_of(slide)) - 1
    assert 1 < shown < 12
    assert texts_of(slide)["Further tools"].startswith(f"And {13 - shown} further tools: {rows[shown].tool}")


def test_words_without_end_are_cut_where_one_sees_it(page: Page) -> None:
    endless = "Word after word " * 300
    long = replace(page, lead=endless, cause=endless, subtitle=endless, decisions=(endless, "W" * 3000), footer=endless)
    content = pptx(long, AT)
    assert faults(content) == []
    assert opened(content)[1].shapes.title.text_frame.text.endswith("…")


def test_hostile_names_are_texts(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=3))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update dim_tool set title = ?", ['<a:t>&"]]> =cmd()'])
    content = pptx(report.report_of(tmp_path, None).page, AT)
    assert table_of(opened(content)[1])[1][0].startswith('<a:t>&"]]> ')
    assert faults(content) == []


def test_long_words_and_wide_letters_take_the_lines_that_they_need() -> None:
    assert lines("one two", 10, 200) == 1
    assert lines("one two", 10, width("one two", 10) - 1) == 2
    assert lines("W" * 100, 10, width("W" * 50, 10) + 1) == 2
    assert width("検査", 10) == 20
    assert fitted(["word " * 20], 100, 30, (12, 6))[1] == 6


def test_nobody_is_named(page: Page) -> None:
    with ZipFile(BytesIO(pptx(page, AT))) as parts:
        everything = " ".join(parts.read(name).decode("utf-8", "ignore") for name in parts.namelist())
    assert not re.search(r"Vogel|Steve Canny", everything)
