"""`xes`: event logs of the XES standard (IEEE 1849), XML of process mining, plain or gzip: an event per finished step.

Traps that this reader knows:
- A step is often logged several times in its life: scheduled, assigned, started, completed. Only `complete` is an event
  here; from the start before it comes how long the step took.
- The item stands on the trace around the events. A trace whose head is broken loses its events too: nobody knows whose
  they are. A broken event costs only itself.
- Events have no id: trace, step, time and resource stand for one, and the second of two alike is the second.
- `__INVALID__` is the word of the library for nothing. Times carry an offset.
- A document type or an entity is refused; nothing outside the file is ever read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.sources import otlp_words as words
from orchestration.sources.aggregates import known
from orchestration.sources.byte_source import BOM, CAPS, ByteSource, Caps, is_wide, peeked, refuse_wide
from orchestration.sources.fields import FieldError, candidates, latest_time, moment, no_later_than, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.human_decision import DECISIONS
from orchestration.sources.records import Blank, EventRecord, Identity, Parsed, Reject
from orchestration.sources.review_values import BARE
from orchestration.sources.sight import Sight
from orchestration.sources.xes_pieces import Cutter, Piece, attributes_in, check_well_formed

_NAME, _TIME, _WHO, _STEP = "concept:name", "time:timestamp", "org:resource", "lifecycle:transition"
_INSTANCE, _ID, _COST, _CURRENCY = "concept:instance", "identity:id", "cost:total", "cost:currency"
_NOTHING = "__INVALID__"
_OWN = frozenset({_NAME, _TIME, _WHO, _STEP, _ID, _COST, _CURRENCY})
_TEXTS = ("use_case", "feature", "session_id", "conversation_id", "predicted_value", "final_value")
"""Columns of ours that an attribute of the same name fills."""

_DECLARED = re.compile(rb'<\?xml[^>]{0,200}?encoding\s*=\s*["\'](iso-8859-1|us-ascii|windows-1252)["\']', re.IGNORECASE)
_PROLOGUE = re.compile(rb"<\?xml[^>]{0,300}\?>")
_MILLISECOND = timedelta(milliseconds=1)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The finished steps of one file. Lines are events: other transitions are blank ones."""
    source = ByteSource(path, CAPS)
    chunks = source.chunks()
    head = peeked(chunks)
    if is_wide(head):
        yield refuse_wide(head, chunks, CAPS)
        return
    offset = len(BOM) if head.startswith(BOM) else 0
    reader = _Reader(latest_time(now), _encoding(head), CAPS)
    yield from reader.read(Cutter(head[offset:], chunks, offset, CAPS.line).pieces())
    if source.damage is not None:
        damage = source.damage
        yield Reject(reader.number, reader.offset, damage.lines, damage.code, damage.reason, b"")
    elif reader.is_open:
        reason = "the file ends before its log does; export it again"
        yield Reject(reader.number, reader.offset, 1, "not_xml", reason, b"")


def _encoding(head: bytes) -> str:
    declared = _DECLARED.search(head[:1000])
    return declared[1].decode().lower() if declared else "utf-8"


@dataclass(slots=True)
class _Trace:
    """The trace that is being read; without a name when it has none, or when events stand in the log by themselves."""

    name: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    starts: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    """When steps were started that have not been completed, by name and instance."""


