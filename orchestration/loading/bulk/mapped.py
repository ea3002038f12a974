"""Tables of a mapping in whole columns: what orchestration/sources/mapping makes of each record, in fewer steps.

It reads what is most usual: events of one variant, without filters, each with an id of its own. A row of which anything
is not certain goes to the parser, and so does a file whose mapping says more than is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.loading.bulk.columns import (
    COUNT,
    LOCAL_TIME,
    NUMBER,
    UNESCAPED,
    UTC_TIME,
    Array,
    Asked,
    Mask,
    Record,
    Told,
    as_counts,
    as_numbers,
    as_times,
    counts,
    digits,
    distinct,
    in_calendar,
    json_of,
    key_of,
    matching,
    numbers,
    quoted,
)
from orchestration.loading.datasets import DATASETS
from orchestration.loading.rows import to_json
from orchestration.sources.fields import FieldError, any_text
from orchestration.sources.mapping.building import actor_of, is_own_doing
from orchestration.sources.mapping.paths import Path
from orchestration.sources.mapping.plan import Match, Scope, Value, Variant, flat
from orchestration.sources.mapping.shared import Target, value_as
from orchestration.sources.mapping.values import (
    EVENT_COLUMNS,
    Read,
    as_count,
    as_number,
    as_text,
    moment_of,
    people_of,
)
from orchestration.sources.records import Identity

_compute = cast(Any, pc)
_SCHEMA = DATASETS["events"].schema
_RECOGNISED = 5  # an identifier that is shorter is not looked for in texts: orchestration/identity.py
_KEYS = """
    select place, (number >> 65)::bigint as event_no, (number & 18446744073709551615::uhugeint)::ubigint as key_rest
    from (select place, md5_number($salt || event_id) as number from named order by place)
    order by place
