"""The way back, held against the verdict that the production models give once the cases are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.judging import Case, CaseEvent, judge
from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.compile import RuleRow, compile_rule_book
from orchestration.way_back import Standing, WayBack, way_back

MONDAY = datetime(2024, 1, 1)
RULES = """\
tool: tried
catalogue: {events: [done], attributes: {good: boolean}}
rules:
- {id: lenient, kind: check, each: done, must: good = true, tolerate: 10%}
- {id: rare, kind: check, each: done, must: good = true, tolerate: 25%, evidence: {incorrect: 3, correct: 3}}
- {id: banded, kind: share, of: done where good = true, among: done, min: 30%, max: 90%}
"""
STOOD = [("lenient", 26, 8), ("lenient", 9, 0), ("lenient", 3, 3), ("rare", 4, 4), ("rare", 4, 2),
         ("banded", 20, 19), ("banded", 30, 0), ("banded", 4, 2)]  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> dict[str, RuleRow]:
    file = YamlFile.parse(Path("tried.yml"), RULES)
    return {row.rule_id: row for row in compile_rule_book([(file, validate(file, RuleFile))])}


def standing(row: RuleRow, judged: int, broken: int) -> Standing:
    return Standing(
        kind=row.kind,
        severity=row.severity,
        tolerate=row.tolerate,
        evidence_incorrect=row.evidence_incorrect,
        evidence_correct=row.evidence_correct,
        judged=judged,
        broken=broken,
        share_min=row.spec.get("min"),
        share_max=row.spec.get("max"),
    )


def extended(judged: int, broken: int, way: WayBack, steps: int) -> tuple[int, int]:
    """The counts after so many clean cases."""
    if way.clean_cases.startswith("cases, "):
        return judged + steps, broken + round(steps * broken / judged)
    return judged + steps, broken + (steps if way.clean_cases == "cases that are not taken" else 0)


@pytest.mark.slow
def test_the_verdict_turns_with_the_very_case_that_was_named(rules: dict[str, RuleRow]) -> None:
    expected: dict[tuple[str, int, int], set[str]] = {}
    for rule_id, judged, broken in STOOD:
        way = way_back(standing(rules[rule_id], judged, broken))
        out, satisfied = way.until_not_violated, way.until_satisfied
        assert out is not None
        assert satisfied is not None
        put = expected.setdefault
        put((rule_id, *extended(judged, broken, way, out)), {"unproven", "satisfied"})
        put((rule_id, *extended(judged, broken, way, satisfied)), {"satisfied"})
        if out:
            put((rule_id, *extended(judged, broken, way, out - 1)), {"violated"})
        if satisfied:
            put((rule_id, *extended(judged, broken, way, satisfied - 1)), {"violated", "unproven"})
    verdicts = judged_by_the_models(rules, list(expected))
    assert {counts: verdicts[counts] for counts in expected if verdicts[counts] not in expected[counts]} == {}


def judged_by_the_models(
    rules: dict[str, RuleRow], wanted: list[tuple[str, int, int]]
) -> dict[tuple[str, int, int], str]:
    """The verdict on one person per (rule, judged, broken), all of them in one case per rule."""
    cases = [
        Case(
            case_id=rule_id,
            events=[one for counts in dict.fromkeys(wanted) if counts[0] == rule_id for one in done(*counts)],
            rules=[row.as_row()],
            starts_at=MONDAY,
            ends_at=MONDAY + timedelta(days=7),
            watermark_at=MONDAY + timedelta(days=30),
            data_from_at=MONDAY,
        )
        for rule_id, row in rules.items()
    ]
    rows = judge(cases).verdicts
    return {(row.rule_id, int(row.user_id.split()[0]), int(row.user_id.split()[1])): row.verdict for row in rows}


def done(rule_id: str, judged: int, broken: int) -> Iterator[CaseEvent]:
    """The events of one person, the bad ones first."""
    for n in range(judged):
        event_id, at = f"{rule_id} {judged} {broken} {n}", MONDAY + timedelta(minutes=n)
        yield CaseEvent(event_id, "done", at, f"{judged} {broken}", fields={"good": n >= broken})


def of_check(**terms: object) -> Standing:
    given = {"kind": "check", "severity": "major", "tolerate": 0.1, "evidence_incorrect": 5, "evidence_correct": 10}
    return Standing(**{**given, "judged": 0, "broken": 0, **terms})  # type: ignore[arg-type]


def test_a_breach_that_nothing_permits_only_leaves_with_the_window() -> None:
    for severity, tolerate in (("blocker", 0.0), ("blocker", 0.1), ("major", 0.0)):
        way = way_back(of_check(severity=severity, tolerate=tolerate, judged=8, broken=1))
        assert (way.until_not_violated, way.until_satisfied) == (None, None)
        assert "leaves the window" in (way.why_not or "")


def test_whoever_did_nothing_wrong_only_needs_evidence() -> None:
    way = way_back(of_check(judged=7))
    assert (way.until_not_violated, way.until_satisfied, way.why_not) == (0, 3, None)


def test_calibration_is_no_matter_of_single_cases() -> None:
    way = way_back(of_check(kind="calibrated", tolerate=0.0, judged=40, broken=20))
    assert way.until_not_violated is None
    assert "confidence" in (way.why_not or "")


def test_the_clean_case_of_a_share_depends_on_the_side_it_lies_on() -> None:
    band = {"kind": "share", "tolerate": 0.0, "share_min": 0.3, "share_max": 0.9}
    assert way_back(of_check(**band, judged=40, broken=0)).clean_cases == "cases that are not taken"
    assert way_back(of_check(**band, judged=40, broken=39)).clean_cases == "cases that are taken"
    assert way_back(of_check(kind="cadence", judged=4, broken=4)).clean_cases == "weeks that reach the number"
