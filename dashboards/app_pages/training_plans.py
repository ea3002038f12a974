"""What was planned and what came of it: each plan by module, and who is on its list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, choice_of_page, grid, logged, people_grid
from dashboards.marts import training
from dashboards.marts.training import PlanEntry, PlanOfModule

ROWS_A_PAGE = 50


def show(filters: Filters, reason: Callable[[], str | None]) -> None:
    """The card of the page. `reason` says why the reader looks at single people, or asks for it."""
    with st.container(border=True):
        st.header("Plans and what came of them")
        if not filters.access.may("people"):
            st.caption(":material/lock: Plans are lists of people: they show only to readers with the role people.")
            return
        plans = training.plans(filters.path, filters.access.org_units, filters.tool.tool_id)
        if not plans:
            st.markdown("No plan has been made for this tool yet, or none that a run has published since.")
            how = f"`takeup training plan --tool {filters.tool.tool_id} --out plan.csv`, then `takeup run`"
            st.markdown(f"**What to do:** {how}.")
            return
        st.markdown(_sentence([plan for plan in plans if plan.plan_id == plans[0].plan_id]))
        grid([_row(plan) for plan in plans], "Training plans by module with what came of each", key="plans")
        st.caption(
            "Counted in people of the units that you may see. Held out: left out by lot, so that the trained can be"
            " compared with them; trained anyway: held out, but completed it. The list of a plan is frozen on the day"
            " it is made."
        )
        _list(filters, [*dict.fromkeys(plan.plan_id for plan in plans)], reason)


def _sentence(newest: Sequence[PlanOfModule]) -> str:
    """Of the newest plan; who is on it for two modules counts for each."""
    listed = sum(plan.to_train for plan in newest)
    done = sum(plan.completed + plan.completed_late for plan in newest)
    held = sum(plan.held_out for plan in newest)
    out = f"; {wording.counted(held, 'other')} held out by lot" if held else "; nobody was held out"
    first = newest[0]
    places = wording.counted(listed, "place")
    return (
        f"**{done:,} of {places} of the newest plan ({wording.plain(first.plan_id)}) taken{out}.**"
        f" Made {wording.day(first.made_at)}, due {wording.day(first.due_date)}."
    )


def _row(plan: PlanOfModule) -> dict[str, str | int]:
    return {
        "Plan": plan.plan_id,
        "Module": plan.module,
        "Made": wording.day(plan.made_at),
        "Due": wording.day(plan.due_date),
        "To train": plan.to_train,
        "Completed in time": plan.completed,
        "Completed late": plan.completed_late,
        "Open": plan.open,
        "Overdue": plan.overdue,
        "Held out": plan.held_out,
        "Trained anyway": plan.trained_anyway,
    }


def _list(filters: Filters, plan_ids: Sequence[str], reason: Callable[[], str | None]) -> None:
    plan_id = choice_of_page("Plan", "plan", {name: name for name in plan_ids}, 320)
    why = reason()
    if why is None:
        st.caption("Who is on it shows once you have said why you look at single people.")
        return
    scope, tool = filters.access.org_units, filters.tool.tool_id
    total = training.count_of_plan(filters.path, scope, tool, plan_id)
    pages = -(-total // ROWS_A_PAGE)
    number = min(st.session_state.get("plan_page", 1), pages)
    rows = training.people_of_plan(filters.path, scope, tool, plan_id, ROWS_A_PAGE, ROWS_A_PAGE * (number - 1))
    if not logged(filters, f"training plan {plan_id} of {tool}, page {number}", why, len(rows)):
        return
    people_grid(
        filters, [(entry.person_key, _entry(entry)) for entry in rows],
        "People on the plan; choose a row to open the person", {"Person": 120}, key="plan_rows",
    )  # fmt: skip
    if pages > 1:
        st.pagination(pages, key="plan_page", persist_state="page")


def _entry(entry: PlanEntry) -> dict[str, str]:
    return {
        "Person": wording.short_key(entry.person_key),
        "What came of it": wording.PLAN_STATES.get(entry.state, entry.state),
        "Completed": wording.day(entry.completed_at) if entry.completed_at else "",
        "Unit": entry.org_unit or "Unknown",
        "Module": entry.module,
        "Rule": entry.rule_title,
        "Broken then": f"{entry.broken:,} of {entry.judged:,}",
    }
