"""Where we are, where the loss is, which tool is furthest from its target: the page of product owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from dashboards import wording
from dashboards.app_pages import overview_tools
from dashboards.app_pages.parts import (
    Filters,
    as_of,
    draw,
    empty,
    export_links,
    figures_of,
    folded_grid,
    known_people,
    link_to_list,
    no_week,
    paper,
)
from dashboards.charts.bars import Bar, bars
from dashboards.charts.fan import fan
from dashboards.charts.pace import Pace, gap_and_pace, pace_of
from dashboards.charts.palette import NON_USER, NOT_JUDGED
from dashboards.charts.trend import status_trend
from dashboards.marts import adoption, forecasts
from dashboards.marts.adoption import AdoptionWeek, Target
from dashboards.marts.forecasts import ForecastWeek, Made

FIGURES = (
    "Eligible", "Active", "Correct users", "Non-users", "Not judged", "Correct among active", "Gap", "Pace", "Forecast",
)  # fmt: skip


def page(filters: Filters) -> None:
    """Draws the page for the chosen tool, unit and weeks."""
    weeks = adoption.by_week(filters.path, filters.tool.tool_id, filters.org_unit, filters.weeks)
    st.title("Adoption overview")
    if not weeks:
        _no_weeks(filters)
        return
    if not filters.tool.can_show_correctness:
        weeks = [replace(week, correct_share=None, correct_among_active_share=None) for week in weeks]
    targets = adoption.targets(filters.path, filters.tool.tool_id, filters.org_unit)
    shown = _shown_week(weeks)
    _as_of(filters, weeks, shown)
    known_people(filters)
    forecast, made = _forecast(filters, targets.get("correct"))
    _cards(weeks, shown, targets, forecast, made)
    _trend_row(filters, weeks, targets.get("correct"), forecast)
    _loss_row(filters, shown)
    _reasons_row(filters, shown)
    folded_grid("The figures as a table", "figures", lambda: [_figure_row(week) for week in reversed(weeks)])
    export_links("adoption", {"tool": filters.tool.tool_id, "unit": filters.org_unit}, "All weeks as")
    figures_of(filters, *FIGURES)


def _forecast(filters: Filters, target: Target | None) -> tuple[list[ForecastWeek], list[Made]]:
    """The forecast of correct users and the chances given so far; none where correctness cannot be shown."""
    if target is None or not filters.tool.can_show_correctness:
        return [], []
    asked = (filters.path, filters.tool.tool_id, filters.org_unit, "correct")
    return forecasts.current(*asked), forecasts.chances(*asked)


def _shown_week(weeks: Sequence[AdoptionWeek]) -> AdoptionWeek:
    """The newest final week: a figure that will not change any more. Without one, the newest week."""
    return next((week for week in reversed(weeks) if not week.is_provisional), weeks[-1])


def _no_weeks(filters: Filters) -> None:
    tool = filters.tool
    if tool.last_week_start is None:
        no_week(filters, "No week to show yet")
        return
    who = f"{wording.plain(tool.title)} had no eligible person in {wording.plain(filters.where)}"
    why = f"{who}, or the unit is too small to be shown alone."
    empty("Nobody to show here", why, "choose another unit, or the whole company.")


def _as_of(filters: Filters, weeks: Sequence[AdoptionWeek], shown: AdoptionWeek) -> None:
    tool = filters.tool
    facts = [
        f"Week of {wording.day(shown.week_start)}{', provisional' if shown.is_provisional else ''}",
        f"{wording.counted(shown.eligible, 'eligible person', 'eligible people')}, {wording.plain(filters.where)}",
    ]
    as_of(filters, *facts)
    newer = sum(week.week_start > shown.week_start for week in weeks)
    notes = [
        f"{wording.counted(newer, 'newer week is', 'newer weeks are')} provisional: late data may still change"
        f" {'it' if newer == 1 else 'them'}, so the figures below are of the newest final week."
        if newer else "",
        "No week is final yet: late data may still change these figures." if shown.is_provisional else "",
        "" if tool.has_rules else "This tool has no rules, so nobody is a correct user: write one in `config/rules/`.",
        "" if tool.can_prove else "This tool's sources cannot tell correct from incorrect use: correctness is unknown.",
        "This tool is paused by its owner: nobody is judged." if tool.is_paused else "",
    ]  # fmt: skip
    for note in filter(None, notes):
        st.caption(f":material/info: {note}")


def _cards(
    weeks: Sequence[AdoptionWeek],
    shown: AdoptionWeek,
    targets: Mapping[str, Target],
    forecast: Sequence[ForecastWeek],
    made: Sequence[Made],
) -> None:
    past = [week for week in weeks if week.week_start <= shown.week_start]
    correct, active = targets.get("correct"), targets.get("active")
    columns = st.columns(4)
    with columns[0]:
        help_text = f"{shown.correct_user:,} of {shown.eligible:,} eligible people used it and kept its rules."
        label = _with_target("Correct users", correct)
        _share_card(label, [week.correct_share for week in past], help_text)
    with columns[1]:
        help_text = f"{shown.active:,} of {shown.eligible:,} eligible people used it often enough in the window."
        _share_card(_with_target("Active users", active), [week.active_share for week in past], help_text)
    with columns[2]:
        help_text = f"{shown.correct_user:,} correct users of {shown.active:,} active people."
        label = f"Correct among {shown.active:,} active"
        _share_card(label, [week.correct_among_active_share for week in past], help_text)
    with columns[3]:
        due = next((week for week in forecast if week.is_due_week and week.chance is not None), None)
        if correct and due:
            pace = pace_of(weeks, correct)
            _chance_card(correct, due, made, pace is not None and pace.is_reached)
        else:
            _gap_card(weeks, correct)


def _with_target(label: str, target: Target | None) -> str:
    if target is None:
        return f"{label} · no target"
    whose = "company target" if target.is_of_company else "target"
    return f"{label} · {whose} {wording.target_share(target.value)}"


def _share_card(label: str, shares: Sequence[float | None], help_text: str) -> None:
    """A share, its change against the week before, its course. Unknown shares are left out, never drawn as zero."""
    known = [100 * value for value in shares if value is not None]
    before = shares[-2] if len(shares) > 1 else None
    change = None if before is None or shares[-1] is None else shares[-1] - before
    st.metric(
        label,
        wording.share(shares[-1]),
        None if change is None else wording.change(change),
        delta_description=None if change is None else "vs week before",
        delta_arrow="off" if _is_still(change) else "auto",
        delta_color="off" if _is_still(change) else "normal",
        border=True,
        help=help_text,
        chart_data=known if len(known) > 1 else None,
        height="stretch",
    )


def _chance_card(target: Target, due: ForecastWeek, made: Sequence[Made], is_reached: bool) -> None:
    """The chance that holds now, against the forecast before it."""
    before = made[-2].chance if len(made) > 1 else None
    change = None if before is None or due.chance is None else due.chance - before
    st.metric(
        f"Chance to {_goal(target, is_reached)} {wording.day(target.due)}",
        wording.chance(due.chance),
        None if change is None else wording.change(change),
        delta_description=None if change is None else "vs forecast before",
        delta_arrow="off" if _is_still(change) else "auto",
        delta_color="off" if _is_still(change) else "normal",
        border=True,
        help=f"By a forecast from {_known_weeks(due)}; its middle is {wording.share(due.p50)}.",
        chart_data=[100 * entry.chance for entry in made] if len(made) > 1 else None,
        height="stretch",
    )


def _gap_card(weeks: Sequence[AdoptionWeek], target: Target | None) -> None:
    pace = pace_of(weeks, target) if target else None
    if target is None:
        help_text = "Set a target in `config/targets.yml` to see gap and pace."
        st.metric("Gap to target of correct users", "No target", border=True, help=help_text, height="stretch")
        return
    label = f"Gap to {wording.target_share(target.value)} by {wording.day(target.due)}"
    if pace is None:
        help_text = "No final week has a known share of correct users yet."
        st.metric(label, wording.UNKNOWN, border=True, help=help_text, height="stretch")
        return
    final = [week.correct_share for week in weeks if not week.is_provisional and week.correct_share is not None]
    change = pace.recent
    st.metric(
        label,
        wording.points(pace.gap),
        None if change is None else f"{wording.change(change)} a week",
        delta_description=None if change is None else "last 4 weeks",
        delta_arrow="off" if _is_still(change) else "auto",
        delta_color="off" if _is_still(change) else "normal",
        border=True,
        help="Share of correct users minus target, in percentage points of all eligible people.",
        chart_data=[100 * (value - target.value) for value in final] if len(final) > 1 else None,
        height="stretch",
    )


def _is_still(change: float | None) -> bool:
    """No change that the card's one decimal would show: it gets neither arrow nor colour."""
    return change is None or round(change, 3) == 0


