"""The lower half of Governance: readiness, question by question, and how the tool is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import streamlit as st

from dashboards import wording
from dashboards.app_pages.parts import Filters, table
from dashboards.marts import governance
from dashboards.marts.governance import Answer, Production

AREAS = {"data": "Data", "integration": "Integration", "governance": "Governance", "adoption": "Adoption"}
MARKS = {"yes": ":material/check_circle:", "vague": ":material/help:", "no": ":material/cancel:"}


def readiness(answers: Sequence[Answer], names: Mapping[str, str]) -> None:
    """Sixteen questions with what each answer rests on, and what is missing; `names` by address."""
    with st.container(border=True):
        st.header("Ready to be relied on")
        if not answers:
            st.markdown("This tool has not been audited yet: every run of a week asks anew.")
            return
        ready = sum(answer.answer == "yes" for answer in answers)
        st.markdown(
            f"**{ready} of {wording.counted(len(answers), 'question')} answered with yes**, week of"
            f" {wording.day(answers[0].week_start)}."
        )
        by_area = [(area, list(group)) for area, group in groupby(answers, key=lambda answer: answer.area)]
        # Row by row, so that a phone shows the areas in their order too.
        for first in range(0, len(by_area), 2):
            for column, (area, group) in zip(st.columns(2), by_area[first : first + 2], strict=False):
                with column:
                    _area(area, group, names)


def _area(area: str, answers: Sequence[Answer], names: Mapping[str, str]) -> None:
    ready = sum(answer.answer == "yes" for answer in answers)
    with st.expander(f"{AREAS.get(area, area)}: {ready} of {len(answers)}", expanded=ready < len(answers)):
        for answer in answers:
            st.markdown(f"{MARKS[answer.answer]} **{wording.plain(answer.question)}** {answer.answer.capitalize()}.")
            st.caption(wording.link(wording.sentence(answer.evidence)))
            if answer.gap:
                due = f" by {wording.day(answer.due_date)}" if answer.due_date else ""
                st.caption(
                    f"**Missing:** {wording.plain(answer.gap.removeprefix('missing: ').rstrip('.'))}."
                    f" **Next:** {wording.plain((answer.action or '').rstrip('.'))}"
                    f" ({wording.plain(names.get(answer.owner or '', answer.owner))}{due})."
                )


def running(filters: Filters) -> None:
    """Runbook, fallback, retraining and what hangs on what."""
    made = governance.production(filters.path, filters.tool.tool_id)
    links = governance.links(filters.path, filters.tool.tool_id)
    with st.container(border=True):
        st.header("How it is run")
        rows = _facts(made) if made else []
        if rows:
            for name, value in rows:
                st.markdown(f"**{name}:** {value}")
        else:
            st.markdown("Neither runbook, fallback nor retraining policy is written in `config/tools.yml`.")
        if links:
            table(
                [
                    {
                        "System": f"{'Reads from' if link.direction == 'upstream' else 'Writes to'} {link.name}",
                        "Without it": link.on_failure or "Not written",
                        "What people do then": link.fallback or "Not written",
                    }
                    for link in links
                ],
                "Systems before and after the tool",
            )


def _facts(made: Production) -> list[tuple[str, str]]:
    triggers = [
        f"{wording.share(made.retraining_override_share, 0)} of decisions overridden"
        if made.retraining_override_share is not None else "",
        f"confidence {wording.points(made.retraining_calibration_gap, 0)[1:]} off"
        if made.retraining_calibration_gap is not None else "",
        "a change in the shape of its logs" if made.retraining_on_drift else "",
    ]  # fmt: skip
    told = [
        ("Runbook", wording.link(made.runbook)),
        ("When it is down", wording.plain(made.fallback)),
        ("How work changes", wording.link(made.workflow_change)),
        ("What its output means", wording.link(made.output_meaning)),
        ("Retraining", wording.link(made.retraining_process)),
        ("Retrained when", ", or ".join(filter(None, triggers))),
        ("Retraining approved by", wording.plain(made.retraining_approver)),
        ("Retraining policy", wording.link(made.retraining_document)),
    ]
    return [(name, value) for name, value in told if value]
