"""The dashboard: finds the newest publication, draws navigation and filters, hands over to the page.

Start with `takeup dashboard`, which sets TAKEUP_WORKSPACE to the workspace's folder.
"""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from dashboards.app_pages import data_health, definitions, overview
from dashboards.app_pages.parts import Filters, empty
from dashboards.marts import published, reading

WEEKS = (8, 13, 26, 52)
DEFAULT_WEEKS = 26
FILTER_PX = 240
OVERVIEW, DEFINITIONS = "", "definitions"  # the default page has an empty path
# A Material icon would be fetched from a font server.
FAVICON = Path(__file__).parent / "static" / "favicon.svg"


def main() -> None:
    """One run of the script: every click comes through here."""
    st.set_page_config(page_title="takeup", page_icon=str(FAVICON), layout="wide")
    filters: list[Filters] = []
    pages = _pages(filters)
    page = st.navigation(pages, position="top")
    chosen = _choose(page.url_path, pages)
    if chosen:
        filters.append(chosen)
        page.run()
    _settle_memory()


@st.cache_resource
def _settle_memory() -> None:
    """Streamlit collects garbage after every run, 40-80 ms; what is loaded by now stays and need not be looked at."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


def _pages(filters: list[Filters]) -> list[st.Page]:
    """The pages in reading order, definitions last; each is drawn with the filters chosen in this run."""
    return [
        _page(overview.page, filters, "Overview", "overview", ":material/monitoring:"),
        _page(data_health.page, filters, "Data health", "data-health", ":material/health_and_safety:"),
        _page(definitions.page, filters, "Definitions", DEFINITIONS, ":material/menu_book:"),
    ]


def _page(draw: Callable[[Filters], None], filters: list[Filters], title: str, path: str, icon: str) -> st.Page:
    def run() -> None:
        draw(filters[0])

    return st.Page(run, title=title, url_path=path, icon=icon, default=path == "overview")


def _choose(page: str, pages: Sequence[st.Page]) -> Filters | None:
    """The publication and the filters; None after saying why there is nothing to choose from."""
    path = reading.latest(Path(os.environ["TAKEUP_WORKSPACE"])) if "TAKEUP_WORKSPACE" in os.environ else None
    publication = published.publication(path) if path else None
    if path is None or publication is None:
        _nothing_published()
        return None
    if publication.contract_version != published.CONTRACT_VERSION:
        _other_version(publication.contract_version)
        return None
    tools = tuple(published.tools(path))
    if not tools:
        _no_tools()
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tool, unit, weeks = _filter_row(page, path, publication, tools)
    return Filters(path, publication, tools, tool, unit, weeks, definitions=pages[-1], health=pages[1])


def _filter_row(
    page: str, path: Path, publication: published.Publication, tools: tuple[published.Tool, ...]
) -> tuple[published.Tool, str, int]:
    """All filters on every page, or the address would forget them; those that a page does not heed say so."""
    tool = _choose_tool(tools)
    unit = _choose_unit(path, publication, is_heeded=page == OVERVIEW)
    weeks = _choose_weeks(is_heeded=page != DEFINITIONS)
    return tool, unit, weeks


def _choose_tool(tools: tuple[published.Tool, ...]) -> published.Tool:
    by_id = {tool.tool_id: tool for tool in tools}
    titles = {tool.tool_id: _title(tool, tools) for tool in tools}
    _accept_ids_in_links(titles)
    chosen = st.selectbox(
        "Tool", list(titles), format_func=titles.__getitem__, key="tool", bind="query-params", width=FILTER_PX
    )
    return by_id[str(chosen)]


def _choose_unit(path: Path, publication: published.Publication, is_heeded: bool) -> str:
    name = publication.org_unit_attribute.replace("_", " ").capitalize()
    units = [published.WHOLE_COMPANY, *published.org_units(path)]
    chosen = st.selectbox(
        name if is_heeded else f"{name} (overview only)",
        units,
        format_func=_unit_title,
        key="unit",
        bind="query-params",
        width=FILTER_PX,
    )
    return str(chosen)


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


def _accept_ids_in_links(titles: dict[str, str]) -> None:
    """A link may name a tool by its id, which never changes; the widget itself reads only titles."""
    asked = st.query_params.get("tool")
    if asked in titles and "tool" not in st.session_state:
        st.query_params["tool"] = titles[asked]
        st.rerun()


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


main()
