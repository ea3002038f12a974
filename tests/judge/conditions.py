"""Conditions of the rule language as trees that can be written down and, apart from production, worked out in Python.

Logic is three-valued: None stands for unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Fields = Mapping[str, Any]
NUMBERS: Mapping[str, Callable[[float, float], float | None]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: None if b == 0 else a / b,
}
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<>": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


class Term(Protocol):
    """Something that can be written in a rule and worked out on the fields of an event."""

    def written(self) -> str: ...

    def value(self, fields: Fields) -> Any: ...


@dataclass(frozen=True, slots=True)
class Column:
    name: str

    def written(self) -> str:
        return self.name

    def value(self, fields: Fields) -> Any:
        return fields.get(self.name)


@dataclass(frozen=True, slots=True)
class Literal:
    content: str | float | bool

    def written(self) -> str:
        if isinstance(self.content, bool):
            return str(self.content).lower()
        return f"'{self.content}'" if isinstance(self.content, str) else repr(self.content)

    def value(self, fields: Fields) -> Any:
        return self.content


@dataclass(frozen=True, slots=True)
class Binary:
    """An arithmetic operation or a comparison; unknown as soon as one side is."""

    left: Term
    sign: str
    right: Term

    def written(self) -> str:
        return f"({self.left.written()} {self.sign} {self.right.written()})"

    def value(self, fields: Fields) -> Any:
        left, right = self.left.value(fields), self.right.value(fields)
        return None if left is None or right is None else {**NUMBERS, **COMPARISONS}[self.sign](left, right)


@dataclass(frozen=True, slots=True)
class Coalesce:
    first: Term
    otherwise: Term

    def written(self) -> str:
        return f"coalesce({self.first.written()}, {self.otherwise.written()})"

    def value(self, fields: Fields) -> Any:
        first = self.first.value(fields)
        return self.otherwise.value(fields) if first is None else first


@dataclass(frozen=True, slots=True)
class Greatest:
    """Of two terms that are known."""

    terms: tuple[Term, Term]
    is_least: bool = False

    def written(self) -> str:
        return f"{'least' if self.is_least else 'greatest'}({', '.join(term.written() for term in self.terms)})"

    def value(self, fields: Fields) -> Any:
        values = [term.value(fields) for term in self.terms]
        return min(values) if self.is_least else max(values)


@dataclass(frozen=True, slots=True)
class IsNull:
    term: Term
    is_negated: bool = False

    def written(self) -> str:
        return f"{self.term.written()} is {'not ' if self.is_negated else ''}null"

    def value(self, fields: Fields) -> bool:
        return (self.term.value(fields) is None) != self.is_negated


@dataclass(frozen=True, slots=True)
class OneOf:
    term: Term
    literals: tuple[Literal, ...]

    def written(self) -> str:
        return f"{self.term.written()} in ({', '.join(one.written() for one in self.literals)})"

    def value(self, fields: Fields) -> bool | None:
        value = self.term.value(fields)
        return None if value is None else value in [one.content for one in self.literals]


@dataclass(frozen=True, slots=True)
class Between:
    term: Term
    low: Literal
    high: Literal

    def written(self) -> str:
        return f"({self.term.written()} between {self.low.written()} and {self.high.written()})"

    def value(self, fields: Fields) -> bool | None:
        value = self.term.value(fields)
        return None if value is None else bool(self.low.content <= value <= self.high.content)


@dataclass(frozen=True, slots=True)
class Not:
    term: Term

    def written(self) -> str:
        return f"not ({self.term.written()})"

    def value(self, fields: Fields) -> bool | None:
        value = self.term.value(fields)
        return None if value is None else not value


@dataclass(frozen=True, slots=True)
class Both:
    """`and`: false as soon as one side is false, else unknown as soon as one side is."""

    left: Term
    right: Term

    def written(self) -> str:
        return f"({self.left.written()} and {self.right.written()})"

    def value(self, fields: Fields) -> bool | None:
        values = (self.left.value(fields), self.right.value(fields))
        return False if False in values else None if None in values else True


@dataclass(frozen=True, slots=True)
class Either:
    """`or`: true as soon as one side is true, else unknown as soon as one side is."""

    left: Term
    right: Term

    def written(self) -> str:
        return f"({self.left.written()} or {self.right.written()})"

    def value(self, fields: Fields) -> bool | None:
        values = (self.left.value(fields), self.right.value(fields))
        return True if True in values else None if None in values else False
