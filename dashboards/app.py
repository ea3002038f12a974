"""The dashboard's script: finds the newest publication and who reads it, draws navigation and filters, hands over.

Start with `takeup dashboard`, which sets TAKEUP_WORKSPACE to the workspace's folder and TAKEUP_PERSON_PAGES to what
privacy.yml says. Every click runs this from top to bottom.
"""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import streamlit as st

from dashboards import access
from dashboards.access import Access, RefusedError
from dashboards.app_pages import (
    data_health,
    definitions,
    governance,
    leadership,
    movement,
    overview,
    own,
    person,
    rules,
    segments,
    training,
)
from dashboards.app_pages.parts import Filters, accept_ids_in_links, empty
from dashboards.marts import published, reading

WEEKS = (8, 13, 26, 52, 104)
DEFAULT_WEEKS = 26
FILTER_PX = 240
# Wide enough for titles of some 55 characters; a phone's row is narrower and wraps.
WIDE_FILTER_PX = 480
LONGEST_TITLE = 26  # characters that fit into a filter
OVERVIEW = "overview"
# A Material icon would be fetched from a font server.
FAVICON = Path(__file__).parent / "static" / "favicon.svg"

Draw = Callable[[Filters], None]
# Address, title, icon, the role it needs, what draws it; in reading order.
PAGES: tuple[tuple[str, str, str, str, Draw], ...] = (
    (OVERVIEW, "Overview", "monitoring", "figures", overview.page),
    ("movement", "Movement", "sync_alt", "figures", movement.page),
    ("training", "Training needs", "school", "figures", training.page),
    ("rules", "Rules", "gavel", "figures", rules.page),
    ("person", "People", "person_search", "people", person.page),
    ("me", "My usage", "person", "own", own.page),
    ("data-health", "Data health", "health_and_safety", "figures", data_health.page),
    ("governance", "Governance", "verified", "figures", governance.page),
    ("leadership", "Leadership", "flag", "figures", leadership.page),
    ("segments", "Usage segments", "equalizer", "figures", segments.page),
    ("definitions", "Definitions", "menu_book", "figures", definitions.page),
)
OF_ONE_PAGE = {"person": "person", "figure": "definitions"}
WITHOUT_UNIT = ("rules", "data-health", "governance", "leadership", "definitions")
WITHOUT_WEEKS = ("training", "governance", "leadership", "segments", "definitions")


def main() -> None:
    """One run of the script: every click comes through here."""
    st.set_page_config(page_title="takeup", page_icon=str(FAVICON), layout="wide")
    reader = _reader()
    if reader is None:
        return
    filters: list[Filters] = []
    pages = _pages(reader, filters)
    page = st.navigation(list(pages.values()), position="top")
    try:
        chosen = _choose(page.url_path or OVERVIEW, reader, pages)
        if chosen:
            _forget_other_pages(page.url_path)
            filters.append(chosen)
            page.run()
    except reading.OlderPublicationError:
        empty(
            "This publication is older than the dashboard",
            "It was made before takeup knew what this page shows, so the page has nothing to read.",
            "run `takeup run` in the workspace, then reload this page.",
        )
    _settle_memory()


def _forget_other_pages(page: str) -> None:
    """Going back, the browser brings along what another page's address said."""
    for name, owner in OF_ONE_PAGE.items():
        if page != owner and name in st.query_params:
            del st.query_params[name]


