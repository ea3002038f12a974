"""The readiness audit: evidence says yes or no, a document says yes where data cannot, anything else is vague."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from orchestration.audits.answers import audit
from orchestration.audits.evidence import Answer, Evidence, Measured, Setting
from orchestration.audits.questions import ACTIONS, WORDS
from orchestration.registry.models import Tool
from orchestration.registry.production_models import QUESTIONS

TODAY = date(2026, 11, 19)
SYSTEM = {"on_failure": "it waits", "fallback": "by hand"}
PRODUCTION: dict[str, Any] = {
    "expected_people_per_day": 40,
    "error_budget": {"of": "overridden", "share": "15%"},
    "fallback": "Key in by hand.",
    "workflow_change": "https://example.com/workflow",
    "output_meaning": "https://example.com/meaning",
    "integration": {
        "upstream": [{"name": "Archive", "schema": "https://example.com/a", "updates": "hourly", **SYSTEM}],
        "downstream": [{"name": "Ledger", "interface": "https://example.com/l", **SYSTEM}],
    },
    "retraining": {
        "override_share": "25%",
        "process": "quarterly",
        "approver": {"name": "Ada Lovelace", "email": "ada@example.com"},
    },
}
MEASURED = Measured(
    records=5_000, lines_read=5_100, lines_quarantined=7, final_weeks=8, decisions=900, confident_decisions=900,
    calibration_gap=0.04, volume_weeks_held=4, volume_weeks_judged=4, has_promised_volume=True, can_prove=True,
    judged_share=0.9, outages=1, is_owner_here=True, calibrated_people=20, calibrated_satisfied=18,
    has_calibrated_rule=True, active_people=50, trained_people=45, modules=("CT-301",),
)  # fmt: skip
SETTING = Setting(2, 5, 5, ("owners",), {"zero-day": TODAY - timedelta(days=10), "quarantine": TODAY})


def tool(production: dict[str, Any] | None = None, **recorded: Any) -> Tool:
    return Tool.model_validate(
        {
            "id": "doc-extract",
            "title": "Invoice extraction",
            "owner": {"name": "Ada Lovelace", "email": "ada@example.com"},
            "live_from": "2026-03-02",
            "sources": [{"format": "human-decision"}],
            "production": PRODUCTION if production is None else production,
            "audit": {name.replace("_", "-"): value for name, value in recorded.items()},
        }
    )


DESIGN = {"answer": "yes", "document": "https://example.com/design", "on": "2026-03-01"}


def answers(
    the_tool: Tool | None = None, measured: Measured = MEASURED, setting: Setting = SETTING, **before: date
) -> dict[str, Answer]:
    evidence = Evidence(the_tool or tool(adoption_design=DESIGN), measured, setting, TODAY)
    due = {name.replace("_", "-"): day for name, day in before.items()}
    return {one.question_id: one for one in audit(evidence, due)}


def test_there_are_sixteen_questions_with_words_and_a_way_to_close_each() -> None:
    assert len(QUESTIONS) == 16
    assert WORDS.keys() == ACTIONS.keys() == QUESTIONS.keys()
    assert sorted(set(QUESTIONS.values())) == ["adoption", "data", "governance", "integration"]


def test_a_tool_with_evidence_for_everything_is_ready() -> None:
    found = answers()
    assert {one.answer for one in found.values()} == {"yes"}
    assert all(one.gap is None and one.due is None for one in found.values())


def test_a_tool_of_which_nothing_is_known_has_a_gap_with_owner_action_and_date_for_each() -> None:
    bare = tool({})
    found = answers(bare, Measured(), Setting())
    assert all(one.answer != "yes" for one in found.values())
    for one in found.values():
        assert one.gap and one.action and one.owner == "ada@example.com" and one.due and one.due > TODAY


@pytest.mark.parametrize(
    ("question", "changes", "answer"),
    [
        ("data-distribution", {"decisions": 199}, "vague"),
        ("data-distribution", {"final_weeks": 3}, "vague"),
        ("data-pipeline", {"is_late": True}, "no"),
        ("data-pipeline", {"is_balanced": False}, "no"),
        ("data-pipeline", {"lines_read": 0}, "vague"),
        ("integration-load", {"volume_weeks_held": 2}, "vague"),
        ("integration-load", {"has_promised_volume": False}, "vague"),
        ("integration-fallback", {"outages": 0}, "vague"),
        ("governance-owner", {"is_owner_here": False}, "no"),
        ("governance-owner", {"is_owner_here": None}, "vague"),
        ("adoption-correct-use", {"can_prove": False}, "vague"),
        ("adoption-correct-use", {"judged_share": 0.4}, "vague"),
        ("adoption-outputs", {"trained_people": 39}, "vague"),
        ("adoption-outputs", {"calibrated_satisfied": 15}, "vague"),
        ("adoption-outputs", {"has_calibrated_rule": False, "calibrated_people": 0}, "yes"),
    ],
)
def test_what_was_measured_decides(question: str, changes: dict[str, Any], answer: str) -> None:
    assert answers(measured=replace(MEASURED, **changes))[question].answer == answer


@pytest.mark.parametrize(
    ("question", "without", "answer"),
    [
        ("data-upstream", "integration", "no"),
        ("integration-map", "integration", "no"),
        ("integration-apis", "integration", "vague"),
        ("integration-fallback", "fallback", "no"),
        ("governance-working", "error_budget", "vague"),
        ("governance-retraining", "retraining", "no"),
        ("adoption-workflow", "workflow_change", "vague"),
        ("adoption-outputs", "output_meaning", "vague"),
    ],
)
def test_what_is_stated_decides(question: str, without: str, answer: str) -> None:
    left = {name: value for name, value in PRODUCTION.items() if name != without}
    assert answers(tool(left))[question].answer == answer


def test_a_drill_counts_for_half_a_year() -> None:
    old = replace(SETTING, drills={"zero-day": TODAY - timedelta(days=181)})
    assert answers(setting=old)["governance-alerting"].answer == "vague"
    assert answers(setting=replace(SETTING, destinations=()))["governance-alerting"].answer == "no"
    unbroken = replace(MEASURED, lines_quarantined=0)
    assert answers(measured=unbroken)["data-malformed"].answer == "yes"
    assert answers(measured=unbroken, setting=old)["data-malformed"].answer == "vague"


def test_a_recorded_yes_stands_in_where_data_are_silent_and_closes_no_gap_that_they_show() -> None:
    said = {"answer": "yes", "document": "https://example.com/load", "on": "2026-10-01"}
    late = tool(integration_load=said, data_pipeline=said)
    found = answers(late, replace(MEASURED, has_promised_volume=False, is_late=True))
    assert found["integration-load"].answer == "yes"
    assert "https://example.com/load" in found["integration-load"].evidence
    assert found["data-pipeline"].answer == "no"


def test_a_recorded_yes_grows_old() -> None:
    old = tool(adoption_design={**DESIGN, "on": "2025-11-18"})
    assert (answers(old)["adoption-design"].answer, answers(old)["adoption-design"].gap) == (
        "vague",
        "the answer is more than a year old",
    )


def test_a_plan_keeps_its_date_while_the_gap_lasts_and_people_may_set_their_own() -> None:
    due = date(2026, 10, 1)
    assert answers(tool(), adoption_design=due)["adoption-design"].due == due
    own = {"answer": "no", "owner": "grace@example.com", "action": "ask them", "due": "2027-01-15"}
    found = answers(tool(adoption_design=own), adoption_design=due)["adoption-design"]
    assert (found.answer, found.owner, found.action, found.due) == (
        "no", "grace@example.com", "ask them", date(2027, 1, 15),
    )  # fmt: skip
