"""What the review tools share: several events out of one record, and nested answers as one text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import FieldError, latest_time, no_later_than, wrong_type
from orchestration.sources.records import Blank, EventRecord, Parsed

BARE = EventRecord(
    line_no=0,
    lines=0,
    key=(),
    event_id="",
    event_name="",
    occurred_at=datetime.min,
    seq=None,
    users=(),
    actor_type="human",
    is_user_initiated=True,
    item_id=None,
    session_id=None,
    conversation_id=None,
    use_case=None,
    feature=None,
    decision=None,
    decision_source=None,
    confidence=None,
    predicted_value=None,
    final_value=None,
    dwell_ms=None,
    model=None,
    input_tokens=None,
    output_tokens=None,
    cost=None,
    currency=None,
    attributes={},
)
"""An event of which nothing is known; formats replace what they know."""


def read_events(
    path: Path, shape: Shape, now: datetime | None, build: Callable[[Mapping[str, Any]], Iterable[EventRecord]]
) -> Iterator[Parsed]:
    """The events that `build` makes of every record. A record without events is a Blank, a bad one costs all of its."""
    latest = latest_time(now)
    for item in read_documents(path, shape):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield from events_of(item, latest, build)
        except FieldError as error:
            yield item.rejected(error)


def events_of(
    item: Item, latest: datetime, build: Callable[[Mapping[str, Any]], Iterable[EventRecord]]
) -> list[Parsed]:
    """The events that `build` makes of one record, none of them after `latest`; a Blank when there are none."""
    if not isinstance(item.value, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    events = list(build(item.value))
    for event in events:
        no_later_than(event.occurred_at, latest, "the time of the decision")
    if not events:
        return [Blank(item.lines)]
    lines = [item.lines] + [0] * (len(events) - 1)
    return [replace(event, line_no=item.number, lines=n) for event, n in zip(events, lines, strict=True)]


def leaves(value: Any) -> Iterator[Any]:
    """The plain values inside nested lists and objects, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from leaves(child)
    elif value is not None:
        yield value


def as_text(value: Any) -> str | None:
    """An answer as text: its only leaf as it is, anything richer as JSON; None when it holds nothing."""
    found = list(leaves(value))
    if not found:
        return None
    if len(found) == 1 and isinstance(found[0], str):
        return found[0] or None
    return orjson.dumps(found[0] if len(found) == 1 else value).decode()


def objects(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of objects under `name`; empty when it is absent."""
    value = record.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise wrong_type(name, "a list of objects", value)
    return value


def an_object(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`; empty when it is absent."""
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_type(name, "an object", value)
    return value
