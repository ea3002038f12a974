"""Whether each tool bears what is put on it: owner, promises, alerts, readiness, how it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from dashboards import audit, wording
from dashboards.app_pages.governance_detail import readiness, running
from dashboards.app_pages.parts import Filters, as_of, figures_of, grid, table
from dashboards.marts import adoption, governance
from dashboards.marts.governance import Alert, Contact, Promise, Sensitivity, ToolStanding
from dashboards.marts.published import WHOLE_COMPANY

NEWEST_ALERTS = 40
Colour = Literal["red", "orange", "blue", "green", "gray"]
SEVERITY: dict[str, Colour] = {"critical": "red", "major": "orange", "minor": "gray"}
RESULT: dict[str, str] = {
    "holds": "Holds",
    "broken": "Broken",
    "unknown": "Unknown: nothing was measured",
    "not promised": "Not promised",
}
GUESS = {
    "data": "the data",
    "tool": "the tool",
    "downstream": "what comes after the tool",
    "organisation": "the organisation",
}


def page(filters: Filters) -> None:
    """Draws all tools in one table, then the chosen one."""
    st.title("Governance")
    standings = governance.standings(filters.path)
    as_of(filters, f"{wording.counted(len(standings), 'tool')}, all units")
    _all_tools(standings)
    alerts = governance.alerts(filters.path, filters.tool.tool_id, NEWEST_ALERTS)
    st.header(f"In detail: {wording.plain(filters.tool.title)}")
    _alerts(alerts, governance.sensitivity(filters.path, filters.tool.tool_id))
    contacts = governance.contacts(filters.path, filters.tool.tool_id)
    names = {contact.email: contact.name for contact in contacts if contact.name}
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _promises(governance.promises(filters.path, filters.tool.tool_id))
    with right.container(border=True, height="stretch"):
        _who(filters, contacts, names)
    readiness(governance.answers(filters.path, filters.tool.tool_id), names)
    running(filters)
    _reads(filters)
    figures_of(filters, "Production definition", "Alert", "Readiness", "Gap")


def _reads(filters: Filters) -> None:
    """Whether the log of reads about people is whole."""
    chain = audit.verify(filters.workspace)
    with st.container(border=True):
        st.header("Who looked at single people")
        if chain.broken_at is not None:
            st.error(
                f"The log of reads is not whole: line {chain.broken_at:,} does not follow from the one before it."
                " Somebody changed, removed or added a line.",
                icon=":material/link_off:",
            )
        if not chain.reads:
            st.markdown(
                f"Nobody has read rows about people so far; {audit.FILE} of the workspace names who does, and why."
            )
            return
        st.markdown(
            f"{wording.counted(chain.reads, 'read')} of rows about people so far, of all tools; each names reader,"
            f" reason and number of rows in {audit.FILE} of the workspace."
        )


def _all_tools(standings: Sequence[ToolStanding]) -> None:
    with st.container(border=True):
        st.header("All tools")
        troubled = sum(bool(tool.open_alerts) for tool in standings)
        st.markdown(
            f"**{troubled} of {wording.counted(len(standings), 'tool')} {'has' if troubled == 1 else 'have'} an open"
            " alert.**"
        )
        grid(
            [
                {
                    "Tool": tool.title,
                    "Owner": tool.owner_name,
                    "Promises that hold": _of(tool.held, tool.promised, "Nothing promised"),
                    "Open alerts": f"{tool.open_alerts:,}"
                    + (f", {tool.worst_severity}" if tool.worst_severity else ""),
                    "Ready": _of(tool.ready or 0, tool.asked, "Not audited"),
                }
                for tool in standings
            ],
            "All tools with owner, promises, alerts and readiness",
        )


def _of(part: int, whole: int | None, nothing: str) -> str:
    return f"{part:,} of {whole:,}" if whole else nothing


def _alerts(alerts: Sequence[Alert], noticed: Sensitivity | None) -> None:
    opened = [alert for alert in alerts if alert.status != "resolved"]
    with st.container(border=True):
        st.header(f"Open alerts: {len(opened):,}")
        if not opened:
            st.markdown("No run has found anything wrong that is not mended since.")
        for place, alert in enumerate(opened):
            if place:
                st.divider()
            _alert(alert)
        closed = [alert for alert in alerts if alert.status == "resolved"]
        if closed:
            with st.expander(f"{wording.counted(len(closed), 'alert')} resolved"):
                table(
                    [
                        {
                            "Alert": alert.title,
                            "What": alert.summary,
                            "Opened": wording.moment(alert.opened_at),
                            "Resolved": wording.moment(alert.resolved_at),
                        }
                        for alert in closed
                    ],
                    "Resolved alerts",
                )
        if noticed is not None:
            st.caption(_noticed(noticed))


def _noticed(noticed: Sensitivity) -> str:
    """How small a drop would be seen: a small tool without alerts may still have lost people."""
    known = (
        ("one working day", noticed.drop_1_day), ("5", noticed.drop_5_days), ("10", noticed.drop_10_days),
        ("20 working days", noticed.drop_20_days),
    )  # fmt: skip
    seen = [f"{wording.share(share, 0)} within {days}" for days, share in known if share is not None]
    people = f"{wording.counted(round(noticed.people_per_day), 'person uses', 'people use')} it on a working day"
    few = "" if noticed.drop_1_day is not None else ", too few for an alert on a drop of one day"
    zero = wording.counted(noticed.zero_days, "working day")
    drops = f"a drop of {', '.join(seen)}" if seen else "no drop within 20 working days"
    return f"About {people}{few}. Noticed in 95 of 100 cases: {drops}; {zero} without anybody."


def _alert(alert: Alert) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(alert.severity.capitalize(), icon=":material/warning:", color=SEVERITY.get(alert.severity, "gray"))
        st.markdown(f"**{wording.plain(alert.title)}**", width="content")
    st.markdown(wording.plain(alert.summary))
    if alert.first_guess:
        why = " ".join(f"{wording.plain(sentence.rstrip('.'))}." for sentence in alert.evidence)
        st.markdown(f"**First guess:** {GUESS.get(alert.first_guess, alert.first_guess)}. {why}")
    if alert.acknowledged_by:
        st.markdown(f"**Taken on** by {wording.plain(alert.acknowledged_by)}. {wording.plain(alert.note)}")
    facts = [
        f"Since {wording.moment(alert.opened_at)}",
        f"owner {wording.plain(alert.owner_name)}" if alert.owner_name else "",
        f"what to do: {wording.link(alert.runbook)}" if alert.runbook else "",
        f"the tool's runbook: {wording.link(alert.tool_runbook)}" if alert.tool_runbook else "",
    ]
    st.caption(" · ".join(filter(None, facts)))


def _promises(promises: Sequence[Promise]) -> None:
    st.header("Production definition: does it hold")
    asked = [promise for promise in promises if promise.result != "not promised"]
    if not asked:
        st.markdown("Nothing was promised of this tool, so nothing can hold or break.")
        st.markdown("**What to do:** write `production:` into its entry in `config/tools.yml`.")
        return
    held = sum(promise.result == "holds" for promise in asked)
    st.markdown(f"**{held} of {wording.counted(len(asked), 'promise')} {'holds' if held == 1 else 'hold'}.**")
    table(
        [
            {
                "Question": promise.question,
                "Promised, measured": _values(promise),
                "Result": RESULT[promise.result] + _weeks(promise),
            }
            for promise in promises
        ],
        "Criteria of the production definition",
    )
    first, last = asked[0].first_week, asked[0].last_week
    if first and last:
        st.caption(f"Averages of the final weeks of {wording.day(first)} to {wording.day(last)}.")


def _values(promise: Promise) -> str:
    """What was promised and what was measured; blank where there is neither."""
    if promise.unit == "stated" or (promise.promised is None and promise.observed is None):
        return ""
    if promise.unit == "yes":
        return _value(promise.observed, promise.unit)
    if promise.promised is None:
        return f"measured {_value(promise.observed, promise.unit)}"
    return f"{_value(promise.promised, promise.unit)}, measured {_value(promise.observed, promise.unit)}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    if unit == "share":
        return wording.share(value)
    if unit in ("yes", "stated"):
        return "yes" if value else "no"
    return f"{value:,.1f}".removesuffix(".0") + f" {unit}"


def _weeks(promise: Promise) -> str:
    """In how many weeks it held, where weeks were judged at all."""
    if not promise.weeks_judged or promise.result not in ("holds", "broken"):
        return ""
    return f", {promise.weeks_held or 0} of {wording.counted(promise.weeks_judged, 'week')}"


def _who(filters: Filters, contacts: Sequence[Contact], names: Mapping[str, str]) -> None:
    st.header("Who answers for it")
    rows = [
        {
            "Role": contact.role.capitalize(),
            "Who": (contact.name or contact.email) + ("" if contact.is_on_roster is not False else ", no longer here"),
            "May": ", ".join(
                word
                for word, may in (
                    ("pause", contact.can_pause),
                    ("retrain", contact.can_retrain),
                    ("escalate", contact.can_escalate),
                )
                if may
            ),
        }
        for contact in contacts
    ]
    table(rows or [{"Role": "Owner", "Who": filters.tool.owner_name, "May": ""}], "People who answer for the tool")
    st.markdown("**Targets**")
    targets = adoption.targets(filters.path, filters.tool.tool_id, WHOLE_COMPANY)
    for target in targets.values():
        st.markdown(
            f"{wording.target_share(target.value)} {target.measure} by {wording.day(target.due)}, promised by"
            f" {wording.plain(names.get(target.owner or '', target.owner)) or 'nobody named'}"
        )
    if not targets:
        st.markdown("No target is set in `config/targets.yml`.")
