"""Whom to train: one line a person and rule, with the proof, the way back and the module."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, export_links, logged, people_grid, purpose
from dashboards.marts import training
from dashboards.marts.training import PersonNeed

ROWS_A_PAGE = 50


def show(filters: Filters, rule_id: str | None) -> str | None:
    """The list of people with their needs, once the reader has said why; hands that on."""
    with st.container(border=True):
        scope, tool, unit = filters.access.org_units, filters.tool.tool_id, filters.unit_or_none
        total = training.count_to_train(filters.path, scope, tool, unit, rule_id)
        st.header(f"Whom to train: {wording.counted(total, 'need')}")
        why = purpose()
        if why is None or not total:
            return why
        pages = -(-total // ROWS_A_PAGE)
        number = min(st.session_state.get("needs_page", 1), pages)
        offset = ROWS_A_PAGE * (number - 1)
        rows = training.people_to_train(filters.path, scope, tool, unit, rule_id, ROWS_A_PAGE, offset)
        what = f"training needs of {tool}, {rule_id or 'all rules'}, {filters.where}, page {number}"
        if not logged(filters, what, why, len(rows)):
            return why
        _rows(filters, rows)
        if pages > 1:
            st.pagination(pages, key="needs_page", persist_state="page")
        export_links("training", {"tool": tool, "unit": filters.org_unit, "rule": rule_id, "why": why})
        st.caption("In no order of merit: by rule, unit and key. Choose a row to see the person's events.")
        return why


def _rows(filters: Filters, rows: Sequence[PersonNeed]) -> None:
    people_grid(
        filters, [(need.person_key, _row(need)) for need in rows],
        "People to train with reason, evidence, way back and module; choose a row to open the person",
        {"Person": 120, "Rule": 300, "Way back": 510, "Events": "medium"}, key="needs_rows",
    )  # fmt: skip


def _row(need: PersonNeed) -> dict[str, str]:
    return {
        "Person": wording.short_key(need.person_key),
        "Broken": f"{need.broken:,} of {need.judged:,}",
        "Rule": need.rule_title,
        "Way back": way_back(need),
        "Module": need.module or "None named",
        "Unit": need.org_unit or "Unknown",
        "Team": need.team or "Unknown",
        "Last trained": wording.day(need.last_trained_at) if need.last_trained_at else "Never",
        "Events": ", ".join(need.first_broken),
    }


def way_back(need: PersonNeed) -> str:
    """How the rule is violated no more, in one phrase."""
    waiting = f"clean from the week of {wording.day(need.clean_from_week)}" if need.clean_from_week else ""
    if need.until_not_violated is None:
        return f"No number of cases: {waiting}" if waiting else "Depends on more than single cases"
    cases = f"{need.until_not_violated:,} more {need.clean_case}"
    return f"{cases}, or {waiting}" if waiting else cases