def _trend_row(
    filters: Filters, weeks: Sequence[AdoptionWeek], target: Target | None, forecast: Sequence[ForecastWeek]
) -> None:
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.header("Who uses it, and correctly")
        if len(weeks) == 1:
            st.caption("Only one week has been judged so far: a trend needs two.")
        alt = f"Share of correct, incorrect, non-users and not judged people by week, {filters.tool.title}"
        draw(status_trend(weeks, target, paper()), alt)
    with right.container(border=True, height="stretch"):
        st.header("Will we make it" if forecast else "Gap and pace to target")
        if target and any(week.p50 is not None for week in forecast):
            _fan_card(weeks, target, forecast)
        else:
            _pace_card(weeks, target)
            _refusal(forecast)


def _pace_card(weeks: Sequence[AdoptionWeek], target: Target | None) -> None:
    pace = pace_of(weeks, target) if target else None
    if target is None:
        st.markdown("This tool has no target of correct users.")
        st.markdown("**What to do:** set value, date and owner in `config/targets.yml`.")
        return
    if pace is None:
        _no_pace(weeks)
        return
    st.markdown(_pace_sentence(pace))
    draw(gap_and_pace(weeks, target), "Share of correct users by week with the target at its date")
    st.caption("Plain arithmetic on the last final weeks, not a forecast.")


