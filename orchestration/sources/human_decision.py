"""`human-decision`: CloudEvents 1.0 as JSON lines, of in-house tools that show predictions to people.

One event per line. A file that is one JSON array, pretty-printed or glued is read too. This is the path of the large
files: an event costs a few microseconds, so the loop over `data` looks every field up once and checks the type inline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from orchestration.sources.byte_source import CAPS, beginning
from orchestration.sources.documents import Item, Shape, form_of, mend_line, read_documents
from orchestration.sources.fields import (
    FieldError,
    UserCache,
    any_text,
    count,
    depth_of,
    flag,
    latest_time,
    moment,
    needed_text,
    no_later_than,
    number,
    strict_json,
    text,
    whole,
)
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.lines import Line, read_lines
from orchestration.sources.records import Blank, EventRecord, Identity, Parsed, Reject
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=(), marks=frozenset({"specversion", "id", "source", "type", "time"}), enough=3)

DECISIONS = ("accepted", "edited", "rejected", "overridden", "ignored")
_SHOWN = ("shown", "offered", "displayed", "presented")
_KEPT_TYPES = 10_000


def _known(*words: str, other: str | None = None) -> Callable[[Any, str], str | None]:
    """A reader of a field whose usual `words` are spelled alike; another word stays as it is, or is `other`.

    A tool of one's own may well say `approve`: rules can name it, and a word of its own is no reason to lose the event.
    """

    def read(value: Any, name: str) -> str | None:
        found = text(value, name)
        if found is None or found.lower() in words:
            return found and found.lower()
        return other or found

    return read


_Read: TypeAlias = Callable[[Any, str], Any]
FIELDS: Mapping[str, tuple[type | None, _Read]] = {
    # name: (the type that needs no conversion, how to read any other), in the order of EventRecord
    "actor_type": (None, _known("human", "service", other="unknown")),
    "user_initiated": (bool, flag),
    "item_id": (str, text),
    "session_id": (str, text),
    "conversation_id": (str, text),
    "use_case": (str, text),
    "feature": (str, text),
    "decision": (None, _known(*DECISIONS)),
    "decision_source": (None, _known("human", "auto", "unknown")),
    "confidence": (float, number),
    "predicted_value": (str, any_text),
    "final_value": (str, any_text),
    "dwell_ms": (float, number),
    "model": (str, text),
    "input_tokens": (None, count),
    "output_tokens": (None, count),
    "cost": (float, number),
    "currency": (str, text),
}
_SPOTS = {name: (spot, *how) for spot, (name, how) in enumerate(FIELDS.items())}
_ACTOR, _INITIATED, _ITEM = range(3)
_DECISION = list(FIELDS).index("decision")
_NOTHING: list[Any] = [None] * len(FIELDS)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The events of one file; plain or gzip."""
    if form_of(beginning(path), SHAPE) == "document":
        yield from map(_Reader(latest_time(now)).item, read_documents(path, SHAPE))
    else:
        yield from parse_lines(read_lines(path), now=now)


def parse_lines(lines: Iterable[Line | Reject], *, now: datetime | None = None) -> Iterator[Parsed]:
    """The events of some lines of a file in which events are lines."""
    return _Reader(latest_time(now)).lines(lines)


def name_of(event_type: Any) -> tuple[str, str | None, bool]:
    """(event name, decision that the name implies, whether the person acted rather than the tool) by its type."""
    name = needed_text({"type": event_type}, "type").rpartition(".")[2]
    if not name:
        raise FieldError("missing_field", "type ends with a dot, so it names no event")
    lowered = name.lower()
    implied = next((word for word in DECISIONS if lowered.endswith(word)), None)
    return name, implied, not lowered.endswith(_SHOWN)


