"""The datasets that files become: where their rows go, in which types, and which of two versions of a row wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from orchestration.sources.records import MEASURES

Row = tuple[Any, ...]

FIRST_FILE = "first_file_at"
_INT64 = range(-(1 << 63), 1 << 63)
_STAMP = pa.timestamp("us")
_WHO = pa.list_(pa.struct([("namespace", pa.string()), ("alias_no", pa.int64())]))


@dataclass(frozen=True, slots=True)
class Dataset:
    """One kind of rows. Of two rows with one key, the one that comes first by `order` stays.

    `order` ends with record_hash in every dataset, so the outcome never depends on which file came first.
    `key` are the columns that a row begins with and that tell one record from another; `content` those whose digest is
    the record_hash of a row (empty: the row has it with it). `dated` are the columns that a later repeat of the same
    content raises: it was said again at that time.
    """

    name: str
    table: str
    schema: pa.Schema
    order: str
    key: tuple[str, ...] = ("record_key",)
    content: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    """Of rows that become figures: the first and the last day that a row is about, in SQL."""

    @property
    def hash(self) -> str:
        """The record_hash of a row in SQL. It is computed where two rows of one key meet, so no row need store it."""
        return f"hash({', '.join(self.content)})" if self.content else "record_hash::uuid"

    @property
    def has_first_file(self) -> bool:
        """Whether its rows tell when a record, in whichever version, first came: the least time of all its files."""
        return FIRST_FILE in self.schema.names


_ORIGIN: list[tuple[str, pa.DataType]] = [("load_id", pa.int64()), ("line_no", pa.int64()), ("lines", pa.int64())]


def _schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    """`columns` between the key every row begins with and the origin every row ends with. Uuids travel as text."""
    return pa.schema([("record_key", pa.string()), *columns, ("record_hash", pa.string()), *_ORIGIN])


_EVENT_CONTENT: list[tuple[str, pa.DataType]] = [
    ("event_id", pa.string()),
    ("event_name", pa.string()),
    ("occurred_at", _STAMP),
    ("seq", pa.int64()),
    ("alias_no", pa.int64()),
    ("actor_type", pa.string()),
    ("is_user_initiated", pa.bool_()),
    ("item_id", pa.string()),
    ("session_id", pa.string()),
    ("conversation_id", pa.string()),
    ("use_case", pa.string()),
    ("feature", pa.string()),
    ("decision", pa.string()),
    ("decision_source", pa.string()),
    ("confidence", pa.float64()),
    ("predicted_value", pa.string()),
    ("final_value", pa.string()),
    ("dwell_ms", pa.float64()),
    ("model", pa.string()),
    ("input_tokens", pa.int64()),
    ("output_tokens", pa.int64()),
    ("cost", pa.float64()),
    ("currency", pa.string()),
    ("attributes", pa.string()),
]

_EVENT_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("event_no", pa.int64()),
    ("key_rest", pa.uint64()),
    ("tool_id", pa.string()),
    ("source_id", pa.string()),
    *_EVENT_CONTENT,
    (FIRST_FILE, _STAMP),
    *_ORIGIN,
]

_EVENTS = Dataset(
    "events",
    "raw.usage_event",
    pa.schema(_EVENT_COLUMNS),
    order="occurred_at desc, record_hash desc",
    key=("event_no", "key_rest"),
    content=tuple(name for name, _ in _EVENT_CONTENT),
    days=("occurred_at::date", "occurred_at::date"),
)

_AGGREGATES = Dataset(
    "aggregates",
    "raw.usage_aggregate",
    _schema(
        ("tool_id", pa.string()),
        ("source_id", pa.string()),
        ("alias_no", pa.int64()),
        ("actor_type", pa.string()),
        ("part", pa.string()),
        ("scope", pa.string()),
        ("grain", pa.string()),
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("is_active", pa.bool_()),
        *((name, pa.float64() if name == "cost" else pa.int64()) for name in MEASURES),
        ("currency", pa.string()),
        ("attributes", pa.string()),
        ("coverage", pa.string()),
        ("as_of", _STAMP),
        ("is_final", pa.bool_()),
        ("scope_rank", pa.int32()),
        ("file_at", _STAMP),
        (FIRST_FILE, _STAMP),
    ),
    order="scope_rank, scope, as_of desc, file_at desc, record_hash desc",
    dated=("as_of", "file_at", "is_final"),
    days=("period_start", "greatest(period_start, period_end - 1)"),
)

_PEOPLE = Dataset(
    "people",
    "raw.roster_row",
    _schema(
        ("effective_date", pa.date32()),
        ("person_no", pa.int64()),
        ("person_key", pa.string()),
        ("is_active", pa.bool_()),
        ("eligible_from", pa.date32()),
        ("eligible_to", pa.date32()),
        ("department", pa.string()),
        ("team", pa.string()),
        ("location", pa.string()),
        ("role", pa.string()),
        ("manager_no", pa.int64()),
        ("fte", pa.float64()),
        ("working_days", pa.int16()),
        ("attributes", pa.string()),
        ("aliases", _WHO),
        ("file_at", _STAMP),
    ),
    order="file_at desc, record_hash desc",
    dated=("file_at",),
)


def _told_by_files(name: str, table: str, *columns: tuple[str, pa.DataType]) -> Dataset:
    """A dataset whose rows have no time of their own: the newest file that names a row is right about it."""
    schema = _schema(*columns, ("file_at", _STAMP))
    return Dataset(name, table, schema, order="file_at desc, record_hash desc", dated=("file_at",))


DATASETS = {
    dataset.name: dataset
    for dataset in (
        _EVENTS,
        _AGGREGATES,
        _PEOPLE,
        _told_by_files(
            "absences",
            "raw.absence",
            ("person_no", pa.int64()),
            ("first_date", pa.date32()),
            ("last_date", pa.date32()),
            ("kind", pa.string()),
        ),
        _told_by_files("outages", "raw.outage", ("tool_id", pa.string()), ("starts_at", _STAMP), ("ends_at", _STAMP)),
        _told_by_files(
            "training",
            "raw.training_completion",
            ("alias_no", pa.int64()),
            ("module", pa.string()),
            ("completed_at", _STAMP),
            ("statement_key", pa.string()),
        ),
        _told_by_files("voidings", "raw.training_voiding", ("statement_key", pa.string())),
        _told_by_files(
            "work_items",
            "raw.work_item",
            ("item_id", pa.string()),
            ("alias_no", pa.int64()),
            ("tool_id", pa.string()),
            ("kind", pa.string()),
            ("opened_at", _STAMP),
            ("closed_at", _STAMP),
        ),
        _told_by_files(
            "eligible",
            "raw.eligible",
            ("tool_id", pa.string()),
            ("alias_no", pa.int64()),
            ("first_date", pa.date32()),
            ("last_date", pa.date32()),
        ),
    )
}
"""Every dataset by the name that a source format gives it."""


def to_arrow(dataset: Dataset, rows: Sequence[Row]) -> pa.Table:
    """The rows as one Arrow table in the dataset's schema."""
    columns = [
        _column(values, column.type) for values, column in zip(zip(*rows, strict=True), dataset.schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=dataset.schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array[Any]:
    """An Arrow array. A whole number beyond 64 bits cannot be kept and becomes null: no count or rank is that large."""
    try:
        return pa.array(values, type=kind)
    except (OverflowError, pa.ArrowInvalid):
        return pa.array([None if isinstance(value, int) and value not in _INT64 else value for value in values], kind)
