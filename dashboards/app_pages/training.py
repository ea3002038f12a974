"""What to teach, where, whom, and whether it helped: the page of change managers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import wording
from dashboards.app_pages import training_effect, training_people, training_plans
from dashboards.app_pages.parts import (
    Filters,
    as_of,
    choice_of_page,
    draw,
    empty,
    figures_of,
    no_week,
    purpose,
    say_in_address,
    strong_ink,
)
from dashboards.charts.bars import Bar, bars, choosable
from dashboards.charts.heat import Cell, heat_map
from dashboards.charts.palette import INCORRECT
from dashboards.marts import training
from dashboards.marts.training import Need

ALL_RULES = "all"


def page(filters: Filters) -> None:
    """Draws the page for the chosen tool and unit."""
    st.title("Training needs")
    needs = training.needs(filters.path, filters.tool.tool_id, filters.org_unit)
    if not needs:
        _nothing(filters)
        return
    by_people = sorted(needs, key=lambda need: (-(need.people or 0), need.rule_id))
    judged = max((need.judged_people or 0 for need in needs), default=0)
    week = needs[0]
    as_of(
        filters,
        f"Week of {wording.day(week.week_start)}{', provisional' if week.is_provisional else ''}",
        f"up to {wording.counted(judged, 'person', 'people')} judged by a rule, {wording.plain(filters.where)}",
    )
    _what_and_where(filters, by_people)
    rule = _choose_rule(by_people)
    why = None
    if filters.access.may("people"):
        why = training_people.show(filters, rule)
    else:
        st.caption(":material/lock: Who it is shows only to readers with the role people.")
    training_plans.show(filters, lambda: why)
    training_effect.show(filters)
    figures_of(filters, "Training need", "Way back", "Training effect")


def _nothing(filters: Filters) -> None:
    tool = wording.plain(filters.tool.title)
    if filters.tool.last_week_start is None:
        no_week(filters, "No need to show yet")
        return
    st.markdown(f"**Nobody of {wording.plain(filters.where)} is proven to break a rule of {tool} in the newest week.**")
    why = "There is no training need without a proven breach: too little evidence is no need, and neither is non-use."
    empty("No training need", why, "look at Movement for non-users, or at Rules for what is judged.")
    training_plans.show(filters, purpose)
    training_effect.show(filters)


def _what_and_where(filters: Filters, needs: Sequence[Need]) -> None:
    left, right = st.columns([2, 3])
    with left.container(border=True, height="stretch"):
        st.header("Which rule is broken most")
        shown = [need for need in needs if need.people]
        if shown:
            st.markdown(_sentence(shown))
            spec = choosable(bars(_pareto(shown)), "rule")
            draw(spec, "People to train by rule", key="pareto", on_select=_clicked, selection_mode="rule")
        else:
            st.markdown("Every rule judges too few people here to be shown.")
        st.caption(
            "People with a proven breach in the window, how severe the rule is, cumulative share; choose a bar, or the "
            "rule below, to list them."
        )
    with right.container(border=True, height="stretch"):
        st.header("Where it is broken: share of the people judged")
        _heat(filters)


def _sentence(needs: Sequence[Need]) -> str:
    first, total = needs[0], sum(need.people or 0 for need in needs)
    part = wording.share((first.people or 0) / total, 0)
    return f"**{wording.plain(first.title)}** is {part} of {wording.counted(total, 'need')}."


def _pareto(needs: Sequence[Need]) -> list[Bar]:
    total, so_far, rows = sum(need.people or 0 for need in needs), 0, []
    for need in needs:
        so_far += need.people or 0
        text = f"{need.people:,} · {need.severity} · {wording.share(so_far / total, 0)}"
        rows.append(Bar(need.title, float(need.people or 0), text, colour=INCORRECT, key=need.rule_id))
    return rows


def _clicked() -> None:
    """A bar chosen is a rule chosen. Nothing chosen says nothing: a chart that is drawn anew reports that, too."""
    points = st.session_state["pareto"]["selection"].get("rule", [])
    if points and points[0].get("key"):
        say_in_address("rule", points[0]["key"], ALL_RULES)


def _choose_rule(needs: Sequence[Need]) -> str | None:
    shared = [need.title for need in needs]
    titles = {
        need.rule_id: need.title if shared.count(need.title) == 1 else f"{need.title} ({need.rule_id})"
        for need in needs
    }
    chosen = choice_of_page("Rule", "rule", {ALL_RULES: "All rules"} | titles, 560)
    return None if chosen == ALL_RULES else chosen


def _heat(filters: Filters) -> None:
    needs = training.needs_by_unit(filters.path, filters.tool.tool_id, filters.access.org_units)
    if not needs:
        st.markdown("No unit has a figure: each is too small to be shown alone.")
        return
    units = sorted({need.org_unit for need in needs})
    people = {name: sum(need.people or 0 for need in needs if need.rule_id == name) for name in _rules(needs)}
    order = sorted(people, key=lambda name: (-people[name], name))
    numbers = {name: f"R{place}" for place, name in enumerate(order, start=1)}
    cells = [_cell(need, numbers[need.rule_id]) for need in needs]
    draw(
        heat_map(cells, units, list(numbers.values()), strong_ink()),
        "Share of judged people who break each rule, by unit",
    )
    titles = {need.rule_id: need.title for need in needs}
    st.caption(" · ".join(f"**{number}** {wording.plain(titles[name])}" for name, number in numbers.items()))
    if any(need.people is None for need in needs):
        st.caption("An empty cell is unknown, not zero: the rule judges too few people there to be shown.")


def _rules(needs: Sequence[Need]) -> set[str]:
    return {need.rule_id for need in needs}


def _cell(need: Need, column: str) -> Cell:
    told = (
        f"{need.people:,} of {need.judged_people:,} judged people of {need.org_unit}: {need.title}"
        if need.people is not None
        else f"Too few people of {need.org_unit} to be shown: {need.title}"
    )
    text = "" if need.people_share is None else wording.share(need.people_share, 0)
    return Cell(need.org_unit, column, need.people_share, text, told)
