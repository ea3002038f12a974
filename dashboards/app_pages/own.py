"""My usage: everybody's own status, the rules it rests on and the way back. Nobody else sees this by this page."""

from __future__ import annotations

import streamlit as st

from dashboards.app_pages import person_detail
from dashboards.app_pages.parts import Filters, empty
from dashboards.own_key import WHY, own_key


def page(filters: Filters) -> None:
    """Draws the reader's own rows, found by the address they signed in with."""
    st.title("My usage")
    login = filters.access.login
    key = own_key(filters.workspace, login) if login else None
    if key is None:
        empty(
            "You are on no roster",
            "No person of the rosters has the address that you signed in with, so nothing is known to be yours.",
            "ask whoever runs this dashboard to add your address to the roster.",
        )
        return
    st.caption("Only you see this page. What is shown is what a reader with the role people sees of you.")
    person_detail.explain(filters, key, WHY, is_own=True)
