"""`langfuse`: traces, observations and scores of Langfuse, as a recorded export or as pages of its public API.

Traps that this reader knows:
- An export has a trace with its observations in one object; the API lists traces, observations and scores by
  themselves, and the export to a bucket writes `user_id` for `userId`. A trace may list the bare ids of its parts.
- Only the trace names the user and the session. An observation that is listed by itself names nobody.
- A trace is what a person asked of an application; its observations are what the application did, one of them many.
- Scores are judgements and no decisions: of a person at Langfuse (ANNOTATION), of the application, often on behalf of
  its user (API), or of a model (EVAL).
- Inputs and outputs are texts of JSON, escaped twice: their length is kept, their words are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.sources import otlp_words as words
from orchestration.sources.aggregates import JSON_SUFFIXES, known
from orchestration.sources.byte_source import beginning
from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, candidates, count, moment, needed_text, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.json_text import length_of, object_in, scalars, value_in
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, read_events
from orchestration.sources.sight import Sight

_WHOLE = Shape(lists=("data",), marks=frozenset({"observations"}))
"""Traces with their observations in them, which would be records by themselves."""

_FLAT = Shape(
    lists=("data",),
    marks=frozenset({"timestamp", "traceId", "startTime", "userId", "sessionId", "dataType", "observations"})
    | {"trace_id", "start_time", "user_id", "session_id", "data_type"},
    enough=2,
)
_HAS_PARTS = re.compile(rb'"observations"\s*:\s*\[\s*\{')
_SNAKE = re.compile(r"_([a-z])")
_MILLISECOND = timedelta(milliseconds=1)
_ACTORS = {"ANNOTATION": "human", "EVAL": "service"}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The traces, observations and scores of one file, in whatever they are wrapped."""
    return read_events(path, _WHOLE if _HAS_PARTS.search(beginning(path)) else _FLAT, now, _events)