def _fan_card(weeks: Sequence[AdoptionWeek], target: Target, forecast: Sequence[ForecastWeek]) -> None:
    """Gap and pace so far, the fan to the date of the target, and how it was made."""
    due = next((week for week in forecast if week.is_due_week), forecast[-1])
    pace = pace_of(weeks, target)
    st.markdown(f"**{_chance_words(due, target, pace)}** {_pace_sentence(pace) if pace else ''}")
    draw(fan(weeks, forecast, target), "Share of correct users, its forecast and the target at its date")
    people = ""
    if due.needed_people_per_week and due.needed_people_per_week > 0:
        needed, expected = due.needed_people_per_week, due.expected_people_per_week
        got = "" if expected is None else f", {expected:.1f} are expected"
        people = f" {needed:.1f} people a week have to be won{got}."
    st.caption(f"Band: eight chances in ten. Made from {_known_weeks(due)} by {_method(due)}.{people}")


def _known_weeks(due: ForecastWeek) -> str:
    return wording.counted(due.weeks_known or 0, "final week")


def _method(due: ForecastWeek) -> str:
    return (due.method or "an unnamed method").rstrip("_0123456789").replace("_", " ")


def _chance_words(due: ForecastWeek, target: Target, pace: Pace | None) -> str:
    if due.chance is None:
        return "The chance to reach the target is unknown."
    goal = _goal(target, pace is not None and pace.is_reached)
    return f"{wording.chance(due.chance)} chance to {goal} {wording.day(due.target_due or due.week_start)}."


def _goal(target: Target, is_reached: bool) -> str:
    """What is hoped for until the date that follows."""
    share = wording.target_share(target.value)
    return f"hold {share} on" if is_reached else f"reach {share} by"


def _refusal(forecast: Sequence[ForecastWeek]) -> None:
    if forecast and forecast[0].refusal:
        st.caption(f"No forecast: {wording.plain(forecast[0].refusal)}.")


def _no_pace(weeks: Sequence[AdoptionWeek]) -> None:
    if all(week.is_provisional for week in weeks):
        st.markdown("No week is final yet, so neither gap nor pace can be told.")
        st.markdown("**What to do:** wait until the deadline for late data has passed, then run `takeup run`.")
        return
    st.markdown("The share of correct users is unknown, so neither gap nor pace can be told.")
    st.markdown("**What to do:** give the tool a rule in `config/rules/` and a source that can show correct use.")


