"""Verdicts over every number of broken obligations of every number up to thirty, against the interval in Python.

For reliance on the confidence shown: over every pair of such numbers up to six, and some larger ones.
"""

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


def _decisions() -> Iterator[CaseEvent]:
    """For every two shares a person of their own who accepted k of n sure and j of m unsure recommendations."""
    small = [(k, n) for n in range(7) for k in range(n + 1)]
    large = [(k, n) for n in (12, 25) for k in (0, n // 3, n - 1, n)]
    pairs = [*((sure, unsure) for sure in small for unsure in small), *((a, b) for a in large for b in large)]
    number = 0
    for (k, n), (j, m) in pairs:
        for accepted, total, confidence in ((k, n, 0.8), (j, m, 0.35)):
            for position in range(total):
                number += 1
                fields = {"flag": position < accepted, "confidence": confidence}
                moment = MONDAY + timedelta(seconds=position)
                yield CaseEvent(str(number), "a", moment, f"{k} of {n}, {j} of {m}", fields=fields)


@pytest.mark.slow
def test_the_verdict_of_every_reliance_is_that_of_the_interval() -> None:
    log = Log(tuple(_decisions()), MONDAY, MONDAY + timedelta(days=7), MONDAY + FAR, MONDAY - FAR)
    rules = [
        Rule(
            f"gap-{gap}-{severity}",
            "calibrated",
            each=events("a"),
            accepted=Column("flag"),
            low=50,
            high=80,
            gap=gap,
            severity=severity,
            incorrect=incorrect,
            correct=correct,
        )
        for gap in (0, 10, 20, 50, 100)
        for severity, incorrect, correct in (("major", 5, 10), ("blocker", 1, 2))
    ]
    found = differences([RandomCase(0, log, tuple(rules))])
    assert not found, "\n".join(f"{who}: {row}" for one in found for who, row in one.rows[:40])
