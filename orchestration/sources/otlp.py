"""`otlp`: OpenTelemetry logs, traces and metrics as JSON: Claude Code, Codex, Gemini CLI, anything with `gen_ai.*`.

An export request may stand on a line of its own, as the collector's file exporter and `takeup receive` write it, be a
document, or follow the one before it without anything between. It is read whole or not at all: what names the person
may stand in its resource. Inside a sound request a bad log record, span or data point costs itself alone.

Logs and spans are events; data points of metrics are counts of one person and UTC day and stay counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestration.sources.byte_source import beginning
from orchestration.sources.documents import Item, form_of, read_documents
from orchestration.sources.fields import FieldError, latest_time
from orchestration.sources.formats import SourceFormat
from orchestration.sources.otlp_events import events_of
from orchestration.sources.otlp_fields import FIELDS
from orchestration.sources.otlp_metrics import counts_of
from orchestration.sources.otlp_sight import recognise
from orchestration.sources.otlp_wire import METRICS, SHAPE, Entry, entries
from orchestration.sources.records import Blank, Parsed, Record, Reject

LATE_DAYS = 7


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The events and counts of one file. Lines are physical, or in files that are no lines of JSON: entries."""
    reader = _Reader(latest_time(now), is_document=form_of(beginning(path), SHAPE) != "lines")
    for item in read_documents(path, SHAPE):
        yield from reader.read(item)


class _Reader:
    """Turns JSON values into records and gives each its place in the file."""

    def __init__(self, latest: datetime, *, is_document: bool) -> None:
        self._latest = latest
        self._is_document = is_document
        self._number = 0

    def read(self, item: Item | Reject | Blank) -> Iterator[Parsed]:
        if isinstance(item, Blank):
            yield item
        elif isinstance(item, Reject):
            yield self._placed(item)
        else:
            yield from self._request(item)

    def _request(self, item: Item) -> Iterator[Parsed]:
        try:
            found = list(entries(item.value))
        except FieldError as error:
            yield self._placed(item.rejected(error))
            return
        if not found:
            yield Blank(item.lines)
        for place, entry in enumerate(found):
            if self._is_document:
                self._number += 1
                yield from self._entry(entry, self._number, 1, item.offset)
            else:
                yield from self._entry(entry, item.number, 0 if place else item.lines, item.offset)

    def _entry(self, entry: Entry, line_no: int, lines: int, offset: int) -> list[Parsed]:
        read = counts_of if entry.signal is METRICS else events_of
        try:
            records: list[Record] = list(read(entry, line_no, lines, self._latest))
        except FieldError as error:
            return [Reject(line_no, offset, lines, error.code, error.reason, entry.alone())]
        return [*records] if records else [Blank(lines)]

    def _placed(self, reject: Reject) -> Reject:
        if not self._is_document:
            return reject
        self._number += 1
        return replace(reject, line_no=self._number)


OTLP = SourceFormat(
    name="otlp",
    title="OpenTelemetry logs, traces and metrics (OTLP JSON)",
    dataset="events",
    also=("aggregates",),
    grain="event",
    namespaces=(
        "email",
        "account_uuid",
        "account_id",
        "install_id",
        "upn",
        "person_id",
        "user_name",
        "user_hash",
        "enduser_pseudo_id",
    ),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".jsonl", ".ndjson", ".json", ".log"),
    recognise=recognise,
    proves="Log events with human decisions prove correct and incorrect use; metrics prove use and counts, no order of "
    "steps; people who switched telemetry off look like non-users.",
    fields=FIELDS,
    late_days=LATE_DAYS,
    lateness="Records come within seconds; those of laptops that were offline, days later.",
)