def _pace_sentence(pace: Pace) -> str:
    recent = "not known yet" if pace.recent is None else f"{wording.points(pace.recent)} a week"
    if pace.is_reached:
        return f"**Target reached**, {wording.points(pace.gap)[1:]} above it. Recent pace: {recent}."
    if pace.needed is None:
        return f"**Target missed** by {wording.points(-pace.gap)[1:]}: its date has passed. Recent pace: {recent}."
    weeks = wording.counted(round(pace.weeks_left), "week")
    verdict = "On pace" if pace.recent is not None and pace.recent >= pace.needed else "Behind the needed pace"
    return f"**{verdict}**: {wording.points(pace.needed)} a week needed for {weeks}. Recent pace: {recent}."


def _loss_row(filters: Filters, shown: AdoptionWeek) -> None:
    left, right = st.columns([2, 3])
    with left.container(border=True, height="stretch"):
        st.header("From eligible to correct")
        draw(bars(_funnel(shown)), "People eligible, active and correct")
        lost, slipped = shown.eligible - shown.active, max(shown.active - shown.correct_user, 0)
        after = "" if shown.correct_share is None else f"; {slipped:,} active without being correct users"
        st.caption(f"{lost:,} not active{after}.")
        link_to_list(filters, "List incorrect users", status="incorrect_user")
    with right.container(border=True, height="stretch"):
        overview_tools.show(filters)


def _funnel(week: AdoptionWeek) -> list[Bar]:
    return [
        Bar("Eligible", week.eligible, f"{week.eligible:,}"),
        Bar("Active", week.active, f"{week.active:,} ({wording.share(week.active_share, 0)})"),
        _correct_bar(week),
    ]


def _correct_bar(week: AdoptionWeek) -> Bar:
    if week.correct_share is None:
        return Bar("Correct", 0, wording.UNKNOWN)
    return Bar("Correct", week.correct_user, f"{week.correct_user:,} ({wording.share(week.correct_share, 0)})")


def _reasons_row(filters: Filters, shown: AdoptionWeek) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.header("Not judged, and why")
        if shown.not_judged:
            _reasons(shown, shown.not_judged, shown.not_judged_reasons, wording.NOT_JUDGED, NOT_JUDGED)
            link_to_list(filters, "List people who are not judged", status="not_judged")
        else:
            st.markdown("Everybody eligible was judged.")
    with right.container(border=True, height="stretch"):
        st.header("Non-users: never, tried, dormant")
        if shown.non_user:
            _reasons(shown, shown.non_user, shown.non_user_reasons, wording.NON_USER, NON_USER)
            link_to_list(filters, "List non-users", status="non_user")
        else:
            st.markdown("Nobody who was judged is a non-user.")


def _reasons(week: AdoptionWeek, total: int, counts: Mapping[str, int], titles: Mapping[str, str], colour: int) -> None:
    """Bars by reason; people whom the tool's rollup folded into this status keep a bar of their own."""
    named = {titles[reason]: number for reason, number in counts.items()}
    named["Active, too little evidence, counted here"] = total - sum(counts.values())
    rows = [
        Bar(title, number, f"{number:,} ({wording.share(number / week.eligible)})", colour=colour)
        for title, number in sorted(named.items(), key=lambda item: -item[1])
        if number
    ]
    draw(bars(rows, longest=total), "People by reason")
    st.caption(f"{wording.people(total)} of {week.eligible:,} eligible ({wording.share(total / week.eligible)}).")


def _figure_row(week: AdoptionWeek) -> dict[str, str | int]:
    return {
        "Week of": wording.day(week.week_start),
        "State": "Provisional" if week.is_provisional else "Final",
        "Eligible": week.eligible,
        "Active": week.active,
        "Correct": week.correct_user,
        "Incorrect": week.incorrect_user,
        "Non-user": week.non_user,
        "Not judged": week.not_judged,
        "Correct share": wording.share(week.correct_share),
    }