class _Reader:
    """Turns JSON values into events; remembers users and event types between lines."""

    def __init__(self, latest: datetime) -> None:
        self._latest = latest
        self._users = UserCache()
        self._types: dict[str, tuple[str, str | None, bool]] = {}

    def lines(self, lines: Iterable[Line | Reject]) -> Iterator[Parsed]:
        for line in lines:
            if isinstance(line, Reject):
                yield line
                continue
            line_no, offset, raw = line
            try:
                value = orjson.loads(raw)
                if b"\\u0000" in raw:
                    strict_json(raw, CAPS.depth)
                yield self.event(value, line_no, 1)
            except orjson.JSONDecodeError:
                yield from self._mended(line)
            except FieldError as error:
                if isinstance(value, list):
                    yield from self._mended(line)
                else:
                    yield Reject(line_no, offset, 1, error.code, error.reason, raw)

    def _mended(self, line: tuple[int, int, bytes]) -> Iterator[Parsed]:
        """A line that is not one event: blank, broken, or several events."""
        problem = FieldError("unknown_shape", "the line is not an event")
        try:
            strict_json(line[2], CAPS.depth)
        except FieldError as error:
            problem = error
        yield from map(self.item, mend_line(line, problem, SHAPE))

    def item(self, item: Item | Reject | Blank) -> Parsed:
        """The event of one value of a document."""
        if not isinstance(item, Item):
            return item
        try:
            return self.event(item.value, item.number, item.lines)
        except FieldError as error:
            return item.rejected(error)

    def event(self, value: Any, line_no: int, lines: int) -> EventRecord:
        """One CloudEvent as a record; FieldError says what is wrong with it."""
        if not isinstance(value, dict):
            raise FieldError("unknown_shape", "the line is not a JSON object")
        event_id, source = needed_text(value, "id"), needed_text(value, "source")
        name, implied, is_own_doing = self._type(value.get("type"))
        occurred_at = moment(value.get("time"), "time")
        no_later_than(occurred_at, self._latest, "time")
        data = value.get("data")
        if not isinstance(data, dict):
            data = _no_data(value)
        row = _fields(data)
        users = self._named(data.get("user"))
        subject = value.get("subject")
        row[_ITEM] = row[_ITEM] if subject is None else text(subject, "subject")
        row[_ACTOR] = row[_ACTOR] or ("human" if users else "unknown")
        row[_INITIATED] = is_own_doing if row[_INITIATED] is None else row[_INITIATED]
        row[_DECISION] = row[_DECISION] or implied
        seq = whole(data.get("seq"), "data.seq")
        return EventRecord(line_no, lines, (source, event_id), event_id, name, occurred_at, seq, users, *row)

    def _type(self, value: Any) -> tuple[str, str | None, bool]:
        """Like `name_of`, remembered."""
        known = self._types.get(value) if isinstance(value, str) else None
        if known is None:
            known = name_of(value)
            if len(self._types) < _KEPT_TYPES:
                self._types[value] = known
        return known

    def _named(self, user: Any) -> tuple[Identity, ...]:
        if isinstance(user, str) and user:
            return self._users.of(user)
        if isinstance(user, dict):
            return (
                Identity(
                    needed_text(user, "namespace", "data.user.").lower(), needed_text(user, "value", "data.user.")
                ),
            )
        found = text(user, "data.user")
        return self._users.of(found) if found else ()


def _no_data(value: Mapping[str, Any]) -> dict[str, Any]:
    if value.get("data") is None and "data_base64" not in value:
        return {}
    raise FieldError("wrong_type", "data must be an object")


def _fields(data: Mapping[str, Any]) -> list[Any]:
    """The standard fields of `data` in the order of FIELDS, then everything else as attributes."""
    row: list[Any] = _NOTHING.copy()
    attributes = {}
    for name, value in data.items():
        spot = _SPOTS.get(name)
        if spot is not None:
            if value is not None and value != "":
                row[spot[0]] = value if type(value) is spot[1] else spot[2](value, "data." + name)
        elif name not in ("user", "seq"):
            if isinstance(value, dict | list) and depth_of(value) > CAPS.depth:
                raise FieldError("too_deep", f"the JSON is nested deeper than {CAPS.depth} levels")
            attributes[name] = value
    row.append(attributes)
    return row


def recognise(sight: Sight) -> str | None:
    """CloudEvents name their version; of those that do not, id, source, type and time are the marks."""
    for event in sight.records():
        version = event.get("specversion")
        if isinstance(version, str) and "type" in event:
            return f"CloudEvents {version}"
        if version is None and {"id", "source", "type", "time", "data"} <= event.keys():
            return "CloudEvents without specversion"
    return None


_NOTES = {
    "item_id": "subject wins",
    "decision": "usually one of " + ", ".join(DECISIONS),
    "decision_source": "human, auto or unknown",
    "actor_type": "human or service; anything else is unknown",
    "user_initiated": "default: false for events named shown, offered, displayed, presented",
    "confidence": "of the prediction",
    "dwell_ms": "milliseconds that the person looked",
    "cost": "in major units of currency",
}

HUMAN_DECISION = SourceFormat(
    name="human-decision",
    dataset="events",
    grain="event",
    namespaces=("email", "upn", "person_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".jsonl", ".ndjson", ".json"),
    title="Decisions in tools of one's own (CloudEvents)",
    recognise=recognise,
    proves="Every event has a person, a time and often a decision: full rules, such as blind acceptance or haste.",
    fields=(
        Field("id", "event_id"),
        Field("source", "", "with id the key of the event"),
        Field("type", "event_name", "its last dotted part; accepted, edited, ... at its end is the decision too"),
        Field("subject", "item_id"),
        Field("time", "occurred_at", "UTC unless it says otherwise"),
        Field("data.user", "users (email, upn, person_id)", "an address, an id, or {namespace, value}"),
        Field("data.seq", "seq", "the order of events of one moment"),
        *(
            Field(f"data.{name}", {"user_initiated": "is_user_initiated"}.get(name, name), _NOTES.get(name, ""))
            for name in FIELDS
        ),
        Field("data.*", "attributes.*", "everything else; rules may name it"),
        Field("specversion", "", "1.0; says nothing about the event"),
        Field("datacontenttype", "", "data must be JSON"),
        Field("dataschema", "", "says nothing about the event"),
        Field("*", "", "extension attributes of CloudEvents: put what rules need into data"),
    ),
    late_days=0,
    lateness="On arrival; as late as the tool delivers its files.",
)
