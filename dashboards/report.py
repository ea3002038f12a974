"""Writes the leadership page of a week as HTML, PDF and slide; `takeup report` runs it as a program of its own.

    python -m dashboards.report --workspace DIR [--week 2026-W45] [--out DIR] [--pptx]

Prints what it wrote as one JSON object. Says on stderr why it cannot, with exit code 1 (no figures, no place) or 2 (a
wrong argument).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboards import wording
from dashboards.marts import leadership, published, reading
from dashboards.marts.published import Publication
from dashboards.printing.html import html
from dashboards.printing.page import Page, page_of
from dashboards.printing.pdf import pdf


class ReportError(Exception):
    """Why there is no page; `code` is the exit code."""

    def __init__(self, why: str, code: int = 1) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Report:
    """The page of a week and the publication that it was made from."""

    publication: Publication
    week: date
    page: Page

    @property
    def name(self) -> str:
        """`leadership-2026-W45`; the same week from another publication takes its place."""
        return f"leadership-{wording.iso_week(self.week)}"


def report_of(workspace: Path, week: str | None) -> Report:
    """The page of an ISO week, or of the newest one that is final of any tool. Raises ReportError."""
    path = reading.latest(workspace)
    made = published.publication(path) if path else None
    if path is None or made is None:
        raise ReportError(f"{workspace}: nothing was published yet - takeup run makes the first publication")
    if made.contract_version != published.CONTRACT_VERSION:
        raise ReportError(f"{path}: was made by another version of takeup - takeup run publishes anew")
    shown = _asked(path, week) if week else leadership.newest_week(path)
    if shown is None:
        raise ReportError(f"{path}: no tool has a whole week of figures yet - look at takeup status for what arrived")
    return Report(made, shown, page_of(path, made, shown))


def write(report: Report, out: Path, *, with_slide: bool = False) -> list[Path]:
    """Write HTML, PDF and, when asked for, the slide into a folder; each file is whole or as it was."""
    out.mkdir(parents=True, exist_ok=True)
    page, at = report.page, report.publication.published_at
    forms = {".html": html(page).encode(), ".pdf": pdf(page, at)}
    if with_slide:
        from dashboards.printing.slide import pptx

        forms[".pptx"] = pptx(page, at)
    return [_put(out / f"{report.name}{ending}", content) for ending, content in forms.items()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page and says where; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.report", description="Writes the leadership page.")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--week")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pptx", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        report = report_of(asked.workspace, asked.week)
    except ReportError as error:
        sys.stderr.write(f"{error}\n")
        return error.code
    out = asked.out or asked.workspace / "reports"
    try:
        files = write(report, out, with_slide=asked.pptx)
    except OSError as error:
        sys.stderr.write(f"{out}: cannot be written: {error.strerror} - name another folder with --out\n")
        return 1
    told = {
        "publication_id": report.publication.publication_id,
        "week": wording.iso_week(report.week),
        "headline": report.page.lead,
        "files": [str(file) for file in files],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _asked(path: Path, text: str) -> date:
    try:
        week = wording.monday_of(text)
    except ValueError:
        raise ReportError(f"--week {text}: not an ISO week - write it like 2026-W45", code=2) from None
    known = leadership.weeks(path)
    if week not in known:
        span = (
            f"there are {wording.iso_week(known[-1])} to {wording.iso_week(known[0])}"
            if known
            else "there are none yet"
        )
        raise ReportError(f"--week {text}: no tool has figures of that week - {span}", code=2)
    return week


def _put(file: Path, content: bytes) -> Path:
    aside = file.with_name(f".{file.name}.part")
    aside.write_bytes(content)
    return aside.replace(file)


if __name__ == "__main__":
    raise SystemExit(main())