class _Reader:
    """Turns pieces into events and remembers the trace around them."""

    def __init__(self, latest: datetime, encoding: str, caps: Caps) -> None:
        self._latest = latest
        self._encoding = encoding
        self._caps = caps
        self._loose = _Trace()
        self._trace: _Trace | None = self._loose
        """None: what stands around is broken, so that nobody knows the item of an event."""
        self.number = 1
        self.offset = 0
        self.is_open = False
        """A log has begun and not ended."""

    def read(self, pieces: Iterator[Piece]) -> Iterator[Parsed]:
        for piece in pieces:
            self.offset = piece.offset + len(piece.raw)
            try:
                yield from self._read(piece)
            except FieldError as error:
                yield self._rejected(piece, error)

    def _read(self, piece: Piece) -> Iterator[Parsed]:
        if piece.kind == "event":
            yield self._event(piece)
        elif piece.kind == "head":
            self._trace = None
            self._trace = self._begun(piece.raw)
        elif piece.kind == "header":
            self._trace, self.is_open = None, True
            check_well_formed(piece.raw.lstrip(), self._encoding)
            self._trace = self._loose
        elif piece.kind == "rest":
            self._between(piece.raw)
        elif piece.kind == "too_long":
            raise FieldError("too_long", f"an element is longer than {self._caps.line} bytes")
        else:
            self._trace = self._loose
            self.is_open = self.is_open and piece.kind != "log_end"

    def _begun(self, raw: bytes) -> _Trace:
        attributes = attributes_in(raw, self._encoding, is_whole=False)
        name = _said(attributes, _NAME)
        about = words.kept({key: value for key, value in attributes.items() if key != _NAME}, frozenset())
        return _Trace(name, {f"case_{key}": value for key, value in about.items() if value != _NOTHING})

    def _between(self, raw: bytes) -> None:
        """What stands behind events or between traces must be well-formed, else something may have been lost."""
        try:
            check_well_formed(b"<log>" + _PROLOGUE.sub(b"", raw), self._encoding)
        except FieldError:
            if self._trace is self._loose:
                self._trace = None
            raise

    def _rejected(self, piece: Piece, error: FieldError) -> Reject:
        kept = piece.raw if len(piece.raw) <= self._caps.line else piece.raw[: self._caps.kept]
        self.number += 1
        return Reject(self.number - 1, piece.offset, 1, error.code, error.reason, kept)

    def _event(self, piece: Piece) -> Parsed:
        attributes = attributes_in(piece.raw, self._encoding)
        if self._trace is None:
            raise FieldError("not_xml", "what stands around the event is broken, so its item is not known")
        name, at = _said(attributes, _NAME), moment(attributes.get(_TIME), _TIME)
        if name is None:
            raise FieldError("missing_field", f"{_NAME} is missing or empty")
        no_later_than(at, self._latest, _TIME)
        step = (_said(attributes, _STEP) or "complete").lower()
        took = self._took(name, at, step, attributes)
        if step != "complete":
            self.number += 1
            return Blank(1)
        found = self._record(self._trace, name, at, attributes, took)
        self.number += 1
        return found

    def _took(self, name: str, at: datetime, step: str, attributes: dict[str, Any]) -> float | None:
        """Milliseconds from the first start of the step that has no end yet, when this is its end."""
        trace = self._trace
        if trace is None or trace is self._loose:
            return None
        place = (name, _said(attributes, _INSTANCE) or "")
        if step == "start":
            trace.starts.setdefault(place, []).append(at)
        waiting = trace.starts.get(place)
        return (at - waiting.pop(0)) / _MILLISECOND if step == "complete" and waiting else None

    def _record(
        self, trace: _Trace, name: str, at: datetime, attributes: dict[str, Any], took: float | None
    ) -> EventRecord:
        who, own_id = _said(attributes, _WHO), _said(attributes, _ID)
        alike = (trace.name or "", name, at.isoformat())
        place = self._place(trace, alike)
        key = ("xes", own_id) if own_id else ("xes", *alike, who or "", self._place(trace, (*alike, who or "")))
        decision = _decision(attributes)
        cost = _figure(attributes.get(_COST))
        said = {column: _said(attributes, column) for column in _TEXTS}
        return replace(
            BARE,
            line_no=self.number,
            lines=1,
            key=key,
            event_id=own_id or "/".join((*alike, place)),  # without the resource, who must not stand in clear
            event_name=name,
            occurred_at=at,
            users=(*candidates(who), Identity("resource", who)) if who else (),
            actor_type="human" if who else "unknown",
            is_user_initiated=who is not None,
            item_id=trace.name,
            decision=decision,
            decision_source="human" if decision and who else None,
            confidence=_figure(attributes.get("confidence")),
            dwell_ms=_figure(attributes.get("dwell_ms")),
            cost=cost,
            currency=None if cost is None else _said(attributes, _CURRENCY),
            attributes=trace.attributes | _kept(attributes, who) | known({"duration_ms": took}),
            use_case=said["use_case"],
            feature=said["feature"],
            session_id=said["session_id"],
            conversation_id=said["conversation_id"],
            predicted_value=said["predicted_value"],
            final_value=said["final_value"],
        )

    def _place(self, trace: _Trace, alike: tuple[str, ...]) -> str:
        """Which of several alike this is."""
        seen = trace.seen if trace.name else self._loose.seen
        seen[alike] += 1
        return str(seen[alike])


