"""Corners of the rule language, each in a log that is judged by hand; production and reference are both held to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from orchestration.judging import Judgement, judge
from tests.judge import reference
from tests.judge.comparing import compiled, production_case
from tests.judge.language import Log, Rule, events
from tests.judge.written_logs import log_of

MINUTE = timedelta(minutes=1)
A, B = events("a"), events("b")
RESPONSE = Rule("rule", "followed_by", each=A, target=B, within=10 * MINUTE)
AGAIN = Rule("rule", "followed_by", each=A, target=A, within=10 * MINUTE)
PRECEDENCE = Rule("rule", "preceded_by", each=B, target=A, within=10 * MINUTE)
NEVER = Rule("rule", "not_followed_by", each=A, target=B, within=10 * MINUTE)
FOUR_EYES = Rule("rule", "followed_by", each=A, target=B, within=10 * MINUTE, who="other_user", same=("claim_id",))
ANYONE = Rule("rule", "followed_by", each=A, target=B, within=10 * MINUTE, who="anyone", same=("claim_id",))
ALTERNATE = Rule("rule", "followed_by", each=A, target=B, fence=A, within=10 * MINUTE)
SINCE = Rule("rule", "preceded_by", each=B, target=A, fence=B, within=10 * MINUTE)
AT_ONCE = Rule("rule", "followed_by", each=A, target=B, within=10 * MINUTE, immediately=True)
JUST_BEFORE = Rule("rule", "preceded_by", each=B, target=A, within=10 * MINUTE, immediately=True)
ONE_B = Rule("rule", "count", per="claim_id", of=B, each=A, least=1, most=1, settle=10 * MINUTE)
WEEKLY = Rule("rule", "cadence", of=A, need=1)


@dataclass(frozen=True, slots=True)
class Corner:
    """`expected`: `<obligation event or ->:<outcome>[:<evidence>]` for each obligation. Numbers are minutes."""

    name: str
    rule: Rule
    events: str
    expected: str
    watermark: int = 100_000
    data_from: int = -100_000
    period: tuple[int, int] = (0, 5_000)
    outages: tuple[tuple[int, int], ...] = field(default=())


CORNERS = (
    Corner("a deadline is met to the second", RESPONSE, "0a 10b", "1:kept:2"),
    Corner("a second too late is too late", RESPONSE, "0a 11b", "1:broken"),
    Corner("concurrent events of different names keep a response", RESPONSE, "0a 0b", "1:kept:2"),
    Corner("concurrent events of different names keep a precedence", PRECEDENCE, "5a 5b", "2:kept:1"),
    Corner("an event does not answer itself", AGAIN, "0a", "1:broken"),
    Corner("two at once of one name do not answer each other", AGAIN, "0a 0a 5a", "1:kept:3 2:kept:3 3:broken"),
    Corner("what must never follow may be concurrent", NEVER, "0a 0b", "1:kept"),
    Corner("what must never follow convicts with the earliest", NEVER, "0a 3b 2b", "1:broken:3"),
    Corner("what comes after the time convicts nobody", NEVER, "0a 11b", "1:kept"),
    Corner("nothing has followed yet", NEVER, "0a", "1:pending", watermark=9),
    Corner("the watermark on the deadline decides", RESPONSE, "0a", "1:broken", watermark=10),
    Corner("before the deadline nothing is decided", RESPONSE, "0a", "1:pending", watermark=9),
    Corner("what was found counts before the watermark gets there", RESPONSE, "0a 8b", "1:kept:2", watermark=5),
    Corner("of two at the same moment the smaller id is the evidence", RESPONSE, "0a 3b 3b", "1:kept:2"),
    Corner("the latest first is the evidence", PRECEDENCE, "0a 3a 3a 5b", "4:kept:3"),
    Corner("a dark look-back that finds nothing proves nothing", PRECEDENCE, "5b", "1:unknown", data_from=0),
    Corner("a look-back that begins with the data is not dark", PRECEDENCE, "10b", "1:broken", data_from=0),
    Corner("what the dark look-back finds counts", PRECEDENCE, "1a 5b", "2:kept:1", data_from=0),
    Corner("another user does not answer", RESPONSE, "0a@ann 1b@bob", "1:broken"),
    Corner("a self-review is no review", FOUR_EYES, "0a@ann/x 1b@ann/x", "1:broken"),
    Corner("of all candidates one other is enough", FOUR_EYES, "0a@ann/x 1b@ann/x 2b@bob/x 3b@ann/x", "1:kept:3"),
    Corner("somebody who is not named is nobody else", FOUR_EYES, "0a@ann/x 1b@-/x", "1:broken"),
    Corner("anyone may be somebody who is not named", ANYONE, "0a@ann/x 1b@-/x", "1:kept:2"),
    Corner("nobody is obliged when nobody is named", ANYONE, "0a@-/x 1b@ann/x", ""),
    Corner("users called NA and null are people", FOUR_EYES, "0a@NA/x 1b@null/x 2b@NA/x", "1:kept:2"),
    Corner("claims called NA and null are claims", FOUR_EYES, "0a@ann/NA 1b@bob/null 2b@bob/NA", "1:kept:3"),
    Corner("a null key obliges nobody", ANYONE, "0a 1b", ""),
    Corner("a null key answers nobody", ANYONE, "0a/x 1b", "1:broken"),
    Corner("another a before the b breaks the first", ALTERNATE, "0a 1a 2b", "1:broken 2:kept:3"),
    Corner("a concurrent before does not break", ALTERNATE, "0a 0a 2b", "1:kept:3 2:kept:3"),
    Corner("a before at the moment of the then does not break", ALTERNATE, "0a 2a 2b", "1:kept:3 2:kept:3"),
    Corner("a then too late for its before is decided", ALTERNATE, "0a 1a 2b", "1:broken 2:kept:3", watermark=3),
    Corner("a first serves once between two", SINCE, "0a 1b 2b", "2:kept:1 3:broken"),
    Corner("a first concurrent with the latest since serves", SINCE, "0a 1b 1a 2b", "2:kept:3 4:kept:3"),
    Corner("a concurrent since does not spend the first", SINCE, "0a 1b 1b", "2:kept:1 3:kept:1"),
    Corner("a first that was spent is found all the same", SINCE, "1a 2b 3b", "2:kept:1 3:broken", data_from=0),
    Corner("the very next event is the wrong one, and that is decided", AT_ONCE, "0a 1c 2b", "1:broken", watermark=3),
    Corner("there is no next event yet", AT_ONCE, "0a", "1:pending", watermark=3),
    Corner("of concurrent next events one is enough", AT_ONCE, "0a 1c 1b", "1:kept:3"),
    Corner("the next event is strictly later", AT_ONCE, "0a 0c 1b", "1:kept:3"),
    Corner("the next event of somebody else is not mine", AT_ONCE, "0a@ann 1c@bob 2b@ann", "1:kept:3"),
    Corner("the previous event is the wrong one", JUST_BEFORE, "0a 1c 2b", "3:broken"),
    Corner("one of the concurrent previous events is enough", JUST_BEFORE, "0d 1a 1c 2b", "4:kept:2"),
    Corner("nothing before, and the data begin here", JUST_BEFORE, "5b", "1:unknown", data_from=0),
    Corner("too many are broken at once", ONE_B, "0a/x 1b/x 2b/x", "1:broken:3", watermark=2),
    Corner("enough is pending until quiet", ONE_B, "0a/x 1b/x", "1:pending:2", watermark=10),
    Corner("quiet decides", ONE_B, "0a/x 1b/x", "1:kept:2", watermark=11),
    Corner("any event keeps a group from being quiet", ONE_B, "0a/x 1b/x 9d/x", "1:pending:3", watermark=11),
    Corner("a group without an each obliges nobody", ONE_B, "0b/x 1b/x", ""),
    Corner("the group of a null key obliges nobody", ONE_B, "0a 1b", ""),
    Corner("a group is one person's", ONE_B, "0a@ann/x 1b@bob/x", "1:broken:1"),
    Corner("an outage excuses what is broken meanwhile", RESPONSE, "0a", "1:excused", outages=((5, 6),)),
    Corner("an outage takes nothing from what was kept", RESPONSE, "0a 7b", "1:kept:2", outages=((5, 6),)),
    Corner("an outage elsewhere excuses nothing", RESPONSE, "0a", "1:broken", outages=((11, 12), (-5, -4))),
    Corner("an activation on the end of the period is of the next", RESPONSE, "0a 1b 4a 5b", "1:kept:2", period=(0, 4)),
    Corner("a target outside of the period counts", RESPONSE, "3a 5b", "1:kept:2", period=(0, 4)),
    Corner("a week that has begun before the period is of the last", WEEKLY, "60a", "", period=(60, 600)),
    Corner("a week that begins in the period is judged whole", WEEKLY, "60a", "-:kept", period=(0, 600)),
    Corner("a week is open until its end has passed", WEEKLY, "60b", "-:pending", watermark=10_079),
    Corner("a week is closed at its end", WEEKLY, "60b", "-:broken", watermark=10_080),
    Corner("a week of outage asks for nothing", WEEKLY, "0b", "", outages=((0, 6_000),)),
    Corner("a broken week with a day of outage is excused", WEEKLY, "0b", "-:excused", outages=((60, 120),)),
    Corner("a week from before the data proves nothing", WEEKLY, "60b", "-:unknown", data_from=1),
    Corner("a week that the data begin with counts", WEEKLY, "60b", "-:broken", data_from=0),
    Corner("a week that begins on the last day counts", WEEKLY, "60a", "-:kept -:broken", period=(0, 10_081)),
)  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> Judgement:
    """Every corner in one run."""
    return judge([production_case(_case_id(one), _log(one), [compiled(one.rule)]) for one in CORNERS])


@pytest.mark.slow
@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_a_corner_is_judged_as_by_hand(corner: Corner, judged: Judgement) -> None:
    rows = [row for row in judged.obligations if row.case_id == _case_id(corner)]
    assert sorted(_said(row.event_id, row.outcome, row.evidence_event_id) for row in rows) == _expected(corner)


@pytest.mark.parametrize("corner", CORNERS, ids=lambda corner: corner.name)
def test_the_reference_judges_a_corner_as_by_hand(corner: Corner) -> None:
    found = reference.obligations(corner.rule, _log(corner))
    assert sorted(_said(one.event_id, one.outcome, one.evidence) for one in found) == _expected(corner)


def _case_id(corner: Corner) -> str:
    return f"corner-{CORNERS.index(corner)}"


def _expected(corner: Corner) -> list[str]:
    return sorted(corner.expected.split())


def _said(event_id: str | None, outcome: str, evidence: str | None) -> str:
    return ":".join([event_id or "-", outcome, *([evidence] if evidence else [])])


def _log(corner: Corner) -> Log:
    bounds: dict[str, Any] = {"watermark": corner.watermark, "data_from": corner.data_from, "period": corner.period}
    return log_of(corner.events, outages=corner.outages, **bounds)
