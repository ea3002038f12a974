"""How every figure is calculated: its denominator, its formula, the settings of the chosen tool."""

from __future__ import annotations

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, table
from dashboards.glossary import FIGURES, STATUSES, Figure, slug
from dashboards.marts.published import Tool

NO_SHARE = "None: "


def page(filters: Filters) -> None:
    """Draws the page; the settings shown are those of the chosen tool."""
    published = filters.publication
    st.title("Definitions")
    st.caption(
        f"Contract version {published.contract_version} · rule book {published.rule_book_hash} · code version"
        f" {wording.plain(published.code_version)} · published {wording.moment(published.published_at)}"
    )
    _asked_for(st.query_params.get("figure"))
    with st.container(border=True):
        st.header("Figures")
        table([_row(entry) for entry in FIGURES], "Figures with denominator, formula and version")
        st.caption("A formula that names no version has not changed since its first.")
    with st.container(border=True):
        st.header("Status of a person: the first line that holds")
        rows = [{"Status": entry.status, "Reason": entry.reason, "Holds when": entry.holds_when} for entry in STATUSES]
        table(rows, "Status precedence")
    with st.container(border=True):
        st.header(f"Settings of {wording.plain(filters.tool.title)}")
        rows = [{"Setting": name, "Value": value} for name, value in _settings(filters.tool).items()]
        table(rows, "Settings of the tool")


def _asked_for(figure: str | None) -> None:
    """The definition that a link on another page led to, before all others."""
    found = next((entry for entry in FIGURES if slug(entry.name) == figure), None)
    if found is None:
        return
    with st.container(border=True):
        st.header(found.name)
        st.markdown(f"**{wording.plain(found.formula)}.**")
        of = found.denominator
        told = f"No share, but {of.removeprefix(NO_SHARE)}" if of.startswith(NO_SHARE) else f"Share of: {of}"
        st.markdown(f"{wording.plain(told)}. Read from `{found.source}`, version {found.version}.")


def _row(entry: Figure) -> dict[str, str]:
    return {
        "Figure": entry.name,
        "Denominator": entry.denominator,
        "Formula": entry.formula + (f" (version {entry.version})" if entry.version > 1 else ""),
    }


def _settings(tool: Tool) -> dict[str, str]:
    return {
        "Judged over": f"{wording.counted(tool.window_weeks, 'ISO week')}, ending with the week shown",
        "Uses that make a person active": f"{tool.min_uses:,} in the window",
        "Available days needed to be judged": f"{tool.min_available_days:,} in the window",
        "Days of grace after becoming eligible": f"{tool.grace_days:,}",
        "Days that late data may come": f"{tool.late_days:,}",
        "Live from": wording.day(tool.live_from),
        "Active but unproven people count as": wording.STATUSES.get(tool.rollup_unproven or "", "Not judged"),
    }
