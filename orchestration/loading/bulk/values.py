"""Values of proven lines in SQL: for each way in which the parser reads a field, the value and when it is certain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orchestration.loading.bulk.form import Place, key_of, literal

_MOMENT = r"[12][0-9]{3}-(0[1-9]|1[0-2])-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z?"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in SQL, and the condition under which it is what the parser would say; without it the parser is asked."""

    sql: str
    is_certain: str = "true"

    @property
    def is_nothing(self) -> bool:
        """Whether no line has it."""
        return self.sql.startswith("null::")


def nothing(kind: str = "varchar") -> Value:
    """A field that no line has."""
    return Value(f"null::{kind}")


def text(place: Place) -> Value:
    """Text or a whole number as text; nothing when it is empty."""
    if place.is_quoted:
        return Value(f"nullif({place.column}, '')")
    return Value(place.column, place.is_whole)


def any_text(place: Place) -> Value:
    """Text as it is, numbers and truth values as JSON."""
    return Value(f"nullif({place.column}, '')" if place.is_quoted else place.column, place.is_sound)


def number(place: Place) -> Value:
    """A finite number."""
    found = f"try_cast({place.column} as double)"
    is_certain = f"{place.column} is null or (isfinite({found}) and {place.column} <> '-0')"
    return Value(found, f"{place.column} is null" if place.is_quoted else f"({is_certain})")


def whole(place: Place) -> Value:
    """A whole number of 64 bits."""
    return Value(
        f"try_cast({place.column} as bigint)", place.is_whole if not place.is_quoted else f"{place.column} is null"
    )


def count(place: Place) -> Value:
    """A whole number that is not negative."""
    found = whole(place)
    return Value(found.sql, f"({found.is_certain} and not starts_with(coalesce({place.column}, ''), '-'))")


def flag(place: Place) -> Value:
    """True or false."""
    is_certain = f"coalesce({place.column} in ('true', 'false'), true)"
    return Value(f"{place.column} = 'true'", f"{place.column} is null" if place.is_quoted else is_certain)


def word(place: Place, known: Iterable[str], other: str | None) -> Value:
    """One of the known words, however it is spelled; another word stays as it is, or is `other`."""
    found = text(place)
    words = ", ".join(map(literal, known))
    rest = found.sql if other is None else f"case when {found.sql} is not null then {literal(other)} end"
    return Value(
        f"case when lower({place.column}) in ({words}) then lower({place.column}) else {rest} end", found.is_certain
    )


def moment(place: Place, latest: datetime) -> Value:
    """A moment in UTC, no later than `latest`, written as most tools do; other spellings are for the parser."""
    found = f"try_cast({place.column} as timestamp)"
    is_certain = f"(regexp_full_match({place.column}, '{_MOMENT}') and {found} <= timestamp '{latest.isoformat(' ')}')"
    return Value(found, is_certain if place.is_quoted else "false")


def attributes(places: Iterable[Place]) -> Value:
    """Fields by name as JSON, sorted; nothing when a line has none of them."""
    chosen = sorted(places, key=lambda place: place.name)
    if not chosen:
        return nothing()
    parts = ", ".join(_attribute(place) for place in chosen)
    return Value(f"nullif('{{' || concat_ws(',', {parts}) || '}}', '{{}}')", conjunction(p.is_sound for p in chosen))


def _attribute(place: Place) -> str:
    mark = literal('"' if place.is_quoted else "")
    told = f"{mark} || {place.column} || {mark}" if place.is_quoted else place.column
    return f"{literal(key_of(place.name) + ':')} || " + (f"coalesce({told}, 'null')" if place.is_null_written else told)


def conjunction(conditions: Iterable[str]) -> str:
    """All of the conditions."""
    return " and ".join(each for each in dict.fromkeys(conditions) if each != "true") or "true"
