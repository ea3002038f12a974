"""Takes pictures of every page in every look, for somebody to look at: what is clipped, empty or ugly, no test sees.

    python tests/e2e/gallery.py DIR [CASE ...] [--look LOOK ...] [--page PAGE ...] [-w WORKSPACE]

Cases are the names below; `workspace` shows the workspace given. A page becomes DIR/CASE/PAGE-LOOK-N.png, cut into
tiles that an image viewer need not shrink; a phone's tiles stand side by side.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.dashboards.publication import Company, publish
from tests.e2e.serving import CHROMIUM, FLAGS, server

CASES: dict[str, Company | None] = {
    "empty": None,
    "no-week": Company(people=300, is_empty=True),
    "one-tool-one-week": Company(people=2_000, tools=1, weeks=1, provisional=0),
    "one-week-provisional": Company(people=40, tools=2, weeks=1, provisional=1),
    "ordinary": Company(people=2_000),
    "broken": Company(people=2_000, has_broken_source=True),
    "twelve-tools-104-weeks": Company(people=2_000, tools=12, weeks=104),
    "fifty-thousand": Company(people=50_000, tools=3, weeks=26),
    "long-names": Company(people=2_000, tools=12, has_long_names=True, has_broken_source=True),
    "no-targets": Company(people=300, tools=2, weeks=8, has_targets=False),
}
# The broken source is the second tool's.
TOOL_OF = {"broken": "code-assistant", "long-names": "code-assistant"}
WEEKS_OF = {"twelve-tools-104-weeks": 104}
WHY = "Looking at the pages"
PAGES = ("overview", "movement", "training", "rules", "people", "one-person", "data-health", "governance",
         "leadership", "segments", "definitions")  # fmt: skip
ADDRESSES = {"overview": "", "people": "person", "one-person": "person"}
LOOKS = {"light": ("light", 1400), "dark": ("dark", 1400), "phone": ("light", 390), "dark-phone": ("dark", 390)}
HIGHEST = 12_000
ROOM_PX = 80
TILE_PX = 1_500
MOST_PICTURES = 10
# A chart is drawn once it holds a picture, a grid once its canvas holds more than one colour.
DRAWN = """() => {
  const all = (mark) => [...document.querySelectorAll(`[data-testid="${mark}"]`)].filter(e => e.offsetParent);
  const isPainted = (canvas) => {
    const width = Math.min(canvas.width, 400), height = Math.min(canvas.height, 120);
    if (!width || !height) return false;
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    return pixels.some(pixel => pixel !== pixels[0]);
  };
  return all("stVegaLiteChart").every(chart => chart.querySelector("svg, canvas"))
    && all("stDataFrame").every(grid => [...grid.querySelectorAll("canvas")].some(isPainted));
}"""


def main(folder: Path, cases: Sequence[str], pages: Sequence[str], looks: Sequence[str], own: Path | None) -> None:
    """One folder a case."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for case in cases:
            workspace = own if case == "workspace" and own else Path(scratch) / case
            workspace.mkdir(exist_ok=True)
            company = CASES.get(case)
            if company and workspace != own:
                publish(workspace, company)
            with server(workspace) as address:
                _case(browser, address, case, folder / case, pages, looks)
        browser.close()


def _case(browser: Browser, address: str, case: str, to: Path, pages: Sequence[str], looks: Sequence[str]) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for look in looks:
        theme, width = LOOKS[look]
        context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 1000})
        page = context.new_page()
        for name in pages:
            _open(page, address, case, name)
            for number, tile in enumerate(_tiles(page, width)):
                tile.save(to / f"{name}-{look}-{number}.png")
        context.close()
    print(to, flush=True)


def _open(page: Page, address: str, case: str, name: str) -> None:
    asked = [f"weeks={WEEKS_OF.get(case, 26)}"]
    asked += [f"tool={TOOL_OF[case]}"] if case in TOOL_OF else []
    page.goto(f"{address}/{ADDRESSES.get(name, name)}?{'&'.join(asked)}")
    _settle(page)
    box = page.get_by_role("combobox", name="Why do you look at single people?")
    if box.count() and not box.input_value():
        box.fill(WHY)
        box.press("Enter")
        expect(page.get_by_text("open once you say why")).to_have_count(0, timeout=30_000)
        _settle(page)
    if name == "one-person" and page.get_by_test_id("stDataFrame").count():
        page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 54})
        expect(page.get_by_role("heading", level=1, name="One person")).to_be_visible(timeout=30_000)
        _settle(page)


def _settle(page: Page) -> None:
    """Waits until the run has ended and every chart and grid of the page is drawn."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
    expect(page.locator("h1, h2, h3").first).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(300)
    page.wait_for_function(DRAWN, timeout=60_000)


def _photograph(page: Page) -> Image.Image:
    """Two pictures that are the same: nothing moves any more."""
    last = b""
    for _ in range(MOST_PICTURES):
        page.wait_for_timeout(300)
        picture = page.screenshot()
        if picture == last:
            break
        last = picture
    return Image.open(io.BytesIO(last))


def _tiles(page: Page, width: int) -> Iterator[Image.Image]:
    """The page scrolls inside its window, so the window is made as high as the page."""
    main = page.get_by_test_id("stMain")
    shown = 1_000
    while shown < (height := min(main.evaluate("element => element.scrollHeight"), HIGHEST - ROOM_PX)):
        shown = height + ROOM_PX  # charts that come into sight may make the page higher
        page.set_viewport_size({"width": width, "height": shown})
        _settle(page)
    picture = _photograph(page)
    page.set_viewport_size({"width": width, "height": 1000})
    cuts = [
        picture.crop((0, top, width, min(top + TILE_PX, picture.height))) for top in range(0, picture.height, TILE_PX)
    ]
    beside = max(1, 1_600 // width)
    for first in range(0, len(cuts), beside):
        group = cuts[first : first + beside]
        sheet = Image.new("RGB", (width * len(group) + 10 * (len(group) - 1), max(cut.height for cut in group)), "#888")
        for place, cut in enumerate(group):
            sheet.paste(cut, (place * (width + 10), 0))
        yield sheet


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--look", nargs="+", choices=LOOKS, default=list(LOOKS))
    parser.add_argument("--page", nargs="+", choices=PAGES, default=list(PAGES))
    parser.add_argument("-w", "--workspace", type=Path)
    given = parser.parse_args()
    main(given.folder, given.cases, given.page, given.look, given.workspace)
