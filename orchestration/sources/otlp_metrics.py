"""Data points of metrics as counts of one person and day.

A delta point counts what happened since the point before it: it is a part of its day, told from every other by its
series, start and time, so that points may come over any number of requests and files, and a repeat changes nothing.

A cumulative point counts from the start of its process on, so of one series and start the newest point says all and
replaces the others. It belongs to the day on which the process started: the share of later days would follow only from
points that may not have come yet.

What does not add up (gauges, sums that can fall) is kept as a snapshot, which no figure is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from orchestration.sources import otlp_words as words
from orchestration.sources.fields import FieldError, count, flag, needed_text, no_later_than, text, whole
from orchestration.sources.otlp_values import attributes_of, figure, instant, whole_number
from orchestration.sources.otlp_wire import Entry
from orchestration.sources.periods import Period
from orchestration.sources.records import AggregateRecord, Identity

_DELTA = (1, "1", "AGGREGATION_TEMPORALITY_DELTA")
_CUMULATIVE = (2, "2", "AGGREGATION_TEMPORALITY_CUMULATIVE")
_NO_VALUE = 1
"""The flag of a point that only says that its series has ended."""
_PART = 32

_TOKENS = {"input": "input_tokens", "output": "output_tokens"}
_OTHER_TOKENS = {
    "cacheRead": "cache_read_tokens",
    "cacheCreation": "cache_creation_tokens",
    "cache": "cache_read_tokens",
    "thought": "thought_tokens",
    "tool": "tool_tokens",
}
_LINES = {"added": "lines_added", "removed": "lines_removed"}
_TIMES = {"user": "active_user_seconds", "cli": "active_cli_seconds"}


@dataclass(frozen=True, slots=True)
class _Point:
    """One data point as far as it is understood."""

    name: str
    attributes: Mapping[str, Any]
    value: int | float | None
    observations: int | None
    """Of a histogram or summary."""
    kind: str
    """delta, cumulative or snapshot."""
    start: datetime | None
    at: datetime


def counts_of(entry: Entry, line_no: int, lines: int, latest: datetime) -> Iterator[AggregateRecord]:
    """The count of one data point; nothing when the point holds no value. FieldError when it cannot be read."""
    point = _point(entry)
    no_later_than(point.at, latest, "timeUnixNano")
    if point.value is None and point.observations is None:
        return
    vendor = words.vendor_of(point.name, point.attributes, entry.around.scope_name)
    users = words.users_of(point.attributes, vendor)
    measures, more = _measured(point)
    dimensions = words.kept(point.attributes, frozenset({"session.id"}))
    part = _part(entry, point, dimensions)
    period = Period.of_day(_dated(point).date())
    yield AggregateRecord(
        line_no=line_no,
        lines=lines,
        key=("otlp", "metric", part, *_identity(users, point)),
        users=users,
        actor_type="human" if users else "unknown",
        part=part,
        scope="",
        scope_rank=0,
        grain="snapshot" if point.kind == "snapshot" else period.grain,
        period_start=period.start,
        period_end=period.end,
        is_active=None,
        measures=measures,
        currency="USD" if "cost" in measures else None,
        attributes={"metric": point.name, **dimensions, **more},
        coverage="unknown" if point.kind == "snapshot" else "active_only",
        as_of=point.at,
        is_final=point.kind == "delta",
    )


def _point(entry: Entry) -> _Point:
    metric, point = entry.record, entry.point
    if not isinstance(metric, dict) or not entry.shape:
        raise FieldError("unknown_shape", "the metric has no data points of a known kind")
    if not isinstance(point, dict):
        raise FieldError("wrong_type", "a data point must be an object")
    at = instant(point.get("timeUnixNano"), "timeUnixNano")
    if at is None:
        raise FieldError("missing_field", "timeUnixNano is missing or empty")
    value, observations = _value(entry.shape, point)
    start = instant(point.get("startTimeUnixNano"), "startTimeUnixNano")
    kind = _kind(metric[entry.shape], entry.shape)
    if kind == "cumulative" and start is None:
        raise FieldError("missing_field", "a cumulative count without startTimeUnixNano cannot be told from the next")
    attributes = entry.around.attributes | attributes_of(point, "dataPoint")
    return _Point(needed_text(metric, "name", "metric."), attributes, value, observations, kind, start, at)


def _value(shape: str, point: Mapping[str, Any]) -> tuple[int | float | None, int | None]:
    """(value or sum, number of observations)."""
    if (whole_number(point.get("flags"), "flags") or 0) & _NO_VALUE:
        return None, None
    if shape in ("sum", "gauge"):
        if point.get("asInt") is not None:
            return whole_number(point["asInt"], "asInt"), None
        return figure(point.get("asDouble"), "asDouble"), None
    return figure(point.get("sum"), "sum"), count(whole_number(point.get("count"), "count"), "count")


def _kind(data: Mapping[str, Any], shape: str) -> str:
    if shape == "gauge":
        return "snapshot"
    if shape == "summary":
        return "cumulative"
    temporality = data.get("aggregationTemporality")
    if temporality in _DELTA:
        return "delta"
    if temporality not in _CUMULATIVE:
        raise FieldError("unknown_value", "aggregationTemporality must be delta or cumulative")
    can_fall = shape == "sum" and not flag(data.get("isMonotonic"), "isMonotonic")
    return "snapshot" if can_fall else "cumulative"


def _dated(point: _Point) -> datetime:
    """The moment whose day the count belongs to."""
    return point.start if point.kind == "cumulative" and point.start is not None else point.at


def _identity(users: tuple[Identity, ...], point: _Point) -> tuple[str, ...]:
    """The person and session of the series, which `part` leaves out: a part is stored as it is."""
    people = [f"{user.namespace}:{user.value}" for user in users]
    return (*people, text(point.attributes.get("session.id"), "session.id") or "")


def _part(entry: Entry, point: _Point, dimensions: Mapping[str, Any]) -> str:
    """What tells the count from the others of the person: series and start, and but for cumulative counts its time."""
    times = [point.start, None if point.kind == "cumulative" else point.at]
    named = [point.name, entry.shape, point.kind, entry.around.scope_name, times, dimensions]
    return sha256(orjson.dumps(named, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_PART]


def _measured(point: _Point) -> tuple[dict[str, int | float | None], dict[str, Any]]:
    """(measures, further numbers) that the point adds."""
    known = _KNOWN.get(point.name)
    measures, more = known(point) if known else ({}, {words.plain_name(point.name): point.value})
    if point.observations is not None and not known:
        more[words.plain_name(point.name) + "_count"] = point.observations
    return measures, more


_Measured = tuple[dict[str, int | float | None], dict[str, Any]]


def _counted(measure: str) -> Callable[[_Point], _Measured]:
    return lambda point: ({measure: _whole(point)}, {})


def _extra(name: str) -> Callable[[_Point], _Measured]:
    return lambda point: ({}, {name: _whole(point)})


def _by_type(
    measures: Mapping[str, str], others: Mapping[str, str], attribute: str = "type"
) -> Callable[[_Point], _Measured]:
    """The attribute says which measure it is; a word not known keeps the metric's name."""

    def read(point: _Point) -> _Measured:
        word = str(point.attributes.get(attribute))
        if word in measures:
            return {measures[word]: _whole(point)}, {}
        name = others.get(word) or words.plain_name(f"{words.bare(point.name)}.{word}")
        return {}, {name: _whole(point)}

    return read


