"""What pages share: the filters that apply, headings with their as-of line, charts, empty states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.marts import WHOLE_COMPANY, Publication, Tool


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
