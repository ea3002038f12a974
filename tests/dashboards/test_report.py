"""The leadership page as files: one tagged sheet, the same bytes of the same publication, nothing from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader

from dashboards import report
from dashboards.marts import reading
from tests.conftest import REPOSITORY
from tests.dashboards.leadership_publication import publish_for_leadership
from tests.dashboards.publication import Company

HOSTILE = '<script>alert(1)</script> #import "x" $x$ *_` [a](b) {{ x }} & “q”'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report")
    publish_for_leadership(root, Company(tools=7))
    return root


@pytest.fixture(scope="module")
def files(workspace: Path) -> tuple[Path, Path]:
    """Written as `takeup report` writes them: in a process of its own, whatever this one has drawn before."""
    command = [sys.executable, "-m", "dashboards.report", "--workspace", str(workspace)]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    html, pdf = sorted((workspace / "reports").glob("leadership-*"))
    return html, pdf


class Outline(HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_another_process_writes_the_same_bytes(workspace: Path, files: tuple[Path, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dashboards.report", "--workspace", str(workspace), "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert [Path(file).name for file in told["files"]] == ["leadership-2026-W43.html", "leadership-2026-W43.pdf"]
    assert told["headline"].startswith("2 of 6 tools with a target are on target; ")
    for file in files:
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_the_html_needs_nothing_from_outside_and_runs_nothing(files: tuple[Path, Path]) -> None:
    text = files[0].read_text()
    outline = Outline(text)
    assert not [tag for tag, _ in outline.tags if tag in {"script", "link", "iframe", "img", "object"}]
    sources = [value for _, attributes in outline.tags for name, value in attributes.items() if name in {"src", "href"}]
    assert [value for value in sources if value and not value.startswith("#")] == []
    assert re.findall(r"url\((?!data:|#)", text) == []


def test_the_html_says_its_language_title_and_each_picture_in_words(files: tuple[Path, Path]) -> None:
    outline = Outline(files[0].read_text())
    assert ("html", {"lang": "en"}) in outline.tags
    pictures = [attributes["aria-label"] for _, attributes in outline.tags if attributes.get("role") == "img"]
    assert len(pictures) == 3
    assert all(len(words or "") > 40 for words in pictures)
    assert "AI tool adoption · Week of 19 October 2026" in outline.texts


def test_no_two_parts_of_the_pictures_share_an_id(files: tuple[Path, Path]) -> None:
    ids = re.findall(r'\sid="([^"]+)"', files[0].read_text())
    assert ids
    assert len(ids) == len(set(ids))


def test_the_pdf_is_one_tagged_sheet_of_a4_with_title_language_and_alternatives(files: tuple[Path, Path]) -> None:
    reader = PdfReader(files[1])
    [page] = reader.pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    root = reader.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "AI tool adoption · Week of 19 October 2026"
    tags = list(_tags(root["/StructTreeRoot"]))
    kinds = [str(tag.get("/S")) for tag in tags]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/Figure"} <= set(kinds)
    alternatives = [str(tag["/Alt"]) for tag in tags if tag.get("/S") == "/Figure" and "/Alt" in tag]
    assert len([words for words in alternatives if len(words) > 40]) == 3


def _tags(node: Any) -> Any:
    """Every element of the structure tree."""
    found = node.get_object()
    if isinstance(found, list):
        for one in found:
            yield from _tags(one)
    elif hasattr(found, "get"):
        yield found
        if "/K" in found:
            yield from _tags(found["/K"])


def test_both_forms_say_the_same(files: tuple[Path, Path]) -> None:
    [page] = PdfReader(files[1]).pages
    printed = re.sub(r"\s+", "", page.extract_text())
    shown = Outline(files[0].read_text())
    texts = [text.strip() for text in shown.texts if text.strip() and "{" not in text]
    body = [text for text in texts if " · Week of" not in text]  # the title, which a PDF has elsewhere
    missing = [
        text for text in body if re.sub(r"\s+", "", text) not in printed and not _is_in_a_picture(text, files[0])
    ]
    assert missing == []


def _is_in_a_picture(text: str, html: Path) -> bool:
    pictures = re.findall(r"<svg.*?</svg>", html.read_text(), re.DOTALL)
    return any(text in "".join(Outline(picture).texts) for picture in pictures)


def test_nobody_is_named_and_no_unit_is_shown(workspace: Path, files: tuple[Path, Path]) -> None:
    path = reading.latest(workspace)
    assert path is not None
    people = reading.select(path, "select person_key from dim_person", {}, str)
    units = reading.select(path, "select distinct org_unit from dim_person", {}, str)
    [page] = PdfReader(files[1]).pages
    for text in (files[0].read_text(), page.extract_text()):
        assert "Vogel" not in text  # the owner of every tool
        assert [name for name in (*people, *units) if re.search(rf"\b{re.escape(name)}\b", text)] == []


def test_hostile_names_are_inert_in_both_forms(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=3))
    with duckdb.connect(str(path)) as connection:
        connection.execute("update dim_tool set title = ?", [HOSTILE])
        connection.execute("update dim_rule set title = ?", [HOSTILE])
    html, pdf = report.write(report.report_of(tmp_path, None), tmp_path)
    assert "script" not in {tag for tag, _ in Outline(html.read_text()).tags}
    assert "<script>alert(1)</script>" in "".join(Outline(html.read_text()).texts)
    [page] = PdfReader(pdf).pages
    assert "<script>alert(1)</script>" in page.extract_text().replace("\n", "")


@pytest.mark.parametrize(
    "company",
    [
        Company(tools=12, has_long_names=True),
        Company(tools=1, weeks=1, provisional=1),
        Company(people=9),
        Company(has_targets=False),
    ],
)
def test_the_page_is_one_sheet_whatever_is_on_it(tmp_path: Path, company: Company) -> None:
    publish_for_leadership(tmp_path, company)
    _, pdf = report.write(report.report_of(tmp_path, None), tmp_path)
    assert len(PdfReader(pdf).pages) == 1


def test_twenty_tools_with_long_names_are_one_sheet(tmp_path: Path) -> None:
    path = publish_for_leadership(tmp_path, Company(tools=12))
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update dim_tool set title = title || ' of the European shared service centre for accounting'"
        )
        for table in ("dim_tool", "fct_adoption_week", "dim_target", "fct_forecast"):
            connection.execute(f"insert into {table} select * replace (tool_id || '-2' as tool_id) from {table}")
    html, pdf = report.write(report.report_of(tmp_path, None), tmp_path)
    assert len(PdfReader(pdf).pages) == 1
    assert "And 12 further tools" in html.read_text()


def test_without_figures_there_is_no_page_but_a_reason(tmp_path: Path, workspace: Path) -> None:
    assert report.main(["--workspace", str(tmp_path)]) == 1
    with pytest.raises(report.ReportError, match=r"not an ISO week - write it like 2026-W45"):
        report.report_of(workspace, "2026-45")
    with pytest.raises(
        report.ReportError, match=r"no tool has figures of that week - there are 2026-W\d\d to 2026-W45"
    ):
        report.report_of(workspace, "2031-W01")


def test_an_asked_week_is_named_in_the_file(workspace: Path) -> None:
    found = report.report_of(workspace, "2026-W40")
    assert (found.name, found.page.week) == ("leadership-2026-W40", "Week of 28 September 2026")
