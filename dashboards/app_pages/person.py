"""Single people: a list of those whom a figure counts, and the explanation of one person's status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboards import wording
from dashboards.app_pages import person_detail
from dashboards.app_pages.parts import (
    Filters,
    as_of,
    choice_of_page,
    empty,
    export_links,
    figures_of,
    logged,
    no_week,
    people_grid,
    purpose,
)
from dashboards.marts import people
from dashboards.marts.people import Listed, Wanted

ROWS_A_PAGE = 50
ANY = "any"
LIST_PX = 260
ROW_PX = 35
SHOWN_ROWS = 16


def page(filters: Filters) -> None:
    """Draws the list, or one person once one is chosen."""
    filters.access.require("people")
    key = st.query_params.get("person")
    st.title("People" if not key else "One person")
    why = purpose()
    if why is None:
        return
    if key:
        st.button("Back to the list", icon=":material/arrow_back:", on_click=_leave)
        person_detail.explain(filters, key, why)
    else:
        _list(filters, why)


def _leave() -> None:
    st.query_params.pop("person", None)


def _list(filters: Filters, why: str) -> None:
    week = filters.tool.last_final_week_start or filters.tool.last_week_start
    if week is None:
        no_week(filters, "No week to show yet")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _wanted(filters, week)
    total = people.count_listed(filters.path, filters.access.org_units, wanted)
    facts = [
        f"Week of {wording.day(week)}{filters.provisional_mark}",
        f"{wording.people(total)}, {wording.plain(filters.where)}",
    ]
    as_of(filters, *facts, "in no order of merit")
    if not total:
        empty("Nobody to list", "No person of this tool, unit and week has this status.", "widen the filters above.")
        return
    _page_of_list(filters, wanted, total, why)
    figures_of(filters, "Correct users", "Incorrect users", "Non-users", "Not judged")


def _wanted(filters: Filters, week: date) -> Wanted:
    status = choice_of_page("Status", "status", {ANY: "Any status"} | dict(wording.STATUSES), LIST_PX)
    reason = choice_of_page("Reason", "reason", {ANY: "Any reason"} | dict(wording.REASONS), LIST_PX)
    return Wanted(filters.tool.tool_id, week, filters.unit_or_none, _or_none(status), _or_none(reason))


def _or_none(chosen: str) -> str | None:
    return None if chosen == ANY else chosen


def _page_of_list(filters: Filters, wanted: Wanted, total: int, why: str) -> None:
    pages = -(-total // ROWS_A_PAGE)
    number = st.session_state.get("list_page", 1) if pages > 1 else 1
    rows = people.listed(
        filters.path, filters.access.org_units, wanted, ROWS_A_PAGE, ROWS_A_PAGE * (min(number, pages) - 1)
    )
    parts = (wanted.tool_id, wanted.status or "any status", wanted.reason or "any reason", filters.where)
    what = f"list of {', '.join(parts)}, page {number}"
    if not logged(filters, what, why, len(rows)):
        return
    with st.container(border=True):
        st.header("Choose a person to see why")
        _rows(filters, rows)
        if pages > 1:
            st.pagination(pages, key="list_page", persist_state="page")
        export_links("people", export_query(filters, wanted, why))


def export_query(filters: Filters, wanted: Wanted, why: str) -> dict[str, str | None]:
    """The list as the export's address names it."""
    return {
        "tool": wanted.tool_id,
        "week": wanted.week_start.isoformat(),
        "unit": filters.org_unit,
        "status": wanted.status,
        "reason": wanted.reason,
        "rule": wanted.rule_id,
        "why": why,
    }


def _rows(filters: Filters, rows: Sequence[Listed]) -> None:
    people_grid(
        filters,
        [(listed.person_key, _row(listed)) for listed in rows],
        "People with their status and reason; choose a row to open the person",
        {"Person": 120, "Reason": 270, "Rule": 260},
        key="people_rows",
        height=ROW_PX * (len(rows) + 1) + 3 if len(rows) < SHOWN_ROWS else ROW_PX * SHOWN_ROWS,
    )


def _row(listed: Listed) -> dict[str, str | int]:
    return {
        "Person": wording.short_key(listed.person_key),
        "Status": wording.STATUSES.get(listed.status, listed.status),
        "Reason": wording.reason(listed.status, listed.reason),
        "Unit": listed.org_unit or "Unknown",
        "Team": listed.team or "Unknown",
        "Rule": listed.rule_title or "",
        "Broken": f"{listed.broken} of {listed.judged}" if listed.judged else "",
        "Uses": listed.uses,
    }
