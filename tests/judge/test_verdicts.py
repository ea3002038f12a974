"""Verdicts over every number of broken obligations of every number up to thirty, against the interval in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from orchestration.judging import CaseEvent
from tests.judge.comparing import differences, shown
from tests.judge.conditions import Column
from tests.judge.language import Alternative, Log, Rule, Selector, events
from tests.judge.random_cases import RandomCase
from tests.judge.random_rules import MONDAY

GOOD = Selector((Alternative(("a",), Column("flag")),))
FAR = timedelta(days=400)


def _events() -> Iterator[CaseEvent]:
    """For every k of n a person of their own with n events, k of them bad."""
    number = 0
    for n in range(1, 31):
        for bad in range(n + 1):
            for position in range(n):
                number += 1
                flag = {"flag": position >= bad}
                yield CaseEvent(str(number), "a", MONDAY + timedelta(seconds=position), f"{bad} of {n}", fields=flag)


def _rules() -> Iterator[Rule]:
    for tolerate in (0, 1, 5, 10, 20, 25, 33, 50, 100):
        for severity, incorrect, correct in (("major", 5, 10), ("minor", 1, 1), ("blocker", 20, 4)):
            yield Rule(
                f"tolerate-{tolerate}-{severity}",
                "check",
                each=events("a"),
                must=Column("flag"),
                tolerate=tolerate,
                severity=severity,
                incorrect=incorrect,
                correct=correct,
            )
    for least, most in ((40, 95), (None, 60), (50, None), (0, 100), (25, 25), (100, None), (None, 0), (10, 90)):
        for severity in ("major", "blocker"):
            rule_id = f"band-{least}-{most}-{severity}".lower()
            yield Rule(rule_id, "share", of=GOOD, among=events("a"), least=least, most=most, severity=severity)


@pytest.mark.slow
def test_the_verdict_of_every_share_up_to_thirty_is_that_of_the_interval() -> None:
    log = Log(tuple(_events()), MONDAY, MONDAY + timedelta(days=7), MONDAY + FAR, MONDAY - FAR)
    found = differences([RandomCase(0, log, tuple(_rules()))])
    assert not found, "\n".join(f"{who}: {row}" for one in found for who, row in one.rows[:40]) + shown(found[0])[:3000]