def _cost(point: _Point) -> _Measured:
    return {"cost": point.value}, {}


def _active_time(point: _Point) -> _Measured:
    return {}, {_TIMES.get(str(point.attributes.get("type")), "active_seconds"): point.value}


def _decided(point: _Point) -> _Measured:
    """Edits that a person accepted or rejected; what a setting or a hook decided is no act of theirs."""
    decision = words.DECISIONS.get(str(point.attributes.get("decision")), "other")
    source = point.attributes.get("source")
    if isinstance(source, str) and words.SOURCES.get(source.lower(), "unknown") != "human":
        return {}, {f"auto_{decision}": _whole(point)}
    if decision not in ("accepted", "rejected"):
        return {}, {f"edits_{decision}": _whole(point)}
    return {decision: _whole(point), "offered": _whole(point)}, {}


def _whole(point: _Point) -> int | None:
    return count(whole(point.value, point.name), "the value of the data point")


_KNOWN: Mapping[str, Callable[[_Point], _Measured]] = {
    "claude_code.session.count": _counted("sessions"),
    "claude_code.lines_of_code.count": _by_type(_LINES, {}),
    "claude_code.commit.count": _counted("commits"),
    "claude_code.pull_request.count": _extra("pull_requests"),
    "claude_code.cost.usage": _cost,
    "claude_code.token.usage": _by_type(_TOKENS, _OTHER_TOKENS),
    "claude_code.code_edit_tool.decision": _decided,
    "claude_code.active_time.total": _active_time,
    "gemini_cli.session.count": _counted("sessions"),
    "gemini_cli.lines.changed": _by_type(_LINES, {}),
    "gemini_cli.token.usage": _by_type(_TOKENS, _OTHER_TOKENS),
    "gen_ai.client.token.usage": _by_type(_TOKENS, {}, "gen_ai.token.type"),
}
