"""Why one person has their status: the rule, how often it was broken, the events that prove it, the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import (
    Filters,
    data_through,
    doubt,
    draw,
    empty,
    export_links,
    figures_of,
    figures_row,
    grid,
    logged,
    rule_titles,
    table,
)
from dashboards.app_pages.training_people import way_back
from dashboards.charts.strip import status_strip
from dashboards.marts import people, training
from dashboards.marts.people import Obligation, Person, PersonRule, PersonWeek, Scope

SHOWN_OBLIGATIONS = 200


def explain(filters: Filters, key: str, why: str, *, is_own: bool = False) -> None:
    """Draws everything about one person and the chosen tool, after the read is in the log."""
    sees: Scope = None if is_own else filters.access.org_units
    found = people.person(filters.path, sees, key)
    if found is None:
        empty("Nobody to show", "No person has this key, or they are in a unit that you may not see.",
              "choose a person from the list.")  # fmt: skip
        return
    weeks = people.person_weeks(filters.path, sees, key, filters.tool.tool_id, filters.weeks)
    if not logged(filters, f"person {key}, {filters.tool.tool_id}", why, max(len(weeks), 1)):
        return
    _who(filters, found)
    if not weeks:
        _not_eligible(filters, sees, key)
        return
    week = _shown(weeks)
    doubt(filters.tool, "A status of a week from then on may be wrong.")
    _status(filters, week)
    _course(weeks)
    rules = people.person_rules(filters.path, sees, key, filters.tool.tool_id, week.week_start)
    ways = {need.rule_id: way_back(need) for need in training.needs_of_person(filters.path, sees, key, week.tool_id)}
    _rules(rules, ways)
    _events(filters, sees, week, None if is_own else why)
    _other_tools(filters, sees, key)
    figures_of(filters, "Active", "Correct users", "Incorrect users", "Not judged", "Way back")


def _shown(weeks: Sequence[PersonWeek]) -> PersonWeek:
    """The newest final week; without one, the newest."""
    return next((week for week in reversed(weeks) if not week.is_provisional), weeks[-1])


def _who(filters: Filters, person: Person) -> None:
    facts = [person.org_unit, person.team, person.role, person.location]
    told = " · ".join(wording.plain(fact) for fact in facts if fact)
    left = "" if person.is_current else " · no longer on the roster"
    st.markdown(f"`{person.person_key}` · {told or 'no details published'}{left}")
    st.caption(
        "Only the vault knows whose key this is: the command “takeup people key” asks it."
        f" Tool: {wording.plain(filters.tool.title)}."
    )


def _not_eligible(filters: Filters, scope: Scope, key: str) -> None:
    empty(
        "Not meant to use this tool",
        f"This person was eligible for {wording.plain(filters.tool.title)} in none of the weeks published.",
        "choose another tool above; the tools below know this person.",
    )
    _other_tools(filters, scope, key)


def _status(filters: Filters, week: PersonWeek) -> None:
    first = week.week_start - timedelta(weeks=filters.tool.window_weeks - 1)
    with st.container(border=True):
        st.header(f"{wording.STATUSES[week.status]}: {wording.reason(week.status, week.reason).lower()}")
        st.caption(
            f"Week of {wording.day(week.week_start)}{', provisional' if week.is_provisional else ''} · judged over"
            f" {wording.day(first)} to {wording.day(week.week_start + timedelta(days=6))}"
            f" · {data_through(filters)}"
        )
        st.markdown(_sentence(filters, week))
        figures_row(
            {
                "Uses": f"{week.uses:,}",
                "Active days": f"{week.active_days:,} of {week.available_days:,}",
                "Rules judged": f"{week.rules_judged:,}",
                "Rules violated": f"{week.rules_violated:,}",
            },
            {"Active days": "Days with a use, of the days on which the person was available."},
        )


def _sentence(filters: Filters, week: PersonWeek) -> str:
    """What decided, in one sentence."""
    tool = filters.tool
    told = {
        "never": "Was eligible and has not used the tool at all so far.",
        "tried": f"Used it {wording.counted(week.uses, 'time')}; {tool.min_uses} in the window make a user.",
        "lapsed": "Used it before this window, and not once in it.",
        "away": f"Was available on {wording.counted(week.available_days, 'day')}; {tool.min_available_days} are needed"
        " to be judged.",
        "new": f"Has been eligible for less than the {tool.grace_days} days of grace.",
        "paused": "The owner has paused the tool, so nobody is judged.",
        "no_opportunity": "There was no work item to use the tool on.",
        "no_evidence": "The tool's sources cannot show use, or correct use.",
        "unproven": "Used the tool, but too few cases were seen to say whether correctly. That is no reproach.",
        "proven": "Kept the rules in enough cases to say so.",
        "blocker": "Broke a rule for which one proven breach is enough.",
        "major": "Broke a rule that matters, in more cases than it tolerates.",
        "minor": "Broke two or more minor rules.",
    }
    return told.get(week.reason, "")


def _course(weeks: Sequence[PersonWeek]) -> None:
    with st.container(border=True):
        st.header("Week by week")
        draw(status_strip([(week.week_start, week.status, week.is_provisional) for week in weeks]),
             "The person's status in each week")  # fmt: skip
        changes = sum(now.status != before.status for before, now in pairwise(weeks))
        provisional = sum(week.is_provisional for week in weeks)
        told = wording.counted(changes, "change") if changes else "no change"
        fainter = " Fainter weeks are provisional." if provisional else ""
        all_of_them = " It is provisional." if len(weeks) == 1 else " All are provisional."
        fainter = all_of_them if provisional == len(weeks) else fainter
        st.caption(f"{wording.counted(len(weeks), 'week')}, {told} of status.{fainter}")


def _rules(rules: Sequence[PersonRule], ways: Mapping[str, str]) -> None:
    with st.container(border=True):
        st.header("Rule by rule")
        if not rules:
            st.markdown("No rule asked anything of this person in the window.")
            return
        for place, rule in enumerate(rules):
            if place:
                st.divider()
            _rule(rule, ways.get(rule.rule_id))


def _rule(rule: PersonRule, way: str | None) -> None:
    colour: Literal["orange", "blue", "gray"] = "gray"
    colour = "orange" if rule.verdict == "violated" else "blue" if rule.verdict == "satisfied" else colour
    icon = {"violated": ":material/error:", "satisfied": ":material/check:"}.get(rule.verdict, ":material/help:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(wording.VERDICTS.get(rule.verdict, rule.verdict), icon=icon, color=colour)
        st.markdown(f"**{wording.plain(rule.title)}**", width="content")
    st.markdown(wording.plain(rule.sentence))
    st.caption(_terms(rule))
    if rule.verdict == "violated":
        _mend(rule, way)


def _terms(rule: PersonRule) -> str:
    share = f" ({wording.share(rule.broken / rule.judged, 0)})" if rule.judged else ""
    permitted = f"{wording.share(rule.tolerate, 0)} may fall short" if rule.tolerate else "none may fall short"
    missing = max(rule.evidence_correct - rule.judged, 0)
    facts = [
        f"Broken in {rule.broken:,} of {rule.judged:,} cases judged{share}",
        permitted,
        f"{rule.pending:,} not due yet" if rule.pending else "",
        f"{rule.unknown + rule.excused:,} unknown or excused" if rule.unknown + rule.excused else "",
        f"{wording.counted(missing, 'more case')} needed to tell" if rule.verdict == "unproven" and missing else "",
        f"{rule.severity}, version {rule.version}, owner {wording.plain(rule.owner) or 'unknown'}",
    ]
    return " · ".join(filter(None, facts))


def _mend(rule: PersonRule, way: str | None) -> None:
    lines = []
    if rule.first_broken:
        lines.append("**Proof:** " + ", ".join(f"`{event}`" for event in rule.first_broken))
    if rule.why:
        lines.append(f"**Why it matters:** {wording.plain(rule.why)}")
    if way:
        lines.append(f"**Way back:** {wording.plain(way)}")
    if rule.train:
        lines.append(f"**Module:** {wording.plain(rule.train)}")
    for line in lines:
        st.markdown(line)


def _events(filters: Filters, scope: Scope, week: PersonWeek, why: str | None) -> None:
    """With a reason to export by; one's own rows are not exported."""
    first = week.week_start - timedelta(weeks=filters.tool.window_weeks - 1)
    found = people.obligations(filters.path, scope, week.person_key, week.tool_id, first, week.week_start)
    with st.container(border=True):
        st.header("Events that decided")
        if not found:
            st.markdown("Nothing was broken, is pending or was excused in the window.")
            return
        shown = found[:SHOWN_OBLIGATIONS]
        titles = rule_titles(filters)
        grid([_event(event, titles) for event in shown], "Broken, pending and excused obligations with their event ids")
        more = f"; the newest {SHOWN_OBLIGATIONS:,} are shown" if len(found) > len(shown) else ""
        st.caption(f"{wording.counted(len(found), 'event')} in the window{more}. Kept ones are counted above.")
        if why:
            export_links("events", _export_query(filters, week, first, why))


