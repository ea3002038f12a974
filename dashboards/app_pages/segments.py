"""Microsoft's usage segments beside takeup's reading of the same people in the same week."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, as_of, draw, empty, figures_of, no_week, strong_ink, table
from dashboards.charts.bars import Bar, bars
from dashboards.charts.heat import Cell, heat_map
from dashboards.charts.palette import CORRECT, INCORRECT, NON_USER, NOT_JUDGED
from dashboards.marts import movement
from dashboards.marts.movement import SegmentStatus

WINDOWS = (12, 4)
COLOUR = {
    "correct_user": CORRECT,
    "incorrect_user": INCORRECT,
    "non_user": NON_USER,
    "not_judged": NOT_JUDGED,
    "too_little_history": NOT_JUDGED,
    "unknown": NOT_JUDGED,
}
USERS = ("power", "habitual", "novice", "low")
WORDS = {
    "power": "Use in {often} weeks, 15 or more actions a week",
    "habitual": "Use in {often} weeks, fewer actions",
    "novice": "At least one action a week on average",
    "low": "Less than that, but some use",
    "non_user": "No use in the window",
    "too_little_history": "Known for fewer weeks than are looked back",
    "unknown": "Reports too coarse to tell weeks apart",
}


def page(filters: Filters) -> None:
    """Draws both readings of the newest final week."""
    st.title("Usage segments")
    window = st.segmented_control(
        "Calendar weeks looked back", WINDOWS, default=WINDOWS[0], key="window", bind="query-params", required=True
    )
    rows = movement.segments(filters.path, filters.tool.tool_id, filters.org_unit, window or WINDOWS[0])
    if not rows:
        _nothing(filters)
        return
    people = (
        f"{wording.counted(rows[0].eligible, 'eligible person', 'eligible people')}, {wording.plain(filters.where)}"
    )
    as_of(filters, f"Week of {wording.day(rows[0].week_start)}{filters.provisional_mark}", people)
    _readings(rows)
    _crossed(rows)
    _meanings(window or WINDOWS[0])
    figures_of(filters, "Usage segment", "Active", "Correct users")


def _nothing(filters: Filters) -> None:
    if filters.tool.last_week_start is None:
        no_week(filters, "No segment to show yet")
        return
    as_of(filters)
    title, where = wording.plain(filters.tool.title), wording.plain(filters.where)
    why = f"{title} has no figure for {where}: nobody there is eligible, or the unit is too small to be shown alone."
    empty("No segment to show", why, "choose another unit, or the whole company.")


def _readings(rows: Sequence[SegmentStatus]) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.header("How much it is used")
        st.caption("Microsoft's segments: volume and habit alone.")
        _bars(rows, "segment")
    with right.container(border=True, height="stretch"):
        st.header("How it is used")
        st.caption("takeup's statuses: use by the people meant to use it, and whether it is correct.")
        _bars(rows, "status")


def _bars(rows: Sequence[SegmentStatus], part: str) -> None:
    titles = wording.SEGMENTS if part == "segment" else wording.STATUSES
    counted = {name: sum(row.people for row in rows if getattr(row, part) == name) for name in titles}
    total = rows[0].eligible or 1
    made = [
        Bar(title, counted[name], f"{counted[name]:,} ({wording.short_share(counted[name] / total)})",
            colour=COLOUR.get(name, CORRECT))
        for name, title in titles.items()
        if counted[name] or name in (*USERS, *wording.STATUSES)
    ]  # fmt: skip
    draw(bars(made, longest=max(bar.value for bar in made)), f"People by {part}")


def _crossed(rows: Sequence[SegmentStatus]) -> None:
    with st.container(border=True):
        st.header("The same people, read both ways")
        st.markdown(_sentence(rows))
        people = {(row.segment, row.status): row.people for row in rows}
        present = [name for name in wording.SEGMENTS if any(name == row.segment for row in rows)]
        cells = [
            _cell(wording.SEGMENTS[segment], title, people.get((segment, status), 0))
            for segment in present
            for status, title in wording.STATUSES.items()
        ]
        names = [wording.SEGMENTS[name] for name in present]
        spec = heat_map(cells, names, list(wording.STATUSES.values()), strong_ink())
        draw(spec, "People by segment and status")
        st.caption("Cells count people; a row adds up to its segment, a column to its status.")


def _cell(segment: str, status: str, people: int) -> Cell:
    told = f"{wording.people(people)}: {segment.lower()}, {status.lower()}"
    return Cell(segment, status, float(people), f"{people:,}", told)


def _sentence(rows: Sequence[SegmentStatus]) -> str:
    """Where the two readings part: much use is not correct use."""
    strong = [row for row in rows if row.segment in ("power", "habitual")]
    total = sum(row.people for row in strong)
    if not total:
        return "Nobody is a power or habitual user in this window, so the readings cannot part."
    wrong = sum(row.people for row in strong if row.status == "incorrect_user")
    return (
        f"**Of {total:,} power and habitual users {wrong:,} ({wording.share(wrong / total, 0)}) use it incorrectly.**"
        " A figure of volume alone would count them as a success."
    )


def _meanings(window: int) -> None:
    with st.container(border=True):
        st.header("What the segments mean")
        often = "at least 9 of 12" if window == WINDOWS[0] else "all 4"
        table(
            [
                {"Segment": wording.SEGMENTS[name], "Holds when": words.format(often=often)}
                for name, words in WORDS.items()
            ],
            "Microsoft's segments in words",
        )
        st.caption(
            "Actions a week are averages. The weeks are calendar weeks, not the rolling window of the statuses; where a"
            " source counts days, a day is an action."
        )
