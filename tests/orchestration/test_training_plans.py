"""Who stands on a list, who is held out, and why others are not on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from orchestration.effects.bounds import FEWEST_PEOPLE
from orchestration.training_plans import HOLD_OUT, TRAIN, Entry, Plan, choose, draw, fingerprint

TODAY = date(2026, 2, 2)
NEED: Mapping[str, Any] = {
    "person_key": "k1", "tool_id": "t", "rule_id": "r1", "version": 1, "module": "CT-301 Four eyes",
    "module_code": "CT-301", "severity": "major", "judged": 20, "broken": 10, "week_start": date(2026, 1, 26),
    "last_trained_on": None, "window_weeks": 4,
}  # fmt: skip
ENTRY = choose([NEED], [], TODAY).entries[0]


def entries(count: int, **values: Any) -> list[Entry]:
    return [replace(ENTRY, person_key=f"k{n:03}", **values) for n in range(count)]


def plan(due: date, *listed: Entry) -> Plan:
    return Plan("p", "publication", 0.2, 1, due, datetime(2026, 1, 1, 9), listed)


def left_out(earlier: Plan, today: date = TODAY, **values: Any) -> Mapping[str, int]:
    return choose([{**NEED, **values}], [earlier], today).left_out


def test_a_need_becomes_an_entry() -> None:
    assert (ENTRY.person_key, ENTRY.module_code, ENTRY.arm, ENTRY.is_drawn) == ("k1", "CT-301", TRAIN, False)


def test_without_a_module_there_is_nothing_to_plan() -> None:
    found = choose([{**NEED, "module": None, "module_code": None}], [], TODAY)
    assert (found.entries, dict(found.left_out)) == ((), {"no_module": 1})


def test_who_stands_on_a_plan_is_not_listed_again_before_it_is_due() -> None:
    assert left_out(plan(TODAY, ENTRY)) == {"on_a_plan": 1}
    assert left_out(plan(TODAY - timedelta(days=1), ENTRY)) == {}
    assert left_out(plan(TODAY, ENTRY), module_code="CT-302") == {}
    assert left_out(plan(TODAY, ENTRY), person_key="k2") == {}


def test_who_was_held_out_stays_so_until_the_effect_was_to_be_seen() -> None:
    """Six weeks after the day on which the others were due."""
    held = replace(ENTRY, arm=HOLD_OUT)
    assert left_out(plan(TODAY - timedelta(weeks=6), held)) == {"held_out": 1}
    assert left_out(plan(TODAY - timedelta(weeks=6, days=1), held)) == {}


@pytest.mark.parametrize(("trained_on", "reasons"), [("2026-01-05", {"just_trained": 1}), ("2026-01-04", {})])
def test_who_was_trained_within_the_judged_weeks_waits_for_them_to_pass(
    trained_on: str, reasons: Mapping[str, int]
) -> None:
    """Four weeks that end with that of 26 January begin on 5 January."""
    found = choose([{**NEED, "last_trained_on": date.fromisoformat(trained_on)}], [], TODAY)
    assert dict(found.left_out) == reasons


def test_a_lot_holds_out_that_share_of_each_module_and_can_be_drawn_again() -> None:
    listed = [*entries(100), *entries(60, module_code="CT-302")]
    drawn = draw(listed, 0.2, seed=5)
    held = {(one.module_code, one.person_key) for one in drawn if one.arm == HOLD_OUT}
    assert sum(module == "CT-301" for module, _ in held) == 20
    assert sum(module == "CT-302" for module, _ in held) == 12
    assert draw(listed[::-1], 0.2, seed=5)[::-1] == drawn
    assert draw(listed, 0.2, seed=6) != drawn
    assert all(one.is_drawn for one in drawn)


def test_nobody_learns_a_module_for_one_rule_and_not_for_another() -> None:
    drawn = draw([*entries(40), *entries(40, rule_id="r2")], 0.5, seed=1)
    arms = {one.person_key: one.arm for one in drawn[:40]}
    assert {one.person_key: one.arm for one in drawn[40:]} == arms
    assert set(arms.values()) == {TRAIN, HOLD_OUT}


def test_who_breaks_a_rule_that_permits_no_breach_is_never_held_out() -> None:
    """Nor for another rule with the same module."""
    grave = entries(30, severity="blocker", rule_id="r2")
    drawn = draw([*entries(60), *grave], 0.5, seed=1)
    of_grave = [one for one in drawn if one.person_key <= "k029"]
    assert {(one.arm, one.is_drawn) for one in of_grave} == {(TRAIN, False)}
    assert sum(one.arm == HOLD_OUT for one in drawn) == 15


def test_where_no_effect_could_be_seen_nobody_is_held_out() -> None:
    assert FEWEST_PEOPLE == 10
    few = draw(entries(19), 0.5, seed=1)
    assert {(one.arm, one.is_drawn) for one in few} == {(TRAIN, False)}
    assert sum(one.arm == HOLD_OUT for one in draw(entries(20), 0.5, seed=1)) == 10
    assert {one.arm for one in draw(entries(49), 0.1, seed=1)} == {TRAIN}


def test_any_change_of_a_plan_is_noticed() -> None:
    made = plan(TODAY, *entries(3))
    kept = fingerprint(made)
    assert fingerprint(plan(TODAY, *entries(3)[::-1])) == kept
    changes = [
        replace(made, due_date=TODAY + timedelta(days=1)),
        replace(made, seed=2),
        replace(made, entries=made.entries[:2]),
        replace(made, entries=(replace(made.entries[0], arm=HOLD_OUT), *made.entries[1:])),
    ]
    assert kept not in {fingerprint(one) for one in changes}
