"""What if a rule were changed: who would change class, before anything is enacted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import simulation, wording
from dashboards.app_pages.parts import Filters, draw, rule_titles, table
from dashboards.charts.bars import Bar, bars
from dashboards.charts.palette import CORRECT, INCORRECT, NON_USER, NOT_JUDGED
from dashboards.simulation import Answer, NotSimulatedError

COLOUR = {"correct_user": CORRECT, "incorrect_user": INCORRECT, "non_user": NON_USER, "not_judged": NOT_JUDGED}
EDITOR_PX = 360
EMPTY_EDITOR_PX = 160
CHANGES = {"replaced": "Changed", "added": "New", "dropped": "Dropped"}


def show(filters: Filters, text: str | None) -> None:
    """The editor, and the answer of the last trial."""
    with st.container(border=True):
        st.header("What if a rule were changed")
        if not filters.access.may("rules") or filters.access.org_units is not None:
            st.markdown("Trying out a rule shows the whole company and needs the role `rules`, which you do not have.")
            return
        how = "Edit the rules" if text else "No file in `config/rules/` is of this tool: write rules"
        st.markdown(
            f"{how}, or upload a file, and see who would change class if they had been in force all along."
            " Nothing is enacted."
        )
        given = _form(filters, text)
        if given:
            _try(filters, given)
        answer = st.session_state.get("_what_if")
        if answer and answer[0] == (filters.tool.tool_id, filters.publication.publication_id):
            _show(answer[1], rule_titles(filters))


def _form(filters: Filters, text: str | None) -> str | None:
    """The rules to try, once the reader asks for it."""
    with st.form("what-if", border=False):
        edited = st.text_area(
            f"Rules of {wording.plain(filters.tool.title)} (YAML)",
            text or "",
            height=EDITOR_PX if text else EMPTY_EDITOR_PX,
            key=f"rules of {filters.tool.tool_id}",
            max_chars=simulation.MOST_BYTES,
            placeholder="tool: my-tool\nrules:\n- id: ...",
        )
        file = st.file_uploader("Or a rule file", type=["yml", "yaml"], max_upload_size=simulation.MOST_MEGABYTES)
        is_asked = st.form_submit_button("See who would change class", icon=":material/science:")
    if not is_asked:
        return None
    return file.getvalue().decode("utf-8", errors="replace") if file else edited


def _try(filters: Filters, rules: str) -> None:
    st.session_state.pop("_what_if", None)
    try:
        with st.spinner("Judging every week with the changed rules: this takes some ten seconds."):
            answer = simulation.simulate(filters.workspace, rules)
    except NotSimulatedError as refused:
        st.error("The rules were not tried.", icon=":material/error:")
        st.code(str(refused), language=None, wrap_lines=True)
        return
    if answer.document["tool_id"] != filters.tool.tool_id:
        titles = {tool.tool_id: wording.plain(tool.title) for tool in filters.tools}
        whose = titles.get(answer.document["tool_id"], answer.document["tool_id"])
        st.info(f"These are rules of {whose}: choose that tool above to see them beside its own.")
    key = (filters.tool.tool_id, filters.publication.publication_id)
    st.session_state["_what_if"] = (key, answer)


def _show(answer: Answer, titles: Mapping[str, str]) -> None:
    document = answer.document
    moved, eligible = int(document["moved"]), int(document["eligible"])
    week = wording.day(wording.monday_of(document["week"]))
    part = f" ({wording.share(moved / eligible)})" if eligible else ""
    st.markdown(f"**{moved:,} of {eligible:,} eligible people{part} would change class** in the week of {week}.")
    for line in answer.warnings:
        st.caption(f":material/warning: {wording.plain(line)}")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("Now and then")
        draw(bars(_classes(document), longest=eligible or 1), "People by class before and after the change")
    with right:
        st.markdown("Who flips")
        _flips(answer)
    _units(answer)
    _rules(answer, titles)
    for note in document.get("notes", ()):
        st.caption(wording.plain(note))


def _classes(document: Mapping[str, Any]) -> list[Bar]:
    rows = []
    for entry in document["classes"]:
        before, after = entry["before"], entry["after"]
        change = f" ({after - before:+,})" if after != before else ""
        title = wording.STATUSES[entry["status"]]
        rows.append(Bar(title, after, f"{before:,} to {after:,}{change}", before, COLOUR[entry["status"]]))
    return rows


def _flips(answer: Answer) -> None:
    if not answer.flips:
        st.markdown("Nobody would change class.")
        return
    table([{**_from_to(flip), "People": f"{flip['people']:,}"} for flip in answer.flips], "Who changes class")


def _from_to(flip: Mapping[str, Any]) -> dict[str, str]:
    return {"From": wording.STATUSES[flip["from_status"]], "To": wording.STATUSES[flip["to_status"]]}


def _units(answer: Answer) -> None:
    if not answer.units:
        return
    st.markdown("Where")
    table(
        [{"Unit": unit["org_unit"], **_from_to(unit), "People": f"{unit['people']:,}"} for unit in answer.units],
        "Who changes class, by unit",
    )


def _rules(answer: Answer, titles: Mapping[str, str]) -> None:
    if not answer.changed_rules:
        st.markdown("No rule means anything else than before.")
        return
    st.markdown("By rule")
    table(
        [
            {
                "Rule": f"{CHANGES.get(rule['change'], rule['change'])}: {_title(rule, titles)}",
                "As tried": rule["sentence"],
                "Violated, before to after": f"{_violated(rule, 'before')} to {_violated(rule, 'after')}",
            }
            for rule in answer.changed_rules
        ],
        "Rules that would change",
    )


def _title(rule: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A rule that is new has no title here yet."""
    return titles.get(rule["rule_id"], rule["rule_id"])


def _violated(rule: Mapping[str, Any], when: str) -> str:
    found = (rule.get(when) or {}).get("verdicts", {}).get("violated")
    return "0" if found is None else f"{found:,}"