def _events(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    record = _camel(record)
    kind = _kind(record)
    if kind == "export":
        yield from _trace(an_object(record, "trace"), record)
    elif kind == "trace":
        yield from _trace(record, record)
    elif kind == "observation":
        yield _observation(record, BARE)
    elif kind == "score":
        yield _score(record, BARE)
    else:
        raise FieldError("unknown_shape", "the record is no trace, observation or score")


def _camel(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with the names of the API: `user_id` is `userId`."""
    return {_SNAKE.sub(lambda found: found[1].upper(), name): value for name, value in record.items()}


def _kind(record: Mapping[str, Any]) -> str | None:
    """What a record is, by its fields; None: none of ours."""
    if isinstance(record.get("trace"), dict) and isinstance(record.get("observations"), list):
        return "export"
    if {"traceId", "startTime"} <= record.keys():
        return "observation"
    if {"source", "name", "timestamp"} <= record.keys() and record.keys() & {"value", "stringValue", "dataType"}:
        return "score"
    is_trace = {"id", "timestamp"} <= record.keys() and record.keys() & {"userId", "sessionId"}
    return "trace" if is_trace else None


def _trace(trace: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[EventRecord]:
    """A trace, then what `holder` lists of its observations and scores."""
    trace = _camel(trace)
    user, trace_id = text(trace.get("userId"), "userId"), needed_text(trace, "id", "trace.")
    around = replace(
        BARE,
        users=candidates(user) if user else (),
        actor_type="human" if user else "unknown",
        is_user_initiated=bool(user),
        item_id=trace_id,
        session_id=text(trace.get("sessionId"), "sessionId"),
    )
    yield replace(
        around,
        key=("langfuse", "trace", trace_id),
        event_id=trace_id,
        event_name="trace",
        occurred_at=moment(trace.get("timestamp"), "timestamp"),
        feature=text(trace.get("name"), "name"),
        attributes=_about(trace) | known({"tags": _tags(trace), "total_cost": _cost(trace)}),
    )
    yield from (_observation(one, around) for one in _parts(holder, "observations"))
    scores = {str(one.get("id")): one for one in (*_parts(trace, "scores"), *_parts(holder, "scores"))}
    yield from (_score(one, around) for one in scores.values())


def _parts(holder: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list; a page of traces lists ids instead."""
    found = holder.get(name)
    return [_camel(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _observation(one: Mapping[str, Any], around: EventRecord) -> EventRecord:
    observation_id, kind = needed_text(one, "id", "observations."), needed_text(one, "type", "observations.")
    start = moment(one.get("startTime"), "startTime")
    tokens = object_in(one, "usageDetails") or object_in(one, "usage")
    level = text(one.get("level"), "level")
    used = [
        count(tokens.get(name, tokens.get(older, one.get(older))), f"usageDetails.{name}")
        for name, older in (("input", "promptTokens"), ("output", "completionTokens"))
    ]
    cost = _cost(one)
    return replace(
        _of_somebody(one, around),
        key=("langfuse", "observation", observation_id),
        event_id=observation_id,
        event_name=kind.lower(),
        occurred_at=start,
        is_user_initiated=False,
        item_id=text(one.get("traceId"), "traceId") or around.item_id,
        feature=text(one.get("name"), "name"),
        model=text(one.get("model", one.get("providedModelName")), "model"),
        input_tokens=used[0],
        output_tokens=used[1],
        cost=cost or (cost if any(used) else None),
        currency="USD" if cost or (cost is not None and any(used)) else None,
        attributes=_about(one)
        | known({"duration_ms": _duration(one, start), "is_error": True if level == "ERROR" else None})
        | known({"parent_observation_id": text(one.get("parentObservationId"), "parentObservationId")}),
    )


def _of_somebody(one: Mapping[str, Any], around: EventRecord) -> EventRecord:
    """`around`, or what a part that is listed by itself says of its user and session."""
    if around.item_id is not None:
        return around
    trace = _camel(an_object(one, "trace"))
    user, session = (text(one.get(name, trace.get(name)), name) for name in ("userId", "sessionId"))
    users = candidates(user) if user else ()
    return replace(around, users=users, actor_type="human" if users else "unknown", session_id=session)


def _score(score: Mapping[str, Any], around: EventRecord) -> EventRecord:
    score_id, source = needed_text(score, "id", "scores."), needed_text(score, "source", "scores.").upper()
    author = text(score.get("authorUserId"), "authorUserId")
    bare = _of_somebody(score, around)
    users = bare.users if source == "API" else (Identity("langfuse_user_id", author),) if author else ()
    value = score.get("value")
    label = value if isinstance(value, str) else score.get("stringValue")
    return replace(
        bare,
        key=("langfuse", "score", score_id),
        event_id=score_id,
        event_name="score",
        occurred_at=moment(score.get("timestamp"), "scores.timestamp"),
        users=users,
        actor_type=_ACTORS.get(source, "unknown"),
        is_user_initiated=source == "ANNOTATION",
        item_id=text(score.get("traceId"), "scores.traceId") or around.item_id,
        feature=text(score.get("name"), "scores.name"),
        attributes=known(
            {
                "score_source": source.lower(),
                "score_value": None if isinstance(value, str) else number(value, "scores.value"),
                "score_label": text(label, "scores.stringValue"),
                "comment_length": length_of(score.get("comment")),
                "observation_id": text(score.get("observationId"), "scores.observationId"),
                "environment": text(score.get("environment"), "scores.environment"),
            }
        ),
    )


def _about(record: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a trace or observation, and how long its contents are."""
    plain = {name: text(record.get(name), name) for name in ("environment", "release", "version")}
    lengths = {f"{name}_length": length_of(record.get(name)) for name in ("input", "output")}
    metadata = value_in(record.get("metadata"))
    told = words.kept(scalars(metadata), frozenset()) if isinstance(metadata, dict) else {}
    return told | known(plain | lengths)


def _tags(trace: Mapping[str, Any]) -> list[str] | None:
    found = value_in(trace.get("tags"))
    return [tag for tag in found if isinstance(tag, str)] or None if isinstance(found, list) else None


def _cost(record: Mapping[str, Any]) -> float | None:
    """US dollars, whichever name they have."""
    details = object_in(record, "costDetails")
    values = (record.get("totalCost"), details.get("total"), record.get("calculatedTotalCost"))
    return next((number(value, "totalCost") for value in values if value is not None), None)


def _duration(one: Mapping[str, Any], start: datetime) -> float | None:
    end = one.get("endTime")
    return None if end is None else (moment(end, "endTime") - start) / _MILLISECOND


def recognise(sight: Sight) -> str | None:
    """A trace with observations, or a page of traces, observations or scores."""
    names = {"export": "traces with observations", "trace": "traces", "observation": "observations", "score": "scores"}
    for record in map(_camel, sight.records("data")):
        kind = _kind(record)
        if kind == "export" or (kind is not None and _is_langfuse(record)):
            return names[kind]
    return None


def _is_langfuse(record: Mapping[str, Any]) -> bool:
    """Fields that are Langfuse's own, beside those that any trace has."""
    own = {
        "htmlPath",
        "bookmarked",
        "parentObservationId",
        "usageDetails",
        "promptId",
        "dataType",
        "configId",
        "release",
    }
    return bool(own & record.keys())


def _fields() -> Iterable[Field]:
    yield from (
        Field("id", "event_id, item_id", "of a trace"),
        Field("timestamp", "occurred_at", "event_name is trace"),
        Field("userId", "users (email, upn, person_id)", "what the application calls its user"),
        Field("sessionId", "session_id"),
        Field("name", "feature"),
        Field("tags", "attributes.tags"),
        Field("environment", "attributes.environment"),
        Field("release", "attributes.release"),
        Field("version", "attributes.version"),
        Field("metadata, metadata.*", "attributes.<name>", "the plain values; people, machines and content dropped"),
        Field("input", "attributes.input_length", "content is not needed to judge use: dropped"),
        Field("output", "attributes.output_length", "content: dropped"),
        Field("totalCost", "attributes.total_cost", "of a trace, the sum of its observations: no figure is made of it"),
        Field("latency", "", "follows from the times of the observations"),
        Field("projectId, htmlPath, public, bookmarked, externalId", "", "where Langfuse keeps the trace"),
        Field("createdAt, updatedAt", "", "when Langfuse stored it"),
        Field("meta", "", "paging"),
    )
    for prefix in ("observations.", ""):
        yield from _observation_fields(prefix)
    for prefix in ("scores.", ""):
        yield from _score_fields(prefix)
    yield Field("*", "", "states of Langfuse")
    yield Field("trace", "", "of an export the trace itself; of a score its user and session")
    yield Field("trace.*", "", "as the fields of a trace that stands by itself")


def _observation_fields(prefix: str) -> Iterable[Field]:
    mine = [
        Field("id", "event_id"),
        Field("type", "event_name", "generation, span, tool, agent, ... in small letters; no act of the person"),
        Field("traceId", "item_id"),
        Field("startTime", "occurred_at"),
        Field("endTime", "attributes.duration_ms"),
        Field("name", "feature"),
        Field("model, providedModelName", "model"),
        Field("usageDetails, usage, usageDetails.*, usage.*", "input_tokens, output_tokens", "their input and output"),
        Field("promptTokens, inputUsage", "input_tokens", "an older name; inputUsage repeats it"),
        Field("completionTokens, outputUsage", "output_tokens", "an older name; outputUsage repeats it"),
        Field("totalCost, costDetails.total, calculatedTotalCost", "cost", "US dollars; zero without tokens is none"),
        Field("costDetails, costDetails.*, providedCostDetails", "", "parts of the cost"),
        Field("level", "attributes.is_error", "ERROR"),
        Field("parentObservationId", "attributes.parent_observation_id"),
        Field("statusMessage", "", "content: dropped"),
        Field("modelParameters, internalModelId", "", "settings of the model"),
        Field("promptId, promptName, promptVersion", "", "which template the application used"),
        Field("completionStartTime, timeToFirstToken, totalUsage, totalTokens, inputCost, outputCost", "", "parts"),
        Field("*", "", "as of a trace"),
    ]
    told = mine if prefix else [field for field in mine if field.source not in ("id", "name", "*")]
    return [replace(field, source=_prefixed(field.source, prefix)) for field in told]


def _score_fields(prefix: str) -> Iterable[Field]:
    mine = [
        Field("id", "event_id"),
        Field("name", "feature"),
        Field("timestamp", "occurred_at", "event_name is score"),
        Field("source", "attributes.score_source, actor_type", "annotation: a person; eval: a service; api: unknown"),
        Field("authorUserId", "users (langfuse_user_id)", "who annotated; of a score by API the trace's user stands"),
        Field("value", "attributes.score_value, attributes.score_label", "a rating is no decision"),
        Field("stringValue", "attributes.score_label"),
        Field("comment", "attributes.comment_length", "content: dropped"),
        Field("observationId", "attributes.observation_id"),
        Field("dataType, configId, queueId, datasetRunId", "", "how the score was set up"),
        Field("*", "", "as of a trace"),
    ]
    told = mine if prefix else [field for field in mine if field.source not in ("id", "name", "timestamp", "*")]
    return [replace(field, source=_prefixed(field.source, prefix)) for field in told]


def _prefixed(source: str, prefix: str) -> str:
    return ", ".join(prefix + name for name in source.split(", "))


LANGFUSE = SourceFormat(
    name="langfuse",
    dataset="events",
    grain="event",
    namespaces=("email", "upn", "person_id", "langfuse_user_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Langfuse traces, observations and scores",
    recognise=recognise,
    proves="A trace proves that somebody used the application, where it names its user; rules on sequence, tools,"
    " models and scores are possible, but it holds no decision of the person about an answer.",
    fields=tuple(_fields()),
    late_days=1,
    lateness="Traces arrive within minutes; scores follow days later, so fetch the last seven days again.",
)