def _export_query(filters: Filters, week: PersonWeek, first: date, why: str) -> dict[str, str | None]:
    return {
        "tool": week.tool_id,
        "person": week.person_key,
        "from": first.isoformat(),
        "to": week.week_start.isoformat(),
        "unit": filters.org_unit,
        "why": why,
    }


def _event(event: Obligation, titles: Mapping[str, str]) -> dict[str, str]:
    return {
        "Rule": titles.get(event.rule_id, event.rule_id),
        "Outcome": wording.OUTCOMES.get(event.outcome, event.outcome),
        "Event": event.obligation_event_id,
        "At (UTC)": f"{event.obligation_at:%Y-%m-%d %H:%M}",
        "Due (UTC)": f"{event.due_at:%Y-%m-%d %H:%M}" if event.due_at else "",
        "Evidence": event.evidence_event_id or "",
    }


def _other_tools(filters: Filters, scope: Scope, key: str) -> None:
    rows = people.person_weeks(filters.path, scope, key, None, 1)
    titles = {tool.tool_id: tool.title for tool in filters.tools}
    if not rows:
        return
    with st.container(border=True):
        st.header("All tools of this person")
        table(
            [
                {
                    "Tool": titles.get(row.tool_id, row.tool_id),
                    "Newest week": wording.day(row.week_start) + (", provisional" if row.is_provisional else ""),
                    "Status": f"{wording.STATUSES[row.status]}: {wording.reason(row.status, row.reason).lower()}",
                }
                for row in rows
            ],
            "Status of the person with every tool",
        )
