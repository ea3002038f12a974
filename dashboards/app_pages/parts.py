"""What pages share: the filters that apply, headings with their as-of line, charts, empty states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards import wording
from dashboards.marts.published import WHOLE_COMPANY, Publication, Tool


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader chose: one tool, one org unit or the whole company, the last so many weeks."""

    path: Path
    publication: Publication
    tools: tuple[Tool, ...]
    tool: Tool
    org_unit: str
    weeks: int
    definitions: st.Page
    health: st.Page

    @property
    def where(self) -> str:
        """The people that the figures are about, in words."""
        return "whole company" if self.org_unit == WHOLE_COMPANY else self.org_unit


def draw(spec: Mapping[str, Any], alt: str) -> None:
    """Shows a chart; its rows travel as Arrow, apart from the specification, so that a change moves only data."""
    bare = {key: value for key, value in spec.items() if key != "data"}
    st.vega_lite_chart(pa.Table.from_pylist(spec["data"]["values"]), bare, alt=alt)


def how_calculated(filters: Filters) -> None:
    """The way to the definitions of the figures on this page."""
    st.page_link(filters.definitions, label="How are these figures calculated?", icon=":material/menu_book:")


def known_people(filters: Filters, *, with_link: bool = True) -> None:
    """Which part of the tool's records the figures rest on, with the way to the details; a warning when it is small."""
    tool = filters.tool
    if tool.known_share is None:
        return
    told = f"{wording.share(tool.known_share)} of {tool.title}'s usage records belong to a known person"
    if tool.has_few_known:
        st.warning(
            f"Only {told}: less than {wording.share(tool.least_known_share)}. What nobody is known to have done is in"
            " no share, so users may look like non-users. `takeup people suggest` helps to find out whose it is.",
            icon=":material/person_alert:",
        )
    else:
        st.caption(f":material/person_check: {told}.")
    if with_link:
        st.page_link(filters.health, label="Whom do the records name?", icon=":material/health_and_safety:")


def empty(title: str, why: str, what_to_do: str) -> None:
    """Says why there is nothing to see and what to do about it."""
    with st.container(border=True):
        st.header(title)
        st.markdown(why)
        st.markdown(f"**What to do:** {what_to_do}")


def folded_grid(title: str, key: str, rows: Callable[[], Sequence[Mapping[str, str | int]]]) -> None:
    """A grid that is asked for and laid out only while its fold is open."""
    with st.expander(title, key=key, on_change="rerun") as fold:
        if fold.open:
            grid(rows(), title)


def grid(rows: Sequence[Mapping[str, str | int]], alt: str) -> None:
    """Many columns: scrolls in itself, by keyboard too, where a plain table would be cut off on a phone."""
    numbers = [name for name, value in rows[0].items() if isinstance(value, int)]
    config = {name: st.column_config.NumberColumn(format="localized") for name in numbers}
    st.dataframe(pa.Table.from_pylist(rows), hide_index=True, column_config=config, alt=alt)


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """Few columns of texts, as HTML: wraps, prints and can be read aloud."""
    st.table(pa.Table.from_pylist(rows), hide_index=True, border="horizontal")
