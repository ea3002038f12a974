"""Sign-in in a real browser: whoever signs in sees what their groups may see, on the pages and in the exports."""

from __future__ import annotations

import base64
import json

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.e2e

PAGES = ("Overview", "Movement", "Training needs", "Rules", "People", "My usage", "Governance", "Leadership")
QUERY = "tool=copilot-chat&week=2026-10-19&why=an+audit"
# Who gets which file: the status of the answer.
EXPORTS = {
    "coach": {"people.csv?unit=All": 200, "people.csv?unit=Finance": 200, "training.xlsx?unit=All": 200,
              "adoption.csv?unit=All": 200, "leadership.pdf?week=2026-W43": 200},
    "lead": {"people.csv?unit=All": 403, "people.csv?unit=Finance": 200, "people.csv?unit=Sales": 403,
             "training.xlsx?unit=Finance": 200, "adoption.csv?unit=All": 403, "leadership.pdf?week=2026-W43": 403},
    "viewer": {"people.csv?unit=All": 403, "training.xlsx?unit=All": 403, "events.csv?unit=All": 403,
               "adoption.csv?unit=All": 200, "leadership.pdf?week=2026-W43": 200},
    "stranger": {"people.csv?unit=All": 403, "adoption.csv?unit=All": 403, "leadership.pdf?week=2026-W43": 403},
}  # fmt: skip
SEES = {
    "coach": set(PAGES),
    "lead": set(PAGES),
    "viewer": set(PAGES) - {"People"},
}


def _address(server: str, file: str) -> str:
    """What a file asks for comes last, so that it counts."""
    name, _, asked = file.partition("?")
    return f"{server}/export/{name}?{QUERY}&{asked}"


def _sign_in(page: Page, address: str, who: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Sign in").click(timeout=30_000)
    page.get_by_role("button", name=who, exact=True).click()
    page.wait_for_url(f"{address}/**")


def test_nobody_sees_a_figure_or_gets_a_file_before_signing_in(browser: Browser, signed_in_by_groups: str):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{signed_in_by_groups}/person")
    expect(page.get_by_role("heading", name="Sign in to see the figures")).to_be_visible(timeout=30_000)
    for file in ("people.csv", "adoption.csv", "leadership.pdf"):
        assert context.request.get(f"{signed_in_by_groups}/export/{file}?unit=All&{QUERY}").status == 403
    context.close()


@pytest.mark.parametrize("who", SEES)
def test_the_menu_the_pages_and_the_exports_follow_the_groups(browser: Browser, signed_in_by_groups: str, who: str):
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    page = context.new_page()
    _sign_in(page, signed_in_by_groups, who)
    expect(page.get_by_role("heading", level=1, name="Adoption overview")).to_be_visible(timeout=30_000)
    navigation = page.get_by_test_id("stTopNavLinkContainer")
    expect(navigation.first).to_be_visible()
    names = {link.inner_text().splitlines()[-1] for link in navigation.all()}
    assert names & set(PAGES) == SEES[who]
    whole = "eligible people, Finance" if who == "lead" else "eligible people, whole company"
    expect(page.get_by_text(whole)).to_be_visible()
    for file, status in EXPORTS[who].items():
        answer = context.request.get(_address(signed_in_by_groups, file))
        assert (file, answer.status) == (file, status), answer.text()[:200]
    context.close()


def test_a_page_outside_the_menu_stays_closed_by_its_address(browser: Browser, signed_in_by_groups: str):
    context = browser.new_context()
    page = context.new_page()
    _sign_in(page, signed_in_by_groups, "viewer")
    expect(page.get_by_role("heading", level=1, name="Adoption overview")).to_be_visible(timeout=30_000)
    page.goto(f"{signed_in_by_groups}/person")
    expect(page.get_by_role("heading", level=1, name="Adoption overview")).to_be_visible(timeout=30_000)
    context.close()


def test_somebody_without_a_group_is_told_so_and_gets_no_file(browser: Browser, signed_in_by_groups: str):
    context = browser.new_context()
    page = context.new_page()
    _sign_in(page, signed_in_by_groups, "stranger")
    expect(page.get_by_text("none of their groups has access")).to_be_visible(timeout=30_000)
    for file, status in EXPORTS["stranger"].items():
        assert context.request.get(_address(signed_in_by_groups, file)).status == status
    context.close()


def test_a_cookie_that_was_made_up_opens_nothing(browser: Browser, signed_in_by_groups: str):
    context = browser.new_context()
    forged = json.dumps({"is_logged_in": True, "groups": ["coach"], "iat": 1, "origin": signed_in_by_groups})
    value = base64.urlsafe_b64encode(forged.encode()).decode()
    cookie = {"name": "_streamlit_user", "value": value, "url": signed_in_by_groups}
    context.add_cookies([cookie])
    assert context.request.get(f"{signed_in_by_groups}/export/adoption.csv?unit=All&{QUERY}").status == 403
    context.close()
