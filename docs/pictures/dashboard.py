"""Takes the pictures of the dashboard for README and docs from the dashboard itself.

    python -m docs.pictures.dashboard WORKSPACE

The workspace is one of `takeup demo`. Needs Debian's chromium.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.serving import CHROMIUM, FLAGS, server

HERE = Path(__file__).resolve().parent
PICTURES = {"overview": ("", "Adoption overview"), "training": ("training?tool=doc-extract", "Training needs")}
WIDE, TALLEST = 1400, 1180


def main(workspace: Path) -> None:
    """One file a picture, in the light theme."""
    with server(workspace) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": WIDE, "height": TALLEST}, color_scheme="light")
        for name, (path, title) in PICTURES.items():
            page.goto(f"{address}/{path}")
            _settle(page, title)
            page.screenshot(path=HERE / f"dashboard-{name}.png")
        browser.close()


def _settle(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
    time.sleep(1.5)  # a chart has no mark of being drawn


if __name__ == "__main__":
    main(Path(sys.argv[1]))
