"""Logs for judging by hand, written `<minute><event>[@user][/claim][?key=value,...]` and numbered in that order from 1.

Nobody is `-`; without a user it is ann. Minutes count from a Monday, 00:00.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from orchestration.judging import CaseEvent
from tests.judge.language import Log
from tests.judge.random_rules import MONDAY

EVENT = re.compile(r"(\d+)([a-d])(?:@([\w-]+))?(?:/(\w+))?(?:\?(\S+))?")


def moment(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def log_of(
    events: str,
    *,
    watermark: int = 100_000,
    data_from: int = -100_000,
    period: tuple[int, int] = (0, 5_000),
    outages: tuple[tuple[int, int], ...] = (),
    **beside: Any,
) -> Log:
    """`beside`: days, trainings, items, spans and absences of the log, as they are."""
    found = tuple(_event(number, written) for number, written in enumerate(events.split(), start=1))
    spans = tuple((moment(first), moment(last)) for first, last in outages)
    bounds = (moment(period[0]), moment(period[1]), moment(watermark), moment(data_from))
    return Log(found, *bounds, outages=spans, **beside)


def _event(number: int, written: str) -> CaseEvent:
    match = EVENT.fullmatch(written)
    assert match, written
    minute, name, user, claim, more = match.groups()
    fields: dict[str, Any] = {"claim_id": claim}
    for pair in more.split(",") if more else ():
        key, value = pair.split("=")
        fields[key] = float(value) if key in ("confidence", "amount") else value
    return CaseEvent(str(number), name, moment(int(minute)), None if user == "-" else user or "ann", fields=fields)
