"""How every figure is calculated: its denominator, its formula, the settings of the chosen tool."""

from __future__ import annotations

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, table
from dashboards.glossary import FIGURES, STATUSES
from dashboards.marts.published import Tool


def page(filters: Filters) -> None:
    """Draws the page; the settings shown are those of the chosen tool."""
    st.title("Definitions")
    st.caption(
        f"Contract version {filters.publication.contract_version} · rule book {filters.publication.rule_book_hash}"
    )
    with st.container(border=True):
        st.header("Figures")
        table([{"Figure": entry.name, "Denominator": entry.denominator, "Formula": entry.formula} for entry in FIGURES])
    with st.container(border=True):
        st.header("Status of a person: the first line that holds")
        table([{"Status": entry.status, "Reason": entry.reason, "Holds when": entry.holds_when} for entry in STATUSES])
    with st.container(border=True):
        st.header(f"Settings of {filters.tool.title}")
        table([{"Setting": name, "Value": value} for name, value in _settings(filters.tool).items()])


def _settings(tool: Tool) -> dict[str, str]:
    return {
        "Judged over": f"{wording.counted(tool.window_weeks, 'ISO week')}, ending with the week shown",
        "Least uses of an active person": f"{tool.min_uses:,} in the window",
        "Least available days": f"{tool.min_available_days:,} in the window",
        "Days of grace after becoming eligible": f"{tool.grace_days:,}",
        "Days that late data may come": f"{tool.late_days:,}",
        "Live from": wording.day(tool.live_from),
        "Active but unproven people count as": wording.STATUSES.get(tool.rollup_unproven or "", "Not judged"),
    }
