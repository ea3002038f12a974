"""The rules of a tool in words, what each says of its people, and a trial of a changed rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import streamlit as st

from dashboards import simulation, wording
from dashboards.app_pages import what_if
from dashboards.app_pages.parts import Filters, as_of, draw, empty, figures_of, table
from dashboards.charts.bars import Bar, bars
from dashboards.charts.palette import CORRECT, INCORRECT, NON_USER, NOT_JUDGED
from dashboards.marts import rules as marts
from dashboards.marts.rules import Rule, Verdicts, ViolatedWeek

COLOUR = {
    "satisfied": CORRECT,
    "violated": INCORRECT,
    "unproven": NOT_JUDGED,
    "pending": NOT_JUDGED,
    "not_triggered": NON_USER,
}
SEVERITIES = {
    "blocker": "one proven breach makes an incorrect user",
    "major": "a violated rule makes an incorrect user",
    "minor": "two violated rules make an incorrect user",
}


def page(filters: Filters) -> None:
    """Draws every rule of the chosen tool."""
    st.title("Rules")
    versions = marts.rules(filters.path, filters.tool.tool_id)
    if not versions:
        why = f"{wording.plain(filters.tool.title)} has no rule, so nobody can be a correct or an incorrect user of it."
        empty("No rule yet", why, "write one in `config/rules/`, test it with `takeup rules test`, run `takeup run`.")
        what_if.show(filters, None)
        return
    week = filters.tool.last_final_week_start or filters.tool.last_week_start
    by_rule = {rule_id: list(group) for rule_id, group in groupby(versions, key=lambda rule: rule.rule_id)}
    is_whole = filters.access.org_units is None
    verdicts = marts.verdicts(filters.path, filters.tool.tool_id, week) if week and is_whole else {}
    course = marts.violated_by_week(filters.path, filters.tool.tool_id, filters.weeks) if is_whole else []
    told = f"week of {wording.day(week)}{filters.provisional_mark}" if week else "no week yet"
    as_of(filters, f"{wording.counted(len(by_rule), 'rule')}", told,
          "people of the whole company to whom a rule applied")  # fmt: skip
    if not is_whole:
        st.caption(":material/lock: Verdicts are of the whole company, which you may not see; the rules you may.")
    text = simulation.current_text(filters.workspace, filters.tool.tool_id)
    for rule_id, found in by_rule.items():
        _rule(filters, found, verdicts.get(rule_id), [point for point in course if point.rule_id == rule_id], text)
    what_if.show(filters, text)
    figures_of(filters, "Verdict", "Violated share", "Correct users", "Incorrect users")


def _rule(
    filters: Filters,
    versions: Sequence[Rule],
    verdicts: Verdicts | None,
    course: Sequence[ViolatedWeek],
    text: str | None,
) -> None:
    rule = versions[0]
    with st.container(border=True):
        st.header(wording.plain(rule.title))
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _words(rule)
            _versions(versions)
            _as_written(rule, text)
        with right:
            _verdicts(filters, verdicts)
            _course(course)


def _words(rule: Rule) -> None:
    st.markdown(wording.plain(rule.sentence))
    if rule.why:
        st.markdown(f"**Why:** {wording.plain(rule.why)}")
    if rule.train:
        st.markdown(f"**Module:** {wording.plain(rule.train)}")
    st.caption(
        f"{rule.severity.capitalize()}: {SEVERITIES.get(rule.severity, '')} · incorrect use is told from"
        f" {wording.counted(rule.evidence_incorrect, 'case')}, correct use from {rule.evidence_correct:,}"
        f" · asks {wording.plain(wording.rule_kind(rule.kind))} · version {rule.version}"
        f" · owner {wording.plain(rule.owner) or 'unknown'}"
    )


def _versions(versions: Sequence[Rule]) -> None:
    if len(versions) < 2:
        return
    with st.expander(f"{wording.counted(len(versions), 'version')}"):
        table(
            [
                {
                    "Version": str(rule.version),
                    "In force": _span(rule),
                    "Rule": rule.sentence,
                }
                for rule in versions
            ],
            "Versions of the rule",
        )


def _span(rule: Rule) -> str:
    start = wording.day(rule.effective_from) if rule.effective_from else "the beginning"
    return f"from {start}" + (f" to {wording.day(rule.effective_to)}" if rule.effective_to else "")


def _as_written(rule: Rule, text: str | None) -> None:
    written = simulation.text_of_rule(text, rule.rule_id) if text else None
    if written is None:
        return
    with st.expander("As it is written, with its examples", key=f"written {rule.rule_id}", on_change="rerun") as fold:
        if fold.open:
            st.code(written, language="yaml", wrap_lines=True)


def _without_verdicts(filters: Filters) -> str:
    """Why a rule is shown without verdicts."""
    if filters.access.org_units is not None:
        return "Its verdicts are of the whole company."
    if filters.tool.last_week_start is None:
        return "No week has been judged yet."
    return "The rule applied to too few people in the week for figures to be shown."


def _verdicts(filters: Filters, verdicts: Verdicts | None) -> None:
    if verdicts is None:
        st.markdown(_without_verdicts(filters))
        return
    st.markdown(_answer(verdicts))
    rows = [
        Bar(wording.VERDICTS[name], number, f"{number:,} ({wording.share(number / verdicts.people, 0)})",
            colour=COLOUR[name])
        for name, number in verdicts.by_verdict.items()
        if number
    ]  # fmt: skip
    draw(bars(rows, longest=verdicts.people), "People by verdict of the rule")
    st.caption(
        f"The rule applied to {wording.people(verdicts.people)} in the window;"
        f" {verdicts.broken:,} of {verdicts.judged:,} cases broken."
    )


def _answer(verdicts: Verdicts) -> str:
    counted: Mapping[str, int] = verdicts.by_verdict
    decided = counted["satisfied"] + counted["violated"]
    if not decided:
        return "**Nobody has enough cases to tell** whether the rule is kept."
    violated = wording.share(counted["violated"] / decided, 0)
    return f"**Violated by {violated} of {wording.people(decided)} with enough cases.**"


def _course(course: Sequence[ViolatedWeek]) -> None:
    final = [week for week in course if not week.is_provisional]
    if len(final) < 2:
        return
    shares = [week.violated / week.decided for week in final]
    st.metric(
        f"Violated share over {wording.counted(len(final), 'final week')}",
        wording.share(shares[-1]),
        wording.change(shares[-1] - shares[-2]),
        delta_color="inverse" if round(shares[-1] - shares[-2], 3) else "off",
        delta_arrow="auto" if round(shares[-1] - shares[-2], 3) else "off",
        delta_description="vs week before",
        chart_data=[100 * share for share in shares],
    )
