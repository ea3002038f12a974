"""The leadership page on screen: the words and figures of the printed sheet, which it also hands out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboards import leadership as words
from dashboards import wording
from dashboards.app_pages.parts import (
    Filters,
    as_of_all,
    choice_of_page,
    draw,
    empty,
    export_link,
    figures_of,
    grid,
    paper,
    to_arrived,
)
from dashboards.charts import leadership as charts
from dashboards.charts.trend import status_trend
from dashboards.decisions import decisions
from dashboards.leadership import ToolRow
from dashboards.marts import adoption
from dashboards.marts import leadership as marts
from dashboards.marts.leadership import BrokenRule, Standing
from dashboards.marts.published import WHOLE_COMPANY

MOST_BARS, MOST_RULES, TREND_WEEKS = 12, 6, 26


def page(filters: Filters) -> None:
    """Draws the newest week that is final of any tool, or the week chosen."""
    st.title("Leadership")
    if filters.access.org_units is not None:
        empty("This page is of the whole company", "Your groups give you single units, so its figures are not shown.",
              "look at Overview for your units, or ask for a group without units.")  # fmt: skip
        return
    weeks = marts.weeks(filters.path)
    newest = marts.newest_week(filters.path)
    if not weeks or newest is None:
        as_of_all(filters)
        empty("No figures yet", "No whole week of any tool's logs has been judged yet.", "look at what arrived.")
        to_arrived(filters)
        return
    week = _choose_week(weeks, newest)
    tools = marts.standings(filters.path, week)
    broken = marts.broken_rules(filters.path, week, MOST_RULES)
    how_final = words.provisional_note(tools, week)
    as_of_all(filters, words.week_words(week), wording.counted(len(tools), "tool"), how_final)
    lead, *cause = words.headline(tools, broken)
    st.markdown(f"**{wording.plain(lead)}** {wording.plain(' '.join(cause))}")
    _cards(tools)
    _table(words.tool_rows(tools, week), week)
    _charts(filters, tools, broken, week)
    _asked_for(filters, tools, broken, week)
    figures_of(filters, "Correct users", "Active", "Gap", "Forecast", "Chance")


def _choose_week(weeks: Sequence[date], newest: date) -> date:
    titles = {wording.iso_week(week): f"{wording.day(week)} ({wording.iso_week(week)})" for week in weeks}
    return wording.monday_of(choice_of_page("Week of", "week", titles, 240, default=wording.iso_week(newest)))


def _cards(tools: Sequence[Standing]) -> None:
    cards = words.cards(tools)
    for column, card in zip(st.columns(len(cards)), cards, strict=True):
        with column.container(border=True, height="stretch"):
            st.metric(card.label, card.value)
            st.caption(card.note or " ")


def _table(rows: Sequence[ToolRow], week: date) -> None:
    with st.container(border=True):
        st.header("Every tool, the one furthest from its target first")
        grid([_row(row) for row in rows], "Tools with eligible people, shares, target, forecast and status")
        with st.container(horizontal=True, gap="small"):
            name = wording.iso_week(week)
            export_link("Page as PDF", f"/export/leadership.pdf?week={name}")
            export_link("Page as HTML", f"/export/leadership.html?week={name}")
        st.caption(
            "Correct and active are shares of eligible people. Forecast: where the share will be in the week of the"
            f" target, eight chances in ten. Likely from {wording.share(words.LIKELY, 0)}, unlikely below"
            f" {wording.share(words.UNLIKELY, 0)}. A dash is unknown, never zero."
        )


def _row(row: ToolRow) -> dict[str, str]:
    return {
        "Tool": f"{row.tool} ({row.week})" if row.week else row.tool,
        "Status": f"{row.status}: {row.note}" if row.note else row.status,
        "Eligible": row.eligible,
        "Active": row.active,
        "Correct": row.correct,
        "Target": row.target,
        "Change, pp": row.change,
        "Forecast": row.forecast,
        "Chance": row.chance,
    }


def _charts(filters: Filters, tools: Sequence[Standing], broken: Sequence[BrokenRule], week: date) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.header("Each tool against its target")
        if words.comparable(tools):
            draw(charts.against_target(tools, MOST_BARS), charts.in_words(tools, MOST_BARS))
        else:
            st.markdown("No tool has a share that is known and can be trusted.")
    with right.container(border=True, height="stretch"):
        _furthest(filters, tools, week)
    with st.container(border=True):
        st.header("Rules that most people break")
        if trusted := words.trusted_rules(broken, tools):
            draw(charts.most_broken(trusted), "People who break each rule")
        else:
            st.markdown("Nobody is proven to break a rule this week, of tools whose logs can be trusted.")


def _furthest(filters: Filters, tools: Sequence[Standing], week: date) -> None:
    tool = words.furthest(tools)
    if tool is None:
        st.header("Furthest from target")
        st.markdown("No tool has a target and a share that can be held against it.")
        return
    st.header(words.furthest_words(wording.plain(tool.title), tool))
    known = adoption.by_week(filters.path, tool.tool_id, WHOLE_COMPANY, 520)
    shown = [one for one in known if one.week_start <= week][-TREND_WEEKS:]
    target = adoption.targets(filters.path, tool.tool_id, WHOLE_COMPANY).get("correct")
    draw(status_trend(shown, target, paper()), f"Shares of people by status and week, {tool.title}")


def _asked_for(filters: Filters, tools: Sequence[Standing], broken: Sequence[BrokenRule], week: date) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.header("Decisions asked for")
        asked = decisions(tools, broken)
        for number, decision in enumerate(asked, start=1):
            st.markdown(f"{number}. {wording.plain(decision)}")
        if not asked:
            st.markdown("The figures ask for no decision this week.")
    with right.container(border=True, height="stretch"):
        since = marts.last_time(filters.path)
        st.header("What changed")
        st.caption(words.since_words(since))
        changed = words.changes(marts.movements(filters.path, week, since)) if since else []
        for change in changed:
            st.markdown(f"- {wording.plain(change)}")
        if not changed:
            same = "No tool's number of correct users changed."
            st.markdown(same if since else "There is nothing to compare with yet.")