@st.cache_resource
def _settle_memory() -> None:
    """Streamlit collects garbage after every run, 40-80 ms; what is loaded by now stays and need not be looked at."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


def _workspace() -> Path | None:
    return Path(os.environ["TAKEUP_WORKSPACE"]) if "TAKEUP_WORKSPACE" in os.environ else None


def _reader() -> Access | None:
    """Who reads, asked anew in every run; None after asking to sign in or saying why nothing is shown."""
    workspace = _workspace()
    person_pages = os.environ.get("TAKEUP_PERSON_PAGES", "sign_in")
    if workspace is None or not access.has_sign_in(workspace):
        return access.of_this_machine(access.user_here(), person_pages)
    if not st.user.is_logged_in:
        _ask_to_sign_in()
        return None
    try:
        return access.of_reader(workspace, st.user.to_dict(), person_pages)
    except RefusedError as refused:
        empty("Nothing can be shown to you", refused.why, refused.what_to_do)
        st.button("Sign out", on_click=st.logout)
        return None


def _ask_to_sign_in() -> None:
    with st.container(border=True):
        st.header("Sign in to see the figures")
        st.markdown("This dashboard shows each reader what their groups may see.")
        st.button("Sign in", on_click=st.login)


def _pages(reader: Access, filters: list[Filters]) -> dict[str, st.Page]:
    """Only the pages that the reader may see; each asks for its role once more when it is drawn."""
    return {
        path: _page(draw, role, filters, title, path, icon)
        for path, title, icon, role, draw in PAGES
        if reader.may(role)
    }


def _page(draw: Draw, role: str, filters: list[Filters], title: str, path: str, icon: str) -> st.Page:
    def run() -> None:
        filters[0].access.require(role)
        draw(filters[0])

    return st.Page(run, title=title, url_path=path, icon=f":material/{icon}:", default=path == OVERVIEW)


def _choose(page: str, reader: Access, pages: dict[str, st.Page]) -> Filters | None:
    """The publication and the filters; None after saying why there is nothing to choose from."""
    workspace = _workspace()
    path = reading.latest(workspace) if workspace else None
    publication = published.publication(path) if path else None
    if workspace is None or path is None or publication is None:
        _nothing_published()
        return None
    if publication.contract_version != published.CONTRACT_VERSION:
        _other_version(publication.contract_version)
        return None
    tools = tuple(published.tools(path))
    units = [unit for unit in _units(path) if reader.sees(unit, published.WHOLE_COMPANY)]
    if not tools or not units:
        _no_tools() if not tools else _no_units(reader)
        return None
    with st.container(horizontal=True, vertical_alignment="top"):
        tool, unit, weeks = _filter_row(page, publication, tools, units)
    return Filters(workspace, path, publication, tools, tool, unit, weeks, reader, pages)


def _units(path: Path) -> list[str]:
    return [published.WHOLE_COMPANY, *published.org_units(path)]


def _filter_row(
    page: str, publication: published.Publication, tools: tuple[published.Tool, ...], units: Sequence[str]
) -> tuple[published.Tool, str, int]:
    """All filters on every page, or the address would forget them; those that a page does not heed say so."""
    tool = _choose_tool(tools)
    unit = _choose_unit(publication, units, is_heeded=page not in WITHOUT_UNIT)
    weeks = _choose_weeks(is_heeded=page not in WITHOUT_WEEKS)
    return tool, unit, weeks


def _choose_tool(tools: tuple[published.Tool, ...]) -> published.Tool:
    by_id = {tool.tool_id: tool for tool in tools}
    titles = {tool.tool_id: _title(tool, tools) for tool in tools}
    accept_ids_in_links("tool", titles)
    chosen = st.selectbox(
        "Tool",
        list(titles),
        format_func=titles.__getitem__,
        key="tool",
        bind="query-params",
        width=_filter_width(titles.values()),
    )
    return by_id[str(chosen)]


def _choose_unit(publication: published.Publication, units: Sequence[str], is_heeded: bool) -> str:
    """Only units that the reader may see are offered, and whatever comes back is one of them."""
    name = publication.org_unit_attribute.replace("_", " ").capitalize()
    chosen = st.selectbox(
        name if is_heeded else f"{name} (other pages)",
        units,
        format_func=_unit_title,
        key="unit",
        bind="query-params",
        width=_filter_width(units),
    )
    return str(chosen) if chosen in units else units[0]


def _choose_weeks(is_heeded: bool) -> int:
    weeks = st.segmented_control(
        "Weeks" if is_heeded else "Weeks (other pages)",
        WEEKS,
        default=DEFAULT_WEEKS,
        key="weeks",
        bind="query-params",
        required=True,
    )
    return weeks or DEFAULT_WEEKS


def _filter_width(names: Iterable[str]) -> int:
    return WIDE_FILTER_PX if max(map(len, names), default=0) > LONGEST_TITLE else FILTER_PX


def _title(tool: published.Tool, tools: tuple[published.Tool, ...]) -> str:
    """A tool's title, with its id where two tools share a title."""
    is_shared = sum(other.title == tool.title for other in tools) > 1
    return f"{tool.title} ({tool.tool_id})" if is_shared else tool.title


def _unit_title(unit: str) -> str:
    return "Whole company" if unit == published.WHOLE_COMPANY else unit


def _nothing_published() -> None:
    empty(
        "Nothing has been published yet",
        "The dashboard shows only what a finished run published, and this workspace has no publication.",
        "run `takeup run` in the workspace, then reload this page. `takeup demo` makes one with a made-up company.",
    )


def _other_version(version: int) -> None:
    empty(
        "This publication was made by another version of takeup",
        f"It follows contract version {version}; this dashboard reads version {published.CONTRACT_VERSION}.",
        "run `takeup run` with the installed version, then reload this page.",
    )


def _no_tools() -> None:
    empty(
        "No tool is registered",
        "The newest publication holds no tool, so there is nobody to count.",
        "name your tools in `config/tools.yml`, check the file with `takeup check`, and run `takeup run`.",
    )


def _no_units(reader: Access) -> None:
    empty(
        "None of your units has figures",
        f"{reader.who} may see {', '.join(reader.org_units or ())}, and this publication has figures of none of them.",
        "ask whoever runs this dashboard whether the unit was renamed, or is too small to be shown alone.",
    )


main()
