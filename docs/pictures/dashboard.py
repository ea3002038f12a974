"""Takes the pictures of the dashboard for README and docs from the dashboard itself.

    python docs/pictures/dashboard.py WORKSPACE

The workspace is one of `takeup demo`. Needs Debian's chromium.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PICTURES = {"overview": ("", "Adoption overview"), "training": ("training?tool=doc-extract", "Training needs")}
WIDE, TALLEST = 1400, 1180
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main(workspace: Path) -> None:
    """One file a picture, in the light theme."""
    with _server(workspace) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
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


@contextmanager
def _server(workspace: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "server.py")]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    settings = {"TAKEUP_WORKSPACE": str(workspace.resolve()), "TAKEUP_PERSON_PAGES": "local", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT / "dashboards", env=os.environ | settings)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(url: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit(f"{url} did not answer within a minute")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
