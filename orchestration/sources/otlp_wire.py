"""The forms in which telemetry is kept as JSON, unwrapped into single entries with all that surrounds them.

An export request holds log records, spans or metrics by scope and resource. The Elastic stack keeps each log record or
span as a document of its own, and the JavaScript SDK's file exporters write each as an object of the SDK.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, wrong_type
from orchestration.sources.otlp_values import attributes_of
from orchestration.sources.review_values import an_object, objects

SHAPE = Shape(
    lists=(),
    marks=frozenset(
        {"resourceLogs", "resourceSpans", "resourceMetrics", "@timestamp", "hrTime", "instrumentationScope"}
    ),
)
POINTS = ("sum", "gauge", "histogram", "exponentialHistogram", "summary")
"""Under which name a metric holds its data points."""

_NS = 10**9


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of telemetry and the names of its nested lists."""

    kind: str
    """log, span or metric."""
    resources: str
    scopes: str
    records: str


LOGS = Signal("log", "resourceLogs", "scopeLogs", "logRecords")
SPANS = Signal("span", "resourceSpans", "scopeSpans", "spans")
METRICS = Signal("metric", "resourceMetrics", "scopeMetrics", "metrics")
SIGNALS = (LOGS, SPANS, METRICS)


@dataclass(frozen=True)
class Around:
    """What surrounds entries: the resource and scope they share, read once for all of them."""

    resource: Any
    scope: Any

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """Those of the scope over those of the resource. FieldError when they cannot be read."""
        return attributes_of(self.resource, "resource") | attributes_of(self.scope, "scope")

    @cached_property
    def scope_name(self) -> str:
        """The name of the instrumentation; empty when it has none."""
        name = self.scope.get("name") if isinstance(self.scope, dict) else None
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One log record, one span, or one metric with one of its data points, as the JSON has it."""

    signal: Signal
    around: Around
    record: Any
    shape: str = ""
    """Of a metric: one of POINTS; empty when it has none of them."""
    point: Any = None

    def alone(self) -> bytes:
        """An export request with this entry alone: what is kept of one that cannot be read."""
        record = self.record
        if self.shape:
            record = {**record, self.shape: {**record[self.shape], "dataPoints": [self.point]}}
        scoped = {"scope": self.around.scope, self.signal.records: [record]}
        group = {"resource": self.around.resource, self.signal.scopes: [scoped]}
        return orjson.dumps({self.signal.resources: [group]})


def entries(value: Any) -> Iterator[Entry]:
    """Every entry of one JSON value. FieldError when it is not telemetry, or its lists are no lists of objects."""
    if not isinstance(value, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    if any(signal.resources in value for signal in SIGNALS):
        for signal in SIGNALS:
            yield from _of_signal(value, signal)
    elif isinstance(value.get("_source"), dict):
        yield from entries(value["_source"])
    elif "@timestamp" in value:
        yield _of_elastic(value)
    elif "hrTime" in value or "startTime" in value:
        yield _of_sdk(value)
    else:
        raise FieldError("unknown_shape", "the record is no export request of logs, spans or metrics")


def _of_signal(request: Mapping[str, Any], signal: Signal) -> Iterator[Entry]:
    for group in objects(request, signal.resources):
        for scoped in objects(group, signal.scopes):
            records = scoped.get(signal.records)
            if records is not None and not isinstance(records, list):
                raise wrong_type(signal.records, "a list", records)
            around = Around(group.get("resource"), scoped.get("scope"))
            for record in records or ():
                entry = Entry(signal, around, record)
                yield from _of_metric(entry) if signal is METRICS else (entry,)


def _of_metric(entry: Entry) -> Iterator[Entry]:
    """The data points of a metric; the metric itself when it has none that can be told apart."""
    metric = entry.record
    shape = next((name for name in POINTS if isinstance(metric, dict) and isinstance(metric.get(name), dict)), None)
    points = metric[shape].get("dataPoints") if shape else None
    if shape is None or not isinstance(points, list):
        yield entry
        return
    for point in points:
        yield Entry(entry.signal, entry.around, metric, shape, point)


def _of_elastic(value: Mapping[str, Any]) -> Entry:
    """A document of Elastic's OpenTelemetry mapping; its time is text, a span's duration is in nanoseconds."""
    body = an_object(value, "body")
    record: dict[str, Any] = {
        "attributes": value.get("attributes"),
        "eventName": value.get("event_name"),
        "said_time": value["@timestamp"],
        "traceId": value.get("trace_id"),
        "spanId": value.get("span_id"),
        "name": value.get("name"),
        "duration": value.get("duration"),
        "body": {"stringValue": body["text"]} if isinstance(body.get("text"), str) else None,
    }
    is_span = "span_id" in value and "duration" in value
    return Entry(SPANS if is_span else LOGS, Around(value.get("resource"), value.get("scope")), _known(record))


def _of_sdk(value: Mapping[str, Any]) -> Entry:
    """An object of the JavaScript SDK; its times are pairs of seconds and nanoseconds."""
    context = an_object(value, "spanContext") or an_object(value, "_spanContext")
    body = value.get("body", value.get("_body"))
    record: dict[str, Any] = {
        "attributes": value.get("attributes"),
        "events": None,
        "eventName": value.get("eventName"),
        "name": value.get("name"),
        "timeUnixNano": _pair(value.get("hrTime"), "hrTime"),
        "startTimeUnixNano": _pair(value.get("startTime"), "startTime"),
        "endTimeUnixNano": _pair(value.get("endTime"), "endTime"),
        "traceId": context.get("traceId"),
        "spanId": context.get("spanId"),
        "status": value.get("status"),
        "body": {"stringValue": body} if isinstance(body, str) else None,
    }
    resource = an_object(value, "resource")
    held = {"attributes": resource.get("attributes", resource.get("_attributes"))}
    is_span = "startTime" in value
    scope = value.get("instrumentationScope", value.get("instrumentationLibrary"))
    return Entry(SPANS if is_span else LOGS, Around(held, scope), _known(record))


def _pair(value: Any, name: str) -> int | None:
    if value is None:
        return None
    if not (isinstance(value, list) and len(value) == 2 and all(type(part) is int for part in value)):
        raise wrong_type(name, "seconds and nanoseconds", value)
    return int(value[0]) * _NS + int(value[1])


def _known(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}
