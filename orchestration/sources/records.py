"""What a log format module yields: records, rejects and blanks. Nothing here knows a format or a database.

Accounting: every yielded thing carries `lines`, the physical lines it stands for (in files that are one document:
records, so 1). The sum over everything that is yielded equals the lines of the file. Several records on one physical
line count it once: the first has `lines` 1, the following 0.

`line_no` counts from 1: the physical line, or in one-document files the number of the record.
All `datetime` values are UTC without a zone. Dates of a span are inclusive unless the name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

OPEN_END = date(9999, 12, 31)
"""The last day of a span whose end nobody knows."""

OPEN_END_AT = datetime(9999, 12, 31)

MEASURES = (
    "prompts",
    "offered",
    "accepted",
    "rejected",
    "sessions",
    "messages",
    "lines_suggested",
    "lines_accepted",
    "lines_added",
    "lines_removed",
    "commits",
    "input_tokens",
    "output_tokens",
    "cost",
)
"""The measures every aggregate tool may have; all are whole numbers but `cost` (major units of `currency`)."""

REASON_CODES = {
    "not_json": "the line or record is not valid JSON",
    "not_xml": "the element is not well-formed XML, or declares a document type",
    "not_utf8": "the bytes are not valid UTF-8",
    "nul": "the text holds a NUL character",
    "wrong_type": "a field holds another type than the format says",
    "missing_field": "a field that identifies or dates the record is missing",
    "unknown_value": "a field holds a word outside its list",
    "bad_time": "a time or date cannot be read",
    "bad_span": "a span ends before it starts",
    "future_time": "the time lies more than 24 hours in the future",
    "too_long": "the line or record is longer than the limit",
    "too_deep": "the JSON is nested deeper than the limit",
    "too_large": "the file is larger than the limit after decompression",
    "truncated_gzip": "the compressed file ends too early; complete lines before the end were read",
    "corrupt_gzip": "the check sum of the compressed file does not match; nothing in it can be trusted",
    "wrong_columns": "a row has another number of cells than the header, or the header lacks a column",
    "stray_quote": "a quote opens or closes in the middle of a CSV cell",
    "unknown_shape": "valid JSON, but not a record of this format",
    "unsupported_encoding": "the file is UTF-16 or UTF-32",
    "cr_only": "the lines of the file end with a carriage return alone",
}
"""Every code a Reject may carry, with its meaning. Reasons never quote the file: they are published, bytes are not."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as a source names them: `namespace` is email, upn, github_login, person_id, ..."""

    namespace: str
    value: str


CONCEALED = frozenset({"m365_concealed", "viva_person_id"})
"""Namespaces of names that vendors conceal on purpose: no roster may say who is behind one."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One thing that happened at one moment. `users` are the ways the source names the actor, preferred first."""

    line_no: int
    lines: int
    key: tuple[str, ...]
    """Identifies the event in its source, e.g. (CloudEvents source, id)."""
    event_id: str
    event_name: str
    occurred_at: datetime
    seq: int | None
    users: tuple[Identity, ...]
    actor_type: str
    """human, service or unknown."""
    is_user_initiated: bool
    item_id: str | None
    session_id: str | None
    conversation_id: str | None
    use_case: str | None
    feature: str | None
    decision: str | None
    """accepted, edited, rejected, overridden, ignored or None."""
    decision_source: str | None
    """human, auto, unknown or None."""
    confidence: float | None
    predicted_value: str | None
    final_value: str | None
    dwell_ms: float | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    currency: str | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AggregateRecord:
    """What one person did in one period, counted by the source. None in `measures` is unknown, never zero."""

    line_no: int
    lines: int
    key: tuple[str, ...]
    """(person, grain, period start, part): the same under every scope."""
    users: tuple[Identity, ...]
    actor_type: str
    part: str
    """Sub-row of one person and period (a terminal, a client); empty when whole. Parts add up."""
    scope: str
    """The organisation or enterprise the row was reported under. Scopes do not add up."""
    scope_rank: int
    """Lower is preferred when one person and period is reported under several scopes."""
    grain: str
    """day, week, 28d, month or snapshot."""
    period_start: date
    period_end: date
    """Exclusive."""
    is_active: bool | None
    measures: dict[str, int | float | None]
    """A subset of MEASURES."""
    currency: str | None
    attributes: dict[str, Any]
    """Further measures (numbers) and flags by name."""
    coverage: str
    """active_only, all_members, licensed_only or unknown."""
    as_of: datetime | None
    """When the source made the figures; None: take the file's modification time."""
    is_final: bool


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person of a roster. `aliases` does not repeat `person_id`; everything unknown is None."""

    line_no: int
    lines: int
    person_id: str
    name: str | None
    aliases: tuple[Identity, ...]
    department: str | None
    team: str | None
    location: str | None
    role: str | None
    manager_id: str | None
    eligible_from: date | None
    eligible_to: date | None
    fte: float | None
    """0 to 1."""
    working_days: int | None
    """Bit 0 is Monday; None: the calendar's."""
    is_active: bool
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AbsenceRecord:
    """A person is away from `first_date` to `last_date`, both included (OPEN_END: nobody knows until when)."""

    line_no: int
    lines: int
    person_id: str
    first_date: date
    last_date: date
    kind: str | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """A tool did not work from `starts_at` until before `ends_at`."""

    line_no: int
    lines: int
    tool_id: str
    starts_at: datetime
    ends_at: datetime
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """A person completed a training module."""

    line_no: int
    lines: int
    users: tuple[Identity, ...]
    module: str
    completed_at: datetime
    attributes: dict[str, Any]
    statement_id: str | None = None
    """The id under which a later statement may void it; None: nothing can."""


@dataclass(frozen=True, slots=True)
class VoidingRecord:
    """A completion that was told as `statement_id` does not count, whether it was read before this or comes later."""

    line_no: int
    lines: int
    statement_id: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorkItemRecord:
    """A piece of work that a person could have done with a tool."""

    line_no: int
    lines: int
    item_id: str
    users: tuple[Identity, ...]
    tool_id: str
    kind: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EligibleRecord:
    """A person may use a tool (a seat, an allow-list) from `first_date` to `last_date`, both included; None is open."""

    line_no: int
    lines: int
    users: tuple[Identity, ...]
    first_date: date | None
    last_date: date | None
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """Lines that could not be read. `raw` holds the bytes as they came (of something huge: its beginning)."""

    line_no: int
    byte_offset: int
    """Of the first byte, after decompression."""
    lines: int
    code: str
    """One of REASON_CODES."""
    reason: str
    """One sentence without any byte of the file."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class Blank:
    """Lines that carry nothing: empty lines and header rows."""

    lines: int


Record: TypeAlias = (
    EventRecord
    | AggregateRecord
    | PersonRecord
    | AbsenceRecord
    | OutageRecord
    | TrainingRecord
    | VoidingRecord
    | WorkItemRecord
    | EligibleRecord
)
Parsed: TypeAlias = Record | Reject | Blank
