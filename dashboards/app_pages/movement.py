"""How people move: from status to status, into use and out of it, cohort by cohort."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import (
    Filters,
    as_of,
    draw,
    draw_flow,
    empty,
    figures_of,
    ink,
    known_people,
    no_week,
    status_colours,
    strong_ink,
)
from dashboards.charts.bars import Bar, bars
from dashboards.charts.cohort import triangle
from dashboards.charts.flow import FLOW_PX, sankey
from dashboards.charts.heat import Cell, heat_map
from dashboards.charts.lifecycle import lifecycle_bars
from dashboards.charts.palette import CORRECT, NON_USER, NOT_JUDGED
from dashboards.marts import movement
from dashboards.marts.movement import Cohort, LifecycleWeek, MovementWeek, Step, UseState
from dashboards.marts.published import WHOLE_COMPANY

STATUSES = (*wording.STATUSES, "not_eligible")
GOOD = ("adoption", "recovery")
HELP = {
    "adoption": "Non-users of the week before who used the tool enough in this week's window.",
    "recovery": "Incorrect users of the week before who are correct users now.",
    "decay": "Correct users of the week before who are incorrect users now.",
    "abandonment": "Users of the week before who are non-users now.",
}
# A cohort is told by the newest age that has at least this many weeks behind it.
HABIT_WEEKS = 8


def page(filters: Filters) -> None:
    """Draws the page for the chosen tool, unit and weeks."""
    tool, path = filters.tool, filters.path
    weeks = movement.movements(path, tool.tool_id, filters.org_unit, filters.weeks)
    st.title("Movement")
    if not weeks:
        _nothing(filters)
        return
    newest = _newest_final(weeks)
    life = movement.lifecycle(path, tool.tool_id, filters.org_unit, filters.weeks)
    as_of(filters, *_facts(filters, newest, life, weeks))
    known_people(filters)
    _cards(weeks, newest)
    is_final = any(not week.is_provisional for week in weeks)
    _flow_row(movement.steps(path, tool.tool_id, filters.org_unit, filters.weeks), is_final)
    _life_row(life, movement.use_states(path, tool.tool_id, filters.org_unit))
    _habit(filters, movement.cohorts(path, tool.tool_id, filters.weeks))
    figures_of(filters, "Step", "Decay", "Lifecycle", "Retention", "Intended use")


def _nothing(filters: Filters) -> None:
    if filters.tool.last_week_start is None:
        no_week(filters, "No movement to show yet")
        return
    as_of(filters)
    unit = filters.unit_or_none
    of_whom = "the whole company" if unit is None else wording.plain(unit)
    why = (
        f"{wording.plain(filters.tool.title)} has fewer than two weeks of figures for {of_whom},"
        " and movement needs a week and the one before it."
    )
    wait = "wait for the next week and run `takeup run`."
    empty("No movement to show yet", why, wait if unit is None else f"choose the whole company, or {wait}")


def _newest_final(weeks: Sequence[MovementWeek]) -> date:
    final = [week.week_start for week in weeks if not week.is_provisional]
    return max(final) if final else max(week.week_start for week in weeks)


def _facts(
    filters: Filters, newest: date, life: Sequence[LifecycleWeek], weeks: Sequence[MovementWeek]
) -> tuple[str, str]:
    eligible = next((week.eligible for week in life if week.week_start == newest), None)
    is_provisional = any(week.is_provisional for week in weeks if week.week_start == newest)
    people = "Unknown" if eligible is None else wording.counted(eligible, "eligible person", "eligible people")
    return (
        f"Week of {wording.day(newest)}{', provisional' if is_provisional else ''}",
        f"{people}, {wording.plain(filters.where)}",
    )


def _cards(weeks: Sequence[MovementWeek], newest: date) -> None:
    for column, name in zip(st.columns(4), wording.MOVEMENTS, strict=True):
        course = [week.people for week in weeks if week.movement == name and week.week_start <= newest]
        change = course[-1] - course[-2] if len(course) > 1 else None
        with column:
            st.metric(
                wording.MOVEMENTS[name],
                f"{course[-1]:,}",
                None if change is None else f"{change:+,}" if change else "No change",
                delta_description=None if change is None else "vs week before",
                delta_color="off" if not change else "normal" if name in GOOD else "inverse",
                delta_arrow="off" if not change else "auto",
                border=True,
                help=HELP[name],
                chart_data=course if len(course) > 1 else None,
                height="stretch",
            )


def _flow_row(steps: Sequence[Step], is_final: bool) -> None:
    left, right = st.columns(2)
    moved = [step for step in steps if step.from_status != step.to_status]
    total = sum(step.people for step in steps)
    changed = sum(step.people for step in moved)
    kind = "final week" if is_final else "provisional week"
    span = f"last {wording.counted(steps[0].weeks if steps else 0, kind)}"
    with left.container(border=True, height="stretch"):
        st.header("Who moved, from where to where")
        if moved:
            largest = max(moved, key=lambda step: step.people)
            st.markdown(
                f"**{wording.share(changed / total)} of steps changed the status.** Most often from"
                f" {_name(largest.from_status).lower()} to {_name(largest.to_status).lower()}: {largest.people:,}."
            )
            flows = [(_name(step.from_status), _name(step.to_status), step.people) for step in _ordered(moved)]
            draw_flow(sankey(flows, status_colours(), ink()), "People who changed status, from left to right", FLOW_PX)
        else:
            st.markdown("Nobody changed status in these weeks.")
        st.caption(f"Steps from one week to the next, {span}. People who stayed are in “From state to state” alone.")
    with right.container(border=True, height="stretch"):
        st.header("From state to state")
        draw(_matrix(steps), "Share of people by status of the week before and of the week")
        st.caption(f"Of each row's people, where they were a week later; {total:,} steps, {span}.")


def _name(status: str) -> str:
    return wording.STATUSES.get(status, wording.NOT_ELIGIBLE)


def _ordered(steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (STATUSES.index(step.from_status), STATUSES.index(step.to_status)))


def _matrix(steps: Sequence[Step]) -> dict[str, object]:
    people = {(step.from_status, step.to_status): step.people for step in steps}
    present = [name for name in STATUSES if any(name in pair for pair in people)]
    of_row = {start: sum(people.get((start, end), 0) for end in present) for start in present}
    cells = []
    for start in present:
        for end in present:
            number = people.get((start, end), 0)
            share = number / of_row[start] if of_row[start] else None
            told = f"{number:,} of {of_row[start]:,} steps from {_name(start).lower()} led to {_name(end).lower()}"
            cells.append(
                Cell(_name(start), _name(end), share, "" if share is None else wording.short_share(share), told)
            )
    names = [_name(name) for name in present]
    return heat_map(cells, names, names, strong_ink(), 130)


def _life_row(life: Sequence[LifecycleWeek], states: Sequence[UseState]) -> None:
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.header("New, retained, back again, dormant")
        st.markdown(_life_sentence(life))
        draw(lifecycle_bars(life), "People new, retained, back again and dormant by week")
        st.caption("Above the line users of the week's window, below it people who used the tool before and not now.")
    with right.container(border=True, height="stretch"):
        st.header("What intended users have made of it")
        if not states:
            st.markdown("No figure for this unit: it is too small to be shown alone.")
            return
        rows = [_state_bar(state) for state in states]
        draw(bars(rows, longest=max(state.people for state in states)), "Intended users by what they made of the tool")
        st.caption(
            f"{wording.counted(states[0].eligible, 'intended user')}, week of {wording.day(states[0].week_start)}."
            " Lapsed: used it before the window and not in it; tried: used it less than asked for."
        )


def _life_sentence(life: Sequence[LifecycleWeek]) -> str:
    final = [week for week in life if not week.is_provisional] or list(life)
    newest = max(week.week_start for week in final)
    people = {week.lifecycle: week.people for week in final if week.week_start == newest}
    users = sum(people.get(name, 0) for name in ("new", "retained", "resurrected"))
    told = ", ".join(
        f"{people.get(name, 0):,} {word}"
        for name, word in (("new", "new"), ("retained", "retained"), ("resurrected", "back again"))
    )
    dormant = people.get("dormant", 0)
    asleep = wording.counted(dormant, "is", "are") if dormant else "Nobody is"
    return f"**{wording.counted(users, 'user')}**: {told}. {asleep} dormant."


def _state_bar(state: UseState) -> Bar:
    share = wording.share(state.people / state.eligible) if state.eligible else wording.UNKNOWN
    colour = CORRECT if state.use_state == "active" else NOT_JUDGED if state.use_state == "unknown" else NON_USER
    return Bar(wording.USE_STATES[state.use_state], state.people, f"{state.people:,} ({share})", colour=colour)


def _habit(filters: Filters, cohorts: Sequence[Cohort]) -> None:
    with st.container(border=True):
        st.header("Does it become a habit")
        if filters.org_unit != WHOLE_COMPANY:
            st.caption("Cohorts are of the whole company: those of one unit would be too few to be shown.")
        if not any(cohort.active_share is not None for cohort in cohorts):
            st.markdown(
                "No cohort can be shown: either the tool's reports are too coarse to tell when somebody began, or every"
                " cohort has fewer people than the smallest group that may be shown."
            )
            return
        st.markdown(_habit_sentence(cohorts))
        drawn = _from_first_known(cohorts)
        draw(triangle(drawn), "Share still active by week of the first use and weeks since")
        st.caption(_habit_caption(cohorts, drawn))


def _habit_caption(cohorts: Sequence[Cohort], drawn: Sequence[Cohort]) -> str:
    weeks = {cohort.cohort_week for cohort in drawn}
    hidden = len({cohort.cohort_week for cohort in drawn if cohort.active_share is None})
    earlier = len({cohort.cohort_week for cohort in cohorts} - weeks)
    told = [
        "Each row is everybody who began in that week.",
        "Fainter cells are provisional." if any(cohort.is_provisional for cohort in drawn) else "",
        f"{wording.counted(earlier, 'earlier cohort has', 'earlier cohorts have')} too few people to be shown."
        if earlier else "",
        f"{wording.counted(hidden, 'row is', 'rows are')} empty: too few people to be shown." if hidden else "",
        "People of the first cohort may have begun before the telemetry did." if drawn[0].began_before else "",
    ]  # fmt: skip
    return " ".join(filter(None, told))


def _from_first_known(cohorts: Sequence[Cohort]) -> list[Cohort]:
    """The cohorts from the first that may be shown: rows before it would be a void that pushes the others down."""
    first = min(cohort.cohort_week for cohort in cohorts if cohort.active_share is not None)
    return [cohort for cohort in cohorts if cohort.cohort_week >= first]


def _habit_sentence(cohorts: Sequence[Cohort]) -> str:
    known = [c for c in cohorts if c.age_weeks == HABIT_WEEKS and c.active is not None and c.people]
    people = sum(cohort.people or 0 for cohort in known)
    if not people:
        return f"No cohort is {HABIT_WEEKS} weeks old yet."
    share = wording.share(sum(cohort.active or 0 for cohort in known) / people, 0)
    return f"**{share} are still active {HABIT_WEEKS} weeks after their first use** ({wording.people(people)})."