def _said(attributes: dict[str, Any], name: str) -> str | None:
    """An attribute as text; the library's word for nothing is None."""
    found = text(attributes.get(name), name)
    return None if found is None or found == _NOTHING or not found.strip() else found


def _decision(attributes: dict[str, Any]) -> str | None:
    said = attributes.get("decision")
    return said.lower() if isinstance(said, str) and said.lower() in DECISIONS else None


def _figure(value: Any) -> float | None:
    """A number; anything else stays an attribute."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return number(value, "a number") if is_number else None


def _kept(attributes: dict[str, Any], who: str | None) -> dict[str, Any]:
    """What becomes no column; a copy of the resource would name the person a second time."""
    columns = {*_OWN, *_TEXTS}
    columns |= {name for name in ("confidence", "dwell_ms") if _figure(attributes.get(name)) is not None}
    columns |= {"decision"} if _decision(attributes) else set()
    rest = {name: value for name, value in attributes.items() if name not in columns}
    return words.kept({n: value for n, value in rest.items() if value not in (who, _NOTHING)}, frozenset())


def recognise(sight: Sight) -> str | None:
    """XML whose root is a log."""
    return "XES" if sight.form == "xml" and sight.root == "log" else None


XES = SourceFormat(
    name="xes",
    dataset="events",
    grain="event",
    namespaces=("email", "upn", "person_id", "resource"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".xes", ".xml"),
    title="XES event logs of process mining",
    recognise=recognise,
    proves="It shows who finished which step of which item, when and in what order: rules on order, timing, people and"
    " attributes; on decisions only where an attribute says accepted, edited, rejected, overridden or ignored.",
    fields=(
        Field("trace.concept:name", "item_id"),
        Field("trace.*", "attributes.case_<name>", "every other attribute of the trace, on each of its events"),
        Field(
            "event.concept:name", "event_name, event_id", "event_id has the trace, the time and its place among equals"
        ),
        Field("event.time:timestamp", "occurred_at, event_id", "its offset is applied"),
        Field("event.org:resource", "users (email, upn, person_id, resource)", "__INVALID__ is nobody"),
        Field("event.lifecycle:transition", "", "only `complete`, or none, is an event; the others are blank lines"),
        Field("event.lifecycle:transition, start", "attributes.duration_ms", "from the start of the step to its end"),
        Field("event.identity:id", "event_id", "where it is there, it identifies the event"),
        Field("event.concept:instance", "attributes.concept_instance", "tells one run of a step from another"),
        Field("event.cost:total", "cost"),
        Field("event.cost:currency", "currency"),
        Field("event.decision", "decision, decision_source", "when it is one of the five words; human with a resource"),
        Field("event.confidence", "confidence", "a number"),
        Field("event.dwell_ms", "dwell_ms", "a number"),
        *(Field(f"event.{name}", name) for name in _TEXTS),
        Field("event.*", "attributes.<name>", "every other attribute, nested ones joined; colons become underscores"),
        Field("extension, global, classifier", "", "say what the attributes mean, nothing that happened"),
        Field("log.*", "", "attributes of the whole log"),
    ),
    late_days=1,
    lateness="As late as the export; export whole traces again, known events count once.",
)
