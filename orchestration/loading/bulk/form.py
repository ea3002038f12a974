"""The form in which the lines of a file are written, learnt from some of them: keys, their order, what is between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

_STYLES = ((",", ":"), (", ", ": "))
_LEAST_SHARE = 0.5
"""Of the sample's lines that must have one form: with fewer the parser would read most of them anyhow."""
_MOST_FIELDS = 200
_PLAIN_NUMBER = r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,17})?"


@dataclass(frozen=True, slots=True)
class Place:
    """One field of the lines. `column` is where its text stands in SQL."""

    name: str
    column: str
    is_quoted: bool
    """A text; else a number, a truth value, or anything else that is written without quotes."""
    is_null_written: bool
    """Without a value it is written as null; else it is left out."""
    is_always: bool
    """Every line that was seen has a value there."""

    def written(self, separator: str, colon: str, *, is_first: bool) -> list[str]:
        """Terms of SQL that together give the field as it stands in the line, with what separates it from the last.

        A line without a value where there always is one gives an empty text, which that line does not have.
        """
        head = ("" if is_first else separator) + f"{key_of(self.name)}{colon}"
        mark = '"' if self.is_quoted else ""
        if is_first or self.is_always:
            return [literal(head + mark), self.column, literal(mark)]
        if not self.is_null_written:
            return [f"coalesce({literal(head + mark)} || {self.column} || {literal(mark)}, '')"]
        return [literal(head), f"coalesce({literal(mark)} || {self.column} || {literal(mark)}, 'null')"]

    @property
    def is_sound(self) -> str:
        """Whether what stands there without quotes is a plain number or a truth value, in SQL; texts always are."""
        if self.is_quoted:
            return "true"
        shape = f"regexp_full_match({self.column}, '{_PLAIN_NUMBER}')"
        return f"coalesce({self.column} in ('true', 'false') or ({shape} and {self.column} <> '-0'), true)"

    @property
    def is_whole(self) -> str:
        """Whether it is a whole number that 64 bits hold, or nothing, in SQL."""
        shape = f"regexp_full_match({self.column}, '0|-?[1-9][0-9]{{0,17}}')"
        return "false" if self.is_quoted else f"coalesce({shape}, true)"


@dataclass(frozen=True, slots=True)
class Form:
    """How each line of a file is written. `inner` are the fields of the object under `holder`."""

    fields: Mapping[str, Place]
    inner: Mapping[str, Place]
    holder: str
    style: tuple[str, str]
    ending: str

    @property
    def columns(self) -> str:
        """The argument `columns` of read_json: every value as text."""
        plain = [f"{identifier(name)}: 'VARCHAR'" for name in self.fields if name != self.holder]
        if self.holder in self.fields:
            inner = ", ".join(f"{identifier(name)} VARCHAR" for name in self.inner)
            plain.append(f"{identifier(self.holder)}: {literal(f'STRUCT({inner})')}")
        return "{" + ", ".join(plain) + "}"

    @property
    def text(self) -> str:
        """The line as it must stand in the file if nothing is in it but these values, in SQL."""
        separator, colon = self.style
        terms = [literal("{")]
        for place, (name, field) in enumerate(self.fields.items()):
            if name == self.holder:
                head = ("" if not place else separator) + f"{key_of(name)}{colon}{{"
                terms += [literal(head), *_terms(self.inner.values(), self.style), literal("}")]
            else:
                terms += field.written(separator, colon, is_first=not place)
        return f"concat({', '.join(_joined([*terms, literal('}' + self.ending)]))})"


def _terms(fields: Iterable[Place], style: tuple[str, str]) -> list[str]:
    return [term for place, field in enumerate(fields) for term in field.written(*style, is_first=not place)]


def _joined(terms: Sequence[str]) -> list[str]:
    """The terms with literals that follow each other as one."""
    made: list[str] = []
    for term in terms:
        is_literal = term.startswith("'") and made and made[-1].startswith("'")
        made = [*made[:-1], made[-1][:-1] + term[1:]] if is_literal else [*made, term]
    return made


def key_of(name: str) -> str:
    """A key as it stands in JSON."""
    return json.dumps(name, ensure_ascii=False)


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def learn(lines: Iterable[bytes], holder: str = "") -> Form | None:
    """The form of the `lines`, which keep their line ends; None when too few have one, or names could be confused.

    `holder` is the key of the one object whose fields are told apart; any other object has no form.
    """
    values = [(raw, value) for raw in lines if isinstance(value := _loaded(raw), dict)]
    counts = Counter(style for raw, value in values for style in [_style(raw, value)] if style)
    if not counts:
        return None
    (style, ending), hits = counts.most_common(1)[0]
    if hits < _LEAST_SHARE * len(values):
        return None
    chosen = [value for raw, value in values if _style(raw, value) == (style, ending)]
    outer = _learn_fields(chosen, "told")
    nested = [value[holder] for value in chosen if isinstance(value.get(holder), dict)]
    inner = _learn_fields(nested, f"told.{identifier(holder)}") if holder in outer else {}
    if not _are_distinct(outer) or not _are_distinct(inner) or (holder in outer and not inner):
        return None
    return Form(outer, inner, holder, style, ending)


def _loaded(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def _style(raw: bytes, value: Any) -> tuple[tuple[str, str], str] | None:
    """(separators, line end) with which the value would be written as this line."""
    ending = "\r\n" if raw.endswith(b"\r\n") else "\n"
    text = raw.removesuffix(ending.encode())
    for style in _STYLES:
        if json.dumps(value, separators=style, ensure_ascii=False).encode("utf-8", "replace") == text:
            return style, ending
    return None


def _learn_fields(values: Sequence[Mapping[str, Any]], path: str) -> dict[str, Place]:
    """The fields in the order in which they stand; those that no value was seen of are quoted."""
    order: list[str] = []
    texts: Counter[str] = Counter()
    nulls: Counter[str] = Counter()
    for value in values:
        place = 0
        for name, field in value.items():
            if name not in order:
                order.insert(place, name)
            place = order.index(name) + 1
            texts[name] += 1 if isinstance(field, str) else -(field is not None)
            nulls[name] += field is None
    absent = {name: sum(name not in value for value in values) for name in order}
    return {
        name: Place(
            name,
            f"{path}.{identifier(name)}",
            is_quoted=texts[name] >= 0,
            is_null_written=nulls[name] > absent[name],
            is_always=not nulls[name] and not absent[name],
        )
        for name in order
    }


def _are_distinct(fields: Mapping[str, Place]) -> bool:
    """Whether DuckDB, which minds no case in names, can tell the fields apart, and they are not too many."""
    return len({name.casefold() for name in fields}) == len(fields) <= _MOST_FIELDS and all(
        name.isprintable() and name for name in fields
    )