"""


@dataclass(frozen=True, slots=True)
class Mapped:
    """Rows of events that are certain: the columns of the dataset but for who and whence, and who it was."""

    columns: dict[str, Array]
    places: np.ndarray[Any, np.dtype[np.int64]]
    """Which rows of the table they are."""
    users: list[tuple[Identity, ...]]
    who: np.ndarray[Any, np.dtype[np.int64]]
    """Which of the users each row has."""


class TableReader:
    """Reads the tables of one file by one variant of a mapping."""

    def __init__(self, variant: Variant, target: Target, columns: Sequence[str]) -> None:
        self._variant = variant
        self._target = target
        self._is_csv = variant.reading.format == "csv"
        self._columns = tuple(columns)
        self._told = {name: self._column(name) for name in dict.fromkeys((*variant.fields, *variant.constants))}
        self._time = Asked(self._resolved(variant.when.fields), self._moment, pa.timestamp("us"))
        self._who = self._resolved(one.field for one in flat(variant.who))
        self._people: dict[tuple[Any, ...], tuple[Identity, ...] | None] = {}
        self._unknown = {name: Asked([name], partial(_json_of, name), pa.string()) for name in self._unknown_columns()}

    @classmethod
    def of(cls, variants: Sequence[Variant], target: Target, columns: Sequence[str]) -> TableReader | None:
        """A reader of tables with these columns; None when the mapping says what only the parser knows."""
        probe = Scope({name: name for name in columns}, {}, {}, is_table=variants[0].reading.format == "csv")
        for variant in variants:
            if variant.filters or not _is_static(variant.match):
                return None
            if variant.match.fits(probe):
                return cls(variant, target, columns) if _is_simple(variant, columns) else None
        return None

    def rows(self, table: pa.Table, connection: duckdb.DuckDBPyConnection, salt: bytes) -> Mapped:
        """The rows of the table that are certain. `salt`: what stands before an event's id when it is digested."""
        told = {name: self._read(name, asked, table) for name, asked in self._told.items()}
        time = self._times(table)
        is_open = time.is_open | _after(time.values, self._target.latest)
        for each in told.values():
            is_open = is_open | each.is_open
        users, who, is_unnamed = self._users(table)
        columns = {name: told[name].values for name in EVENT_COLUMNS if name in told}
        if not {"event_id", "event_name"} <= columns.keys():
            return Mapped({}, np.zeros(0, np.int64), [], who[:0])
        columns["occurred_at"] = time.values
        is_open |= is_unnamed | _is_nothing(columns["event_id"]) | _is_nothing(columns["event_name"])
        attributes, is_odd = self._attributes(table, told)
        columns["attributes"] = attributes
        columns |= self._doing(columns, users, who)
        is_open |= is_odd | _names_somebody(columns, users, who, connection)
        places = np.flatnonzero(~is_open)
        chosen = {name: values.take(places) for name, values in columns.items()}
        return Mapped({**chosen, **_keys(chosen["event_id"], connection, salt)}, places, users, who[places])

    def _column(self, name: str) -> Asked:
        value = self._variant.fields.get(name)
        kind = _SCHEMA.field(name).type if name in EVENT_COLUMNS else pa.string()
        read = partial(self._value, name) if name in EVENT_COLUMNS else partial(self._value_as_json, name)
        return Asked(self._resolved(value.fields) if value else (), read, kind)

    def _scope(self, record: Record) -> Scope:
        return Scope(record, record, self._variant.aliases, {}, self._is_csv)

    def _value(self, name: str, record: Record) -> Any:
        value = self._variant.fields.get(name)
        told = None if value is None else value_as(value, self._scope(record), name, EVENT_COLUMNS)
        return self._variant.constants.get(name) if told is None or told == "" else told

    def _value_as_json(self, name: str, record: Record) -> str | None:
        told = self._value(name, record)
        return None if told is None else to_json(told).decode()

    def _moment(self, record: Record) -> Any:
        return moment_of(self._variant.when, self._scope(record), self._target.file)

    def _resolved(self, paths: Iterable[Path]) -> tuple[str, ...]:
        """The columns in which the paths stand: each column is asked for with its own name as its value."""
        names = {name: name for name in self._columns}
        scope = self._scope(cast(Record, names))
        return tuple(dict.fromkeys(found for path in paths if isinstance(found := scope.get(path), str)))

    def _unknown_columns(self) -> list[str]:
        return [n for n in self._columns if n not in self._variant.known] if self._variant.keeps_unknown else []

    def _read(self, name: str, asked: Asked, table: pa.Table) -> Told:
        """One of our columns: as a whole where it is a text or a number that stands in one column."""
        value = self._variant.fields.get(name)
        if value is None or not self._is_one(name, value, asked):
            return asked.told(table)
        return _whole(EVENT_COLUMNS[name], value.kind, asked, table) or asked.told(table)

    def _is_one(self, name: str, value: Value, asked: Asked) -> bool:
        """Whether it is what stands in one column, and in nothing else."""
        is_else = value.words is not None or value.const is not None or name in self._variant.constants
        return not is_else and name in EVENT_COLUMNS and len(asked.names) == 1

    def _times(self, table: pa.Table) -> Told:
        when = self._variant.when
        is_one = when.origin == "field" and when.unit == "iso" and not when.formats and len(self._time.names) == 1
        if is_one:
            kind = table.schema.field(self._time.names[0]).type
            if pa.types.is_string(kind):
                return matching(table, self._time, LOCAL_TIME if when.zone is None else UTC_TIME, as_times)
            if pa.types.is_timestamp(kind) and kind.unit != "ns" and when.zone is None and kind.tz in (None, "UTC"):
                return in_calendar(table[self._time.names[0]].combine_chunks())
        return self._time.told(table)

    def _users(self, table: pa.Table) -> tuple[list[tuple[Identity, ...]], Any, Mask]:
        found = distinct(table, self._who)
        users = [self._named(record) for record in found.records]
        is_unnamed = np.array([each is None for each in users], np.bool_)
        return [each or () for each in users], found.codes, is_unnamed[found.codes]

    def _named(self, record: Record) -> tuple[Identity, ...] | None:
        """Whom the record names, remembered between tables; None: nobody, though it must."""
        key = key_of(record)
        if key not in self._people:
            try:
                self._people[key] = people_of(self._variant.who, self._scope(record))
            except FieldError:
                self._people[key] = None
        return self._people[key]

    def _attributes(self, table: pa.Table, told: Mapping[str, Told]) -> tuple[Array, Mask]:
        """Fields that are no column of ours, and plain ones that the mapping does not mention."""
        parts: dict[str, Array] = {name: told[name].values for name in told if name not in EVENT_COLUMNS}
        is_open = np.zeros(table.num_rows, np.bool_)
        for name, asked in self._unknown.items():
            kind = table.schema.field(name).type
            if pa.types.is_string(kind):
                found = matching(table, asked, UNESCAPED, quoted)
            elif _is_signed(kind):
                found = digits(table, name)
            else:
                found = asked.told(table)
            parts[name] = found.values
            is_open |= found.is_open
        keys = {orjson.dumps(name).decode(): parts[name] for name in sorted(parts)}
        return json_of(keys, table.num_rows), is_open

    def _doing(self, columns: Mapping[str, Array], users: Sequence[tuple[Identity, ...]], who: Any) -> dict[str, Array]:
        """Who acted and by whose will, as far as the record does not say so itself: by the parser's own words."""
        names = [name for name in ("event_name", "actor_type", "is_user_initiated") if name in columns]
        is_named = pa.array(np.array([bool(each) for each in users], np.bool_)[who])
        found = distinct(
            pa.table({**{name: columns[name] for name in names}, "is_named": is_named}), [*names, "is_named"]
        )
        actors, initiated = [], []
        for record in found.records:
            actor = actor_of(record.get("actor_type"), is_named=record["is_named"])
            said = record.get("is_user_initiated")
            initiated.append(is_own_doing(record["event_name"] or "", actor[0]) if said is None else said)
            actors.append(actor[1])
        return {
            "actor_type": pa.array(actors, pa.string()).take(found.codes),
            "is_user_initiated": pa.array(initiated, pa.bool_()).take(found.codes),
        }


