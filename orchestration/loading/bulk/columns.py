"""Whole columns of a table read as the parser reads single values.

The parser itself is asked, once for each distinct value, or for each distinct combination of several columns. Only of
the most usual kinds of values (texts, plain numbers, plain times) the meaning is also known here: there are many of
them, and each occurs once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.sources.fields import FieldError
from orchestration.sources.mapping.tables import plain

Mask = npt.NDArray[np.bool_]
Array: TypeAlias = "pa.Array[Any]"
Record = dict[str, Any]

_INT64 = range(-(1 << 63), 1 << 63)
_MOST_KEPT = 200_000
_compute = cast(Any, pc)

NUMBER = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,17})?$"
COUNT = r"^(0|[1-9][0-9]{0,17})$"
_DATE = (
    r"[12][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3}|\.[0-9]{6})?"
)
UTC_TIME, LOCAL_TIME = f"^{_DATE}Z$", f"^{_DATE}Z?$"


@dataclass(frozen=True, slots=True)
class Told:
    """A column as it was read, and for which rows the parser must be asked instead."""

    values: Array
    is_open: Mask


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct combinations of some columns. `codes`: which one each row has."""

    records: list[Record]
    codes: npt.NDArray[np.int64]


class Asked:
    """Asks the parser for one of our columns. Answers are remembered between tables."""

    def __init__(self, names: Sequence[str], read: Callable[[Record], Any], kind: pa.DataType) -> None:
        self.names = tuple(names)
        self._read = read
        self._kind = kind
        self._known: dict[tuple[Any, ...], tuple[Any, bool]] = {}

    def told(self, table: pa.Table) -> Told:
        found = distinct(table, self.names)
        answers = [self._answer(record) for record in found.records]
        values = pa.array([value for value, _ in answers], self._kind)
        is_open = np.array([is_open for _, is_open in answers], np.bool_)
        return Told(values.take(found.codes), is_open[found.codes])

    def _answer(self, record: Record) -> tuple[Any, bool]:
        key = key_of(record)
        if key not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = self._asked(record)
        return self._known[key]

    def _asked(self, record: Record) -> tuple[Any, bool]:
        try:
            value = self._read(record)
        except FieldError:
            return None, True
        is_too_large = isinstance(value, int) and value not in _INT64
        return (None, True) if is_too_large else (value, False)


def key_of(record: Record) -> tuple[Any, ...]:
    """What tells the records of the same columns apart: 0.0 equals -0.0, and nothing equals nan."""
    return tuple(repr(value) if type(value) is float else value for value in record.values())


def distinct(table: pa.Table, names: Sequence[str]) -> Distinct:
    """The distinct combinations of the columns; of no column there is one, which has no values."""
    codes = np.zeros(table.num_rows, np.int64)
    lists: list[list[Any]] = []
    for name in names:
        column = _coded(table[name])
        size = len(column.dictionary)
        own = column.indices.fill_null(size).to_numpy(zero_copy_only=False).astype(np.int64)
        lists.append([*map(plain, _values(column.dictionary, table[name].type)), None])
        codes = codes * (size + 1) + own
        if len(names) > 1:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return _combined(table, names, lists, codes)


def _combined(table: pa.Table, names: Sequence[str], lists: list[list[Any]], codes: npt.NDArray[np.int64]) -> Distinct:
    if len(names) == 1:
        return Distinct([{names[0]: value} for value in lists[0]], codes)
    if not names:
        return Distinct([{}], codes)
    _, firsts = np.unique(codes, return_index=True)
    rows = table.select(list(names)).take(firsts).to_pylist()
    return Distinct([{name: plain(value) for name, value in row.items()} for row in rows], codes)


def _coded(column: pa.ChunkedArray[Any]) -> Any:
    """Floats by their bits, so that 0 and -0 stay two."""
    whole = column.combine_chunks()
    if pa.types.is_floating(whole.type):
        whole = whole.cast(pa.float64()).view(pa.int64())
    return whole.dictionary_encode()


def _values(dictionary: Array, kind: pa.DataType) -> list[Any]:
    return (dictionary.view(pa.float64()) if pa.types.is_floating(kind) else dictionary).to_pylist()


def matching(table: pa.Table, asked: Asked, pattern: str, convert: Callable[[Array], Array]) -> Told:
    """A column of texts: those of the pattern converted at once, the parser asked for the others."""
    (name,) = asked.names
    texts = table[name].combine_chunks()
    is_plain = _compute.match_substring_regex(texts, pattern).fill_null(False)
    plain_texts = _compute.if_else(is_plain, texts, None)
    values = convert(plain_texts)
    rest = np.flatnonzero(~is_plain.to_numpy(zero_copy_only=False))
    is_open = np.zeros(len(texts), np.bool_)
    if len(rest):
        others = asked.told(table.select([name]).take(rest))
        is_open[rest] = others.is_open
        values = _compute.replace_with_mask(values, _compute.invert(is_plain), others.values)
    return Told(values, is_open)


def numbers(table: pa.Table, name: str) -> Told:
    """A column of numbers as such; what is not finite is for the parser."""
    values = table[name].combine_chunks().cast(pa.float64(), safe=False)
    is_finite = _compute.is_finite(values).fill_null(True)
    return Told(values, ~is_finite.to_numpy(zero_copy_only=False))


def counts(table: pa.Table, name: str) -> Told:
    """A column of whole numbers as such; what is negative is for the parser."""
    values = table[name].combine_chunks().cast(pa.int64())
    is_negative = _compute.less(values, 0).fill_null(False)
    return Told(values, is_negative.to_numpy(zero_copy_only=False))


def digits(table: pa.Table, name: str) -> Told:
    """A column of whole numbers as text."""
    return Told(table[name].combine_chunks().cast(pa.string()), np.zeros(table.num_rows, np.bool_))


def as_numbers(texts: Array) -> Array:
    return texts.cast(pa.float64())


def as_counts(texts: Array) -> Array:
    return texts.cast(pa.int64())


def as_times(texts: Array) -> Array:
    return cast(Array, _compute.utf8_rtrim(texts, "Z").cast(pa.timestamp("us")))


def in_calendar(times: Array) -> Told:
    """Times in UTC that are kept as such; those that have no year of four digits are for the parser."""
    plain_times = times.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")) if times.type.tz else times
    values = plain_times.cast(pa.timestamp("us"))
    is_within = _compute.and_(_compute.greater_equal(values, datetime.min), _compute.less_equal(values, datetime.max))
    is_open: Mask = ~is_within.fill_null(False).to_numpy(zero_copy_only=False)
    return Told(values, is_open)


def json_of(parts: Mapping[str, Array], count: int) -> Array:
    """Attributes as JSON: `parts` are their values as JSON, by key as JSON, sorted; nothing where all are nothing."""
    if not parts:
        return cast(Array, cast(Any, pa).nulls(count, pa.string()))
    pairs = [_compute.binary_join_element_wise(f"{key}:", value, "") for key, value in parts.items()]
    joined = _compute.binary_join_element_wise(*pairs, ",", null_handling="skip")
    whole = _compute.binary_join_element_wise("{", joined, "}", "")
    return cast(Array, _compute.if_else(_compute.equal(joined, ""), None, whole))


def quoted(texts: Array) -> Array:
    """Texts in which JSON escapes nothing, in quotes."""
    return cast(Array, _compute.binary_join_element_wise('"', texts, '"', ""))


UNESCAPED = r'^[^"\\\x00-\x1f]+$'
"""Texts that stand in JSON as they are."""
