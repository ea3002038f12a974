"""The dashboard in a real browser: it renders, stays on this machine, can be linked to and read by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebSocket, expect

from tests.dashboards.publication import Company

pytestmark = pytest.mark.e2e

COMPANY = Company(people=300, has_broken_source=True)
HOSTILE = Company(people=120, tools=2, weeks=8, has_hostile_texts=True, has_broken_source=True)
LONG = Company(people=120, tools=12, has_long_names=True)
PAGES = {
    "": "Adoption overview",
    "movement": "Movement",
    "training": "Training needs",
    "rules": "Rules",
    "person": "People",
    "data-health": "Data health",
    "governance": "Governance",
    "leadership": "Leadership",
    "segments": "Usage segments",
    "definitions": "Definitions",
}
WHY = "Why do you look at single people?"
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1400, "height": 1000}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1400, "height": 1000}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# Streamlit's own sparkline in a metric card has no name for its image; nothing of ours can give it one.
SPARKLINE = '[data-testid="stMetricChart"]'
# On a page's own address Streamlit's client first looks for its server below that address, then at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")

Served = Callable[[Company | None], str]


@dataclass
class Visit:
    """One browser page and everything that it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Begins to write the log."""
        self.page.on("request", self._asked)
        self.page.on("websocket", self._connected)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self.requests.append(socket.url)

    def _said(self, message: ConsoleMessage) -> None:
        is_probe = urlsplit(message.location["url"]).path.endswith(PROBES)
        if message.type == "error" and not is_probe:
            self.complaints.append(message.text)

    def open(self, address: str, title: str) -> None:
        """Goes to an address and waits until the page with this title is fully drawn."""
        self.page.goto(address)
        self.settle(title)

    def say_why(self, reason: str) -> None:
        """Gives the reason without which no row about people is shown."""
        box = self.page.get_by_role("combobox", name=WHY)
        box.click()
        self.page.get_by_role("option", name=reason).click()
        expect(self.page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=30_000)

    def asked(self) -> dict[str, list[str]]:
        """What the address says now; the driver itself hears of a change only later."""
        return parse_qs(urlsplit(self.page.evaluate("location.href")).query)

    def settle(self, title: str) -> None:
        """Waits on content: the title, the end of the run, no placeholder left, every chart drawn."""
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=30_000)
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=30_000
        )
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
        charts = self.page.get_by_test_id("stVegaLiteChart")
        for chart in charts.all():
            expect(chart.locator("svg, canvas").first).to_be_attached(timeout=15_000)


@contextmanager
def visiting(browser: Browser, look: str = "light") -> Iterator[Visit]:
    context = browser.new_context(**LOOKS[look])
    visit = Visit(context.new_page())
    visit.listen()
    yield visit
    context.close()


def _violations(page: Page) -> list[str]:
    found = []
    for violation in Axe().run(page, options=WCAG).response["violations"]:
        for node in violation["nodes"]:
            where = " ".join(map(str, node["target"]))
            is_sparkline = violation["id"] == "svg-img-alt" and page.locator(SPARKLINE).locator(where).count() > 0
            if not is_sparkline:
                found.append(
                    f"{violation['id']}: {where} - {node['html'][:160]} - {node.get('failureSummary', '')[:300]}"
                )
    return found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_by_everybody_in_every_look_and_asks_nobody_else(
    browser: Browser, served: Served, path: str
):
    """One visit for all: opening a page costs more than looking at it four times."""
    with visiting(browser) as visit:
        visit.open(f"{served(COMPANY)}/{path}", PAGES[path])
        if path in ("person", "training"):
            visit.say_why("A question of the person")
        for name, look in LOOKS.items():
            visit.page.emulate_media(color_scheme=look["color_scheme"])
            visit.page.set_viewport_size(look["viewport"])
            visit.settle(PAGES[path])
            assert _violations(visit.page) == [], name
        hosts = {urlsplit(url).hostname for url in visit.requests if not url.startswith(("data:", "blob:"))}
        assert hosts == {"127.0.0.1"}
        assert visit.complaints == []
        assert any("Inter-" in url for url in visit.requests), "the font is served locally"


@pytest.mark.parametrize("path", PAGES)
def test_long_names_never_push_a_page_wider_than_its_window(browser: Browser, served: Served, path: str):
    with visiting(browser) as visit:
        visit.open(f"{served(LONG)}/{path}", PAGES[path])
        for look in (LOOKS["light"], LOOKS["phone"]):
            visit.page.set_viewport_size(look["viewport"])
            visit.settle(PAGES[path])
            main = visit.page.get_by_test_id("stMain")
            assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
            for chart in visit.page.get_by_test_id("stVegaLiteChart").all():
                assert chart.evaluate("element => element.scrollWidth - element.clientWidth") <= 1


A4_PX = 794  # the width of A4 at 96 dots an inch


@pytest.mark.parametrize("path", ["", "movement", "training", "governance", "leadership", "segments"])
def test_a_page_prints_whole_without_the_navigation(browser: Browser, served: Served, path: str):
    """On paper nothing scrolls: the page is as long as what stands on it, and no wider than a sheet."""
    with visiting(browser) as visit:
        visit.page.set_viewport_size({"width": A4_PX, "height": 1123})
        visit.open(f"{served(COMPANY)}/{path}", PAGES[path])
        charts = visit.page.get_by_test_id("stVegaLiteChart")
        drawn = charts.count()
        visit.page.emulate_media(media="print")
        visit.page.wait_for_timeout(500)
        main = visit.page.get_by_test_id("stMain")
        assert main.evaluate("element => element.scrollHeight - element.clientHeight") <= 1, (
            "cut off at the window's end"
        )
        assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 1, "cut off at the right"
        for part in ("stToolbar", "stSidebar", "stTopNavLinkContainer"):
            for shown in visit.page.get_by_test_id(part).all():
                expect(shown).not_to_be_visible()
        for chart in charts.all():
            box = chart.bounding_box()
            assert box
            assert box["x"] + box["width"] <= A4_PX + 1
            expect(chart.locator("svg, canvas").first).to_be_visible()
        assert charts.count() == drawn
        pages = len(re.findall(rb"/Type\s*/Page\b", visit.page.pdf(format="A4", print_background=True)))
        height = main.evaluate("element => element.scrollHeight")
        assert pages >= height // 1123, f"{pages} sheets for {height} px"


def test_a_bar_leads_to_the_list_the_list_to_a_file_and_to_a_person_and_back(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.open(f"{served(COMPANY)}/training?tool=Copilot+Chat", "Training needs")
        visit.say_why("Coaching and training")
        visit.page.get_by_test_id("stVegaLiteChart").first.click(position={"x": 60, "y": 30})
        expect(visit.page.get_by_role("combobox", name="Rule")).to_have_value(re.compile("Output is reviewed"))
        visit.settle("Training needs")
        assert visit.asked()["rule"] == ["copilot-chat-review"]
        link = visit.page.get_by_role("link", name="Export CSV").get_attribute("href")
        file = visit.page.context.request.get(urljoin(visit.page.url, link))
        lines = file.text().splitlines()
        assert file.headers["content-disposition"].startswith("attachment")
        assert lines[0].lstrip("\ufeff").startswith("person_key,tool_id,rule_id")
        expect(visit.page.get_by_role("heading", name=f"Whom to train: {len(lines) - 1} needs")).to_be_visible()
        visit.page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 54})
        visit.settle("One person")
        assert visit.asked()["person"][0] == lines[1].split(",")[0]
        expect(visit.page.get_by_text("Events that decided")).to_be_visible()
        visit.page.go_back()
        visit.settle("Training needs")
        expect(visit.page.get_by_role("combobox", name="Rule")).to_have_value(re.compile("Output is reviewed"))


@pytest.mark.parametrize("path", ["rules", "training", "governance", "data-health", "leadership"])
def test_texts_of_the_data_become_neither_links_nor_images_nor_requests(browser: Browser, served: Served, path: str):
    with visiting(browser) as visit:
        visit.open(f"{served(HOSTILE)}/{path}", PAGES[path])
        expect(visit.page.get_by_text("evil.example").first).to_be_attached()
        loose = visit.page.locator("a[href*='//'][href*=evil], img[src*=evil], [style*=evil]").all()
        assert [element.evaluate("element => element.outerHTML") for element in loose] == []
        assert not [url for url in visit.requests if "evil" in url]


def test_the_keyboard_alone_reaches_navigation_filters_and_exports(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.open(f"{served(COMPANY)}/leadership", "Leadership")
        reached = set()
        for _ in range(60):
            visit.page.keyboard.press("Tab")
            reached.add(visit.page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel"))
        told = " ".join(filter(None, reached))
        assert all(name in told for name in ("Movement", "Tool", "Page as PDF"))


def test_a_deep_link_survives_a_page_switch_and_back(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.open(f"{served(COMPANY)}/?tool=Meeting+Notes&unit=Legal&weeks=13", "Adoption overview")
        expect(visit.page.get_by_text("eligible people, Legal")).to_be_visible()
        visit.page.get_by_role("link", name="Data health").click()
        visit.settle("Data health")
        expect(visit.page.get_by_role("heading", name="In detail: Meeting Notes")).to_be_visible()
        visit.page.get_by_role("link", name="Definitions").first.click()
        visit.settle("Definitions")
        visit.page.go_back()
        visit.settle("Data health")
        visit.page.go_back()
        visit.settle("Adoption overview")
        expect(visit.page.get_by_text("eligible people, Legal")).to_be_visible()
        assert visit.asked() == {
            "tool": ["Meeting Notes"],
            "unit": ["Legal"],
            "weeks": ["13"],
        }


def test_a_link_by_a_tools_id_opens_it_and_leaves_a_link_that_can_be_passed_on(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.open(f"{served(COMPANY)}/data-health?tool=meeting-notes", "Data health")
        expect(visit.page.get_by_role("heading", name="In detail: Meeting Notes")).to_be_visible()
        visit.open(visit.page.url, "Data health")
        expect(visit.page.get_by_role("heading", name="In detail: Meeting Notes")).to_be_visible()


def test_choosing_another_tool_changes_the_figures_and_the_address(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.open(served(COMPANY), "Adoption overview")
        visit.page.get_by_role("combobox", name="Tool").click()
        visit.page.get_by_role("option", name="Support Agent").click()
        expect(visit.page.get_by_text("Correct users · target 20%")).to_be_visible()
        assert visit.asked() == {"tool": ["Support Agent"]}


def test_the_figures_unfold_as_a_table(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.open(served(COMPANY), "Adoption overview")
        visit.page.get_by_text("The figures as a table").click()
        visit.settle("Adoption overview")
        expect(visit.page.get_by_role("region", name="The figures as a table")).to_be_visible()
        assert _violations(visit.page) == []


def test_an_empty_workspace_says_what_to_do(browser: Browser, served: Served):
    with visiting(browser) as visit:
        visit.page.goto(served(None))
        expect(visit.page.get_by_role("heading", name="Nothing has been published yet")).to_be_visible(timeout=30_000)
        assert visit.complaints == []
