"""Log records and spans as events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from orchestration.sources import otlp_words as words
from orchestration.sources.fields import FieldError, flag, no_later_than, text
from orchestration.sources.otlp_values import attributes_of, figure, instant, plain, said_time, whole_number
from orchestration.sources.otlp_wire import LOGS, Entry
from orchestration.sources.records import EventRecord
from orchestration.sources.review_values import objects

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*([.][A-Za-z0-9_]+)+")
_OWN_ACTS = frozenset({"user_prompt", "slash_command", "at_mention"})
_PERSON_ASKS = frozenset({"chat", "text_completion", "generate_content", "invoke_agent"})
_OTHERS_ACT = ("sdk", "subagent", "agent", "background")
_COLUMNS: Mapping[str, tuple[tuple[str, ...], Callable[[Any, str], Any]]] = {
    **{column: (names, text) for column, names in words.COLUMNS.items()},
    **{column: (names, whole_number) for column, names in words.WHOLE.items()},
    **{column: (names, figure) for column, names in words.FIGURES.items()},
}
_DIGEST = 32
_MILLISECONDS = 10**6


@dataclass(frozen=True, slots=True)
class _Said:
    """One entry as far as it is understood before it becomes a record."""

    kind: str
    name: str
    """With the prefix of its tool, if it has one."""
    vendor: str | None
    occurred_at: datetime
    attributes: Mapping[str, Any]
    more: dict[str, Any]
    """What is known beside the attributes: duration, status, lengths."""
    identity: tuple[str, ...]
    """What identifies it in its source; empty when nothing does."""
    body: Any = None


def events_of(entry: Entry, line_no: int, lines: int, latest: datetime) -> Iterator[EventRecord]:
    """The event of a log record; of a span, the span itself and the events on it that are of use.

    FieldError when it cannot be read; then nothing of it has been yielded.
    """
    if not isinstance(entry.record, dict):
        raise FieldError("wrong_type", "a log record or span must be an object")
    said = [_log(entry)] if entry.signal is LOGS else list(_span(entry))
    for one in said:
        no_later_than(one.occurred_at, latest, "the time of the record")
    found = [_event(one, line_no, 0 if place else lines) for place, one in enumerate(said)]
    yield from found


def _log(entry: Entry) -> _Said:
    record = entry.record
    own = attributes_of(record, "logRecord")
    attributes = entry.around.attributes | own
    body = plain(record.get("body"), "body")
    name = _log_name(record, attributes, body)
    vendor = words.vendor_of(name, attributes, entry.around.scope_name)
    occurred_at = _first_time(
        instant(record.get("timeUnixNano"), "timeUnixNano"),
        said_time(record.get("said_time"), "@timestamp"),
        said_time(own.get("event.timestamp"), "event.timestamp"),
        instant(record.get("observedTimeUnixNano"), "observedTimeUnixNano"),
    )
    more = _of_body(body, name) | _ids(record)
    session, sequence = attributes.get("session.id"), attributes.get("event.sequence")
    identity = (
        ()
        if session is None or sequence is None
        else (str(session), str(sequence), words.bare(name), _second(occurred_at))
    )
    return _Said("log", name, vendor, occurred_at, attributes, more, identity, body)


def _log_name(record: Mapping[str, Any], attributes: Mapping[str, Any], body: Any) -> str:
    said = text(record.get("eventName"), "eventName") or text(attributes.get("event.name"), "event.name")
    if said:
        return said
    return body if isinstance(body, str) and len(body) < 100 and _NAME.fullmatch(body) else "log"


def _span(entry: Entry) -> Iterator[_Said]:
    record = entry.record
    own = attributes_of(record, "span")
    attributes = entry.around.attributes | own
    trace, span = (_hex(record.get(name), name) for name in ("traceId", "spanId"))
    if not (trace and span):
        raise FieldError("missing_field", "a span needs traceId and spanId")
    start = _first_time(
        instant(record.get("startTimeUnixNano"), "startTimeUnixNano"),
        said_time(record.get("said_time"), "@timestamp"),
        instant(record.get("endTimeUnixNano"), "endTimeUnixNano"),
    )
    name = _span_name(record, attributes)
    vendor = words.vendor_of(text(record.get("name"), "name") or "", attributes, entry.around.scope_name)
    more = _ids(record) | _of_status(record) | _duration(record)
    yield _Said("span", name, vendor, start, attributes, more, (trace, span))
    for place, event in enumerate(objects(record, "events")):
        said = text(event.get("name"), "events.name") or ""
        if said.startswith("gen_ai.") and said not in words.CONTENT_EVENTS:
            at = instant(event.get("timeUnixNano"), "events.timeUnixNano") or start
            merged = entry.around.attributes | words.of_the_person(own) | attributes_of(event, "span event")
            yield _Said("span event", said, vendor, at, merged, _ids(record), (trace, span, str(place), said))


def _span_name(record: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    """The operation when it is said: the name of a span often holds the model, or a path."""
    for name in ("gen_ai.operation.name", "openinference.span.kind", "llm.request.type"):
        if isinstance(attributes.get(name), str) and attributes[name]:
            return str(attributes[name]).lower()
    return text(record.get("name"), "name") or "span"


def _event(said: _Said, line_no: int, lines: int) -> EventRecord:
    row, used = _columns(said.attributes)
    decision, source = _decided(said)
    users = words.users_of(said.attributes, said.vendor)
    name = words.bare(said.name)
    hidden = used | {"decision", "decision_source", "event.name", "event.timestamp", "user_initiated", "actor_type"}
    attributes = words.kept(said.attributes, hidden) | said.more
    if decision is not None:
        attributes["said_decision"] = str(said.attributes["decision"])
    event_id = _digest((said.kind, name, said.occurred_at.isoformat(), said.identity, row, attributes))
    key = ("otlp", said.kind, *(said.identity or (event_id, _digest((said.attributes, said.body)))))
    return EventRecord(
        line_no=line_no,
        lines=lines,
        key=key,
        event_id=event_id,
        event_name=name,
        occurred_at=said.occurred_at,
        seq=row["seq"],
        users=users,
        actor_type=_actor(said.attributes) or ("human" if users else "unknown"),
        is_user_initiated=_is_own_act(said, name, source, is_named=bool(users)),
        item_id=row["item_id"] or said.more.get("trace_id"),
        session_id=row["session_id"],
        conversation_id=row["conversation_id"],
        use_case=row["use_case"],
        feature=row["feature"],
        decision=decision,
        decision_source=source,
        confidence=row["confidence"],
        predicted_value=row["predicted_value"],
        final_value=row["final_value"],
        dwell_ms=row["dwell_ms"],
        model=row["model"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cost=row["cost"],
        currency=row["currency"] or (None if row["cost"] is None else "USD"),
        attributes=attributes,
    )


def _columns(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The columns that attributes fill, and which attributes did."""
    row: dict[str, Any] = dict.fromkeys(_COLUMNS)
    used = []
    for column, (names, read) in _COLUMNS.items():
        for name in names:
            if name in attributes and attributes[name] not in (None, ""):
                row[column] = read(attributes[name], name)
                used.append(name)
                break
    return row, frozenset(used)


