"""Corners of what lies beyond single events: items, training, counts, confidence, roles, versions, working patterns.

Each is judged by hand, and production and reference are both held to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from orchestration.judging import CaseDay, CaseItem, CaseSpan, CaseTraining, Judgement, judge
from tests.judge import reference
from tests.judge.comparing import TRAINING_IS_KNOWN, compiled, production_case
from tests.judge.conditions import Binary, Column, Literal
from tests.judge.language import Log, Rule, events
from tests.judge.written_logs import log_of, moment

A, B = events("a"), events("b")
MONDAY = date(2024, 1, 1)
TUESDAY = date(2024, 1, 2)
YES = Binary(Column("decision"), "=", Literal("yes"))
COVERED = Rule("rule", "coverage", items=("claim",), by=A)
ANY_ITEM = replace(COVERED, items=("any",))
TRAINED = Rule("rule", "trained", each=A, module="CT-1", valid_for=timedelta(minutes=10))
RELIANCE = Rule("rule", "calibrated", each=A, accepted=YES, low=50, high=80, gap=20)
ONE_EACH = replace(RELIANCE, incorrect=1, correct=2)
ACCEPTED = Rule("rule", "share", of_measure="accepted", among_measure="offered", most=60)
CHECKED = Rule("rule", "check", each=A, must=YES)
CLERKS = replace(CHECKED, roles=("clerk",))
INTAKE = Rule("rule", "followed_by", each=A, target=B, within=timedelta(minutes=10), use_cases=("intake",))
INTAKE_WITH = Rule("rule", "count", per="claim_id", each=A, of=B, most=0, use_cases=("intake",))
INTAKE_ALL = replace(INTAKE_WITH, each=None)
THREE_DAYS = Rule("rule", "cadence", of=A, need=3)
TEN = Rule("rule", "cadence", of_measure="reviews", need=10, unit="events")
UNTIL_MONDAY = replace(CHECKED, effective_to=MONDAY, severity="blocker")
FROM_TUESDAY = replace(CHECKED, version=2, effective_from=TUESDAY, tolerate=50, must=Column("flag"))
DAY = 1_440


@dataclass(frozen=True, slots=True)
class Corner:
    """`expected`: `<event or ->:<outcome>[:<evidence>][*<how many>]` for obligations, `=<verdict>` for verdicts."""

    name: str
    rules: tuple[Rule, ...]
    log: Log
    expected: str


def _item(opened: int | None, closed: int | None, user: str = "ann", kind: str = "claim") -> CaseItem:
    opened_at, closed_at = (None if minute is None else moment(minute) for minute in (opened, closed))
    return CaseItem(user, "x", kind, opened_at, closed_at)


def _items(name: str, written: str, item: CaseItem, expected: str, **bounds: Any) -> Corner:
    return Corner(name, (COVERED,), log_of(written, items=(item,), **bounds), expected)


def _done(minute: int, user: str = "ann", module: str = "CT-1") -> CaseTraining:
    return CaseTraining(user, module, moment(minute))


def _trained(name: str, written: str, done: CaseTraining, expected: str) -> Corner:
    return Corner(name, (TRAINED,), log_of(written, trainings=(done,)), expected)


def _counts(name: str, rule: Rule, counts: dict[str, float | None], expected: str, **bounds: Any) -> Corner:
    return Corner(name, (rule,), log_of("", days=(CaseDay("ann", MONDAY, counts),), **bounds), expected)


def _span(first: date, last: date, role: str | None = None, working_days: int | None = None) -> CaseSpan:
    return CaseSpan("ann", first, last, role, working_days)


def _pattern(name: str, written: str, working_days: int, expected: str) -> Corner:
    spans = (_span(date.min, date.max, None, working_days),)
    return Corner(name, (THREE_DAYS,), log_of(written, spans=spans), expected)


PROMOTED = (_span(date.min, MONDAY, "clerk"), _span(TUESDAY, date.max, "head"))
ALL_ACCEPTED = " ".join(f"{number}a?confidence={number % 2},decision=yes" for number in range(10))
HALF_KEPT = " ".join(f"{number}:{'kept' if number % 2 == 0 else 'broken'}:{number}" for number in range(1, 11))
CORNERS = (
    _items("a tool event on the item before its closing covers it", "5a?item_id=x", _item(0, 9), "-:kept:1 =unproven"),
    _items("an event at the moment of closing covers", "9a?item_id=x", _item(0, 9), "-:kept:1 =unproven"),
    _items("an event after the closing is too late", "10a?item_id=x", _item(0, 9), "-:broken =unproven"),
    _items("an event before the opening covers", "1a?item_id=x", _item(2, 9), "-:kept:1 =unproven"),
    _items("the earliest of several is the evidence", "5a?item_id=x 3a?item_id=x", _item(0, 9), "-:kept:2 =unproven"),
    _items("somebody else's event covers nothing", "5a@bob?item_id=x", _item(0, 9), "-:broken =unproven"),
    _items("an event on another item covers nothing", "5a?item_id=y", _item(0, 9), "-:broken =unproven"),
    _items("another event covers nothing", "5b?item_id=x", _item(0, 9), "-:broken =unproven"),
    _items("an open item obliges nobody", "5a?item_id=x", _item(0, None), ""),
    _items("an item of another kind obliges nobody", "5b?item_id=x", _item(0, 9, kind="note"), ""),
    _items("an item closed on the end of the period is of the next", "", _item(0, 9), "", period=(0, 9)),
    _items("an item closed on its beginning is of this", "", _item(0, 9), "-:broken =unproven", period=(9, 99)),
    _items("what was opened before the data proves nothing", "", _item(0, 9), "-:unknown =not_triggered", data_from=1),
    _items("what was opened when the data begin counts", "", _item(0, 9), "-:broken =unproven", data_from=0),
    _items("what the data show counts", "5a?item_id=x", _item(0, 9), "-:kept:1 =unproven", data_from=1),
    _items("an opening is not after the closing", "", _item(None, 9), "-:unknown =not_triggered", data_from=10),
    _items("an item closed on the watermark is decided", "", _item(0, 9), "-:broken =unproven", watermark=9),
    Corner("an item closed after the watermark is open", (COVERED,), log_of("", items=(_item(0, 9),), watermark=8),
           "-:pending =pending"),
    _items("covered is covered whatever the watermark", "5a?item_id=x", _item(0, 9), "-:kept:1 =unproven", watermark=8),
    _items("an outage at the closing excuses", "", _item(0, 9), "-:excused =not_triggered", outages=((8, 10),)),
    Corner("any kind of item will do", (ANY_ITEM,), log_of("", items=(_item(0, 9, kind="y"),)), "-:broken =unproven"),
    _trained("a completion at the moment of use counts", "9a", _done(9), "1:kept =unproven"),
    _trained("a completion as old as may be counts", "10a", _done(0), "1:kept =unproven"),
    _trained("an older one does not", "11a", _done(0), "1:broken =unproven"),
    _trained("a later one does not", "8a", _done(9), "1:broken =unproven"),
    _trained("another module does not", "9a", _done(9, module="CT-2"), "1:broken =unproven"),
    _trained("somebody else's does not", "9a", _done(9, user="bob"), "1:broken =unproven"),
    Corner("high and accepted is right, low and accepted is not", (RELIANCE,),
           log_of("0a?confidence=0.8,decision=yes 1a?confidence=0.4,decision=yes"), "1:kept:1 2:broken:2 =unproven"),
    Corner("low and not accepted is right, high and not accepted is not", (RELIANCE,),
           log_of("0a?confidence=0.8,decision=no 1a?confidence=0.4"), "1:broken:1 2:kept:2 =unproven"),
    Corner("a confidence between the two, or none, says nothing", (RELIANCE,),
           log_of("0a?confidence=0.5,decision=yes 1a?confidence=0.7,decision=no 2a?decision=yes"), ""),
    Corner("who accepts everything does not look at the confidence", (replace(RELIANCE, gap=50),),
           log_of(ALL_ACCEPTED), f"{HALF_KEPT} =violated"),
    Corner("without both sides there is no gap", (replace(ONE_EACH, gap=0),),
           log_of("0a?confidence=0.9,decision=yes 1a?confidence=0.9,decision=yes"), "1:kept:1 2:kept:2 =unproven"),
    Corner("a gap as wide as asked for satisfies", (replace(ONE_EACH, gap=100),),
           log_of("0a?confidence=0.9,decision=yes 1a?confidence=0.1"), "1:kept:1 2:kept:2 =satisfied"),
    Corner("a blocker is judged by its gap too", (replace(ONE_EACH, severity="blocker"),),
           log_of("0a?confidence=0.9 1a?confidence=0.1"), "1:broken:1 2:kept:2 =unproven"),
    _counts("a day stands for as many as it counts", ACCEPTED, {"offered": 5, "accepted": 3},
            "-:kept*3 -:broken*2 =unproven"),
    _counts("no more is broken than was offered", ACCEPTED, {"offered": 1, "accepted": 3}, "-:kept =unproven"),
    _counts("an unknown count is no count", ACCEPTED, {"offered": 5, "accepted": None}, ""),
    _counts("an outage at the end of a day excuses its counts", ACCEPTED, {"offered": 2, "accepted": 1},
            "-:kept -:excused =unproven", outages=((DAY - 1, DAY),)),
    _counts("an outage from midnight on does not", ACCEPTED, {"offered": 2, "accepted": 1},
            "-:kept -:broken =unproven", outages=((DAY, DAY + 9),)),
    _counts("a week counts the sum of its days", TEN, {"reviews": 10}, "-:kept =unproven"),
    _counts("a week that counts too few is broken", TEN, {"reviews": 9}, "-:broken =unproven"),
    Corner("the role on the day is what counts", (CLERKS,),
           log_of(f"5a?decision=no {DAY + 5}a?decision=no", spans=PROMOTED), "1:broken:1 =unproven"),
    Corner("nobody's role is nobody's", (CLERKS,), log_of("5a"), ""),
    Corner("only what obliges must be of the use case", (INTAKE,),
           log_of("0a?use_case=intake 1b 2a 3a?use_case=other 4b"), "1:kept:2 =unproven"),
    Corner("a group is of the use case of its each", (INTAKE_WITH,),
           log_of("0a/x?use_case=intake 1b/x 2a/y?use_case=other 3b/y?use_case=intake"), "1:broken:2 =unproven"),
    Corner("a group without the use case obliges nobody", (INTAKE_ALL,),
           log_of("0a/x 1b/x 2a/y?use_case=intake 3c/y"), "3:kept:4 =unproven"),
    Corner("the version of the day judges, the newest decides", (UNTIL_MONDAY, FROM_TUESDAY),
           log_of(f"5a?decision=no {DAY + 5}a?decision=yes {DAY + 6}a?decision=yes"),
           "1:broken:1 2:unknown:2 3:unknown:3 =unproven"),
    Corner("the old version decides where the new one asks nothing", (UNTIL_MONDAY, FROM_TUESDAY),
           log_of("5a?decision=no"), "1:broken:1 =violated"),
    _pattern("a week of two days asks for less", f"0a {DAY}a", 0b0000011, "-:kept =unproven"),
    _pattern("and not for nothing", "0a", 0b0000011, "-:broken =unproven"),
    _pattern("a week of one day asks for nothing", "0a", 0b0000001, ""),
    _pattern("a week of seven days asks for more", f"0a {DAY}a {2 * DAY}a {6 * DAY}a", 0b1111111, "-:broken =unproven"),
    _pattern("days off count as done", f"0a {5 * DAY}a {6 * DAY}a", 0b0011111, "-:kept =unproven"),
)  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> Judgement:
    """Every corner in one run."""
    cases = [production_case(_case_id(one), one.log, map(compiled, one.rules)) for one in CORNERS]
    return judge([*cases, TRAINING_IS_KNOWN])


@pytest.mark.slow
@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_a_corner_of_records_is_judged_as_by_hand(corner: Corner, judged: Judgement) -> None:
    said: Counter[str] = Counter()
    for row in judged.obligations:
        if row.case_id == _case_id(corner):
            said[_said(row.event_id, row.outcome, row.evidence_event_id)] += row.weight
    said.update(f"={row.verdict}" for row in judged.verdicts if row.case_id == _case_id(corner))
    assert said == _tally(corner.expected)


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_the_reference_judges_a_corner_of_records_as_by_hand(corner: Corner) -> None:
    found = {rule: reference.obligations(rule, corner.log) for rule in corner.rules}
    said: Counter[str] = Counter()
    for one in [one for obligations in found.values() for one in obligations]:
        said[_said(one.event_id, one.outcome, one.evidence)] += one.weight
    said.update(f"={verdict.verdict}" for _, verdict in reference.verdicts_of_versions(found))
    assert said == _tally(corner.expected)


@pytest.mark.slow
def test_without_any_training_record_nothing_is_known_of_training() -> None:
    log = log_of("9a")
    judgement = judge([production_case("case", log, [compiled(TRAINED)])])
    assert [(row.event_id, row.outcome) for row in judgement.obligations] == [("1", "unknown")]
    assert [one.outcome for one in reference.obligations(TRAINED, replace(log, knows_training=False))] == ["unknown"]


def _case_id(corner: Corner) -> str:
    return f"corner-{CORNERS.index(corner)}"


def _said(event_id: str | None, outcome: str, evidence: str | None) -> str:
    return ":".join([event_id or "-", outcome, *([evidence] if evidence else [])])


def _tally(expected: str) -> Counter[str]:
    said: Counter[str] = Counter()
    for written in expected.split():
        what, _, number = written.partition("*")
        said[what] += int(number or 1)
    return said