def _whole(reading: Read, unit: str, asked: Asked, table: pa.Table) -> Told | None:
    """The column as the parser reads each value of it; None where only the parser knows."""
    (name,) = asked.names
    kind = table.schema.field(name).type
    if reading in (as_text, any_text) and unit in ("", "text"):
        return _texts(name, kind, table)
    if reading is as_number and unit in ("", "number", "ms", "credits"):
        if pa.types.is_string(kind):
            return matching(table, asked, NUMBER, as_numbers)
        return numbers(table, name) if pa.types.is_floating(kind) or pa.types.is_integer(kind) else None
    if reading is as_count and unit in ("", "count"):
        if pa.types.is_string(kind):
            return matching(table, asked, COUNT, as_counts)
        return counts(table, name) if _is_signed(kind) else None
    return None


def _texts(name: str, kind: pa.DataType, table: pa.Table) -> Told | None:
    if pa.types.is_string(kind):
        texts = table[name].combine_chunks()
        return Told(_compute.if_else(_compute.equal(texts, ""), None, texts), np.zeros(len(texts), np.bool_))
    return digits(table, name) if _is_signed(kind) else None


def _is_signed(kind: pa.DataType) -> bool:
    """Whether it is of whole numbers that 64 bits with a sign hold."""
    return pa.types.is_integer(kind) and kind != pa.uint64()


def _is_static(match: Match) -> bool:
    return match.where is None and not match.paths


def _is_simple(variant: Variant, columns: Sequence[str]) -> bool:
    reading = variant.reading
    is_plain = not (reading.explode or reading.json_columns or reading.records or variant.unpivot or variant.dedup)
    cost = variant.fields.get("cost")
    is_money = cost is None or cost.kind != "credits"
    is_flat = reading.format == "csv" or all(len(path.steps) == 1 for path in variant.paths())
    named = {name for name in (*variant.fields, *variant.constants) if name not in EVENT_COLUMNS}
    return is_plain and is_flat and is_money and variant.grain.kind == "event" and named.isdisjoint(columns)


def _json_of(name: str, record: Record) -> str | None:
    value = record[name]
    return None if value is None or value == "" else to_json(value).decode()


def _after(values: Array, latest: Any) -> Mask:
    """Which times are too late, or not there."""
    is_late = _compute.greater(values, pa.scalar(latest, pa.timestamp("us"))).fill_null(True)
    return cast(Mask, is_late.to_numpy(zero_copy_only=False))


def _is_nothing(values: Array) -> Mask:
    return cast(Mask, values.is_null().to_numpy(zero_copy_only=False))


def _names_somebody(
    columns: Mapping[str, Array], users: Sequence[tuple[Identity, ...]], who: Any, connection: duckdb.DuckDBPyConnection
) -> Mask:
    """Which rows have an address in a text, or the name of whom they are about."""
    texts = [values for name, values in columns.items() if pa.types.is_string(values.type) and name != "actor_type"]
    joined = _compute.binary_join_element_wise(*texts, "\n", null_handling="skip")
    found: Mask = _compute.match_substring(joined, "@").to_numpy(zero_copy_only=False)
    needles = [[one.value for one in each if "@" not in one.value and len(one.value) >= _RECOGNISED] for each in users]
    for place in range(max(map(len, needles), default=0)):
        column = pa.array([each[place] if place < len(each) else None for each in needles], pa.string())
        named = pa.table({"text": joined, "needle": column.take(who), "place": pa.array(np.arange(len(who)))})  # noqa: F841
        hits = cast(pa.Table, connection.sql("select place from named where contains(text, needle)").to_arrow_table())
        found = found.copy()
        found[hits["place"].to_numpy()] = True
    return found


def _keys(event_ids: Array, connection: duckdb.DuckDBPyConnection, salt: bytes) -> dict[str, Array]:
    named = pa.table({"event_id": event_ids, "place": pa.array(np.arange(len(event_ids)))})  # noqa: F841
    found = cast(pa.Table, connection.sql(_KEYS, params={"salt": salt.decode()}).to_arrow_table())
    return {name: found[name].combine_chunks() for name in ("event_no", "key_rest")}