def _decided(said: _Said) -> tuple[str | None, str | None]:
    """(decision, who decided) of an event that carries a decision; a word of the tool's own stays as it is."""
    word = said.attributes.get("decision")
    if not isinstance(word, str) or not word:
        return None, None
    lowered = word.lower()
    decision = "accepted" if lowered.startswith("approved") else words.DECISIONS.get(lowered, lowered)
    source = said.attributes.get("decision_source", said.attributes.get("source"))
    if lowered == "auto_accept":
        return decision, "auto"
    if isinstance(source, str) and source:
        return decision, words.SOURCES.get(source.lower(), "unknown")
    return decision, "human" if said.vendor == "gemini_cli" else "unknown" if said.vendor else None


def _is_own_act(said: _Said, name: str, source: str | None, *, is_named: bool) -> bool:
    """Whether the person did this, rather than the tool, a sub-agent or a program."""
    told = flag(said.attributes.get("user_initiated"), "user_initiated")
    if told is not None:
        return told
    origins = (said.attributes.get("query_source"), said.attributes.get("app.entrypoint"))
    if any(isinstance(origin, str) and origin.startswith(_OTHERS_ACT) for origin in origins):
        return False
    if said.vendor is not None:
        return name in _OWN_ACTS or source == "human"
    if said.kind == "span event":
        return False
    operation = said.attributes.get("gen_ai.operation.name")
    if operation is not None or said.kind != "log" or name.startswith("gen_ai."):
        return operation in _PERSON_ASKS or name == "llm"
    return is_named and name != "log" and source != "auto"


def _actor(attributes: Mapping[str, Any]) -> str | None:
    said = attributes.get("actor_type")
    return said if said in ("human", "service") else None


def _of_body(body: Any, name: str) -> dict[str, Any]:
    """Of a text its length, unless it is the name; of an object the plain values, unless it is a message."""
    if isinstance(body, str):
        is_name = words.bare(body) == words.bare(name)
        return {} if is_name or not body else {"body_length": len(body)}
    if not isinstance(body, dict) or name.startswith("gen_ai."):
        return {} if body is None else {"body_length": len(orjson.dumps(body))}
    return words.kept({key: value for key, value in body.items() if not isinstance(value, dict | list)}, frozenset())


def _ids(record: Mapping[str, Any]) -> dict[str, Any]:
    named = (("trace_id", "traceId"), ("span_id", "spanId"), ("parent_span_id", "parentSpanId"))
    found = {ours: _hex(record.get(theirs), theirs) for ours, theirs in named}
    return {name: value for name, value in found.items() if value}


def _hex(value: Any, name: str) -> str | None:
    found = text(value, name)
    return found.lower() if found and found.strip("0") else None


def _of_status(record: Mapping[str, Any]) -> dict[str, Any]:
    status = record.get("status")
    code = status.get("code") if isinstance(status, dict) else None
    return {"is_error": True} if code in (2, "STATUS_CODE_ERROR") else {}


def _duration(record: Mapping[str, Any]) -> dict[str, Any]:
    span = whole_number(record.get("duration"), "duration")
    start, end = (whole_number(record.get(name) or None, name) for name in ("startTimeUnixNano", "endTimeUnixNano"))
    if span is None and start is not None and end is not None:
        span = end - start
    return {} if span is None else {"duration_ms": span / _MILLISECONDS}


def _first_time(*times: datetime | None) -> datetime:
    found = next((time for time in times if time is not None), None)
    if found is None:
        raise FieldError("missing_field", "the record has no time")
    return found


def _second(at: datetime) -> str:
    """To the millisecond: stores that keep no more still give the same key."""
    return at.isoformat(timespec="milliseconds")


def _digest(parts: Iterable[Any]) -> str:
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_DIGEST]
