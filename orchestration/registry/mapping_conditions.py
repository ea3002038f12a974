"""Conditions of mapping files: the condition language of the rules, answered in Python for one record at a time.

A condition is parsed and checked like one of a rule and never becomes code. Its names are fields of the record, nested
ones with dots. What a name is compared with says what it is read as: `amount > 10` reads a number.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from orchestration.rules.columns import FUNCTIONS, KEYWORDS, Column
from orchestration.rules.conditions import parse_condition
from orchestration.rules.expressions import Node
from orchestration.rules.faults import LanguageError
from orchestration.rules.lexing import Token, tokens
from orchestration.sources.fields import FieldError
from orchestration.sources.mapping.paths import Path, parse_path
from orchestration.sources.mapping.plan import Predicate, Scope
from orchestration.sources.mapping.values import Read, as_flag, as_number, as_text

_QUOTED_OR_NAME = re.compile(r"'(?:[^']|'')*'|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_READERS: Mapping[str, Read] = MappingProxyType({"text": as_text, "number": as_number, "boolean": as_flag})
_COMPARED = ("=", "==", "<>", "!=", "<", "<=", ">", ">=", "in", "between", "not", "(", "+", "-", "*", "/", "is")
_ARITHMETIC = frozenset(("+", "-", "*", "/"))
_RELATIONS = frozenset(_COMPARED) - {"(", "not"}
_LITERALS: Mapping[str, str] = MappingProxyType({"number": "double", "text": "text"})


@dataclass(frozen=True, slots=True)
class _FieldNames:
    """Every name is a field; its type was found by what stands beside it."""

    types: Mapping[str, str]

    def column(self, name: str) -> Column:
        return Column(name, self.types.get(name, "text"), "attribute")


def compile_predicate(text: str) -> Predicate:
    """The condition as a question to a record. Raises LanguageError with the offset of the mistake."""
    flat, dotted = _flattened(text)
    found = tokens(flat)
    tree = parse_condition(flat, _FieldNames(_types(found)))
    names = {node.column.name for node in tree.walk() if node.column is not None}
    paths = {name: parse_path(dotted.get(name, name)) for name in names}
    return _Question(tree, paths)


def _flattened(text: str) -> tuple[str, dict[str, str]]:
    """The text with dots in names as underscores, so that nothing moves, and what each such name was."""
    dotted: dict[str, str] = {}

    def flat(found: re.Match[str]) -> str:
        if found[0].startswith("'"):
            return found[0]
        name = found[0].replace(".", "_")
        if dotted.setdefault(name, found[0]) != found[0]:
            raise LanguageError(f"{found[0]!r} and {dotted[name]!r} look alike here", "name one of them in `fields`")
        return name

    return _QUOTED_OR_NAME.sub(flat, text), dotted


def _types(found: Sequence[Token]) -> dict[str, str]:
    """What each name is: as the first literal that it is compared with; true or false when with nothing."""
    types: dict[str, str] = {}
    for place, token in enumerate(found):
        is_name = token.kind == "word" and token.word not in KEYWORDS | FUNCTIONS
        if is_name and types.get(token.text, "unknown") == "unknown":
            types[token.text] = _beside(found, place)
    return {name: "text" if kind == "unknown" else kind for name, kind in types.items()}


def _beside(found: Sequence[Token], place: int) -> str:
    call = _call_around(found, place)
    start, end = call or (place, place + 1)
    inside = [_LITERALS[one.kind] for one in found[start:end] if one.kind in _LITERALS] if call else []
    beside = (_literal_after(found[end:]), _literal_after(found[:start][::-1]))
    known = [*inside, *(kind for kind in beside if kind is not None)]
    if known:
        return known[0]
    around = [found[place].word for place in (start - 1, end) if 0 <= place < len(found)]
    if _ARITHMETIC & set(around):
        return "double"
    return "unknown" if call or _RELATIONS & set(around) else "boolean"


def _call_around(found: Sequence[Token], place: int) -> tuple[int, int] | None:
    """From which token to which the call of a function reaches in whose brackets the token stands."""
    depth, start = 0, place
    while start > 0 and depth < 1:
        start -= 1
        depth += (found[start].text == "(") - (found[start].text == ")")
    if depth < 1 or start == 0 or found[start - 1].word not in FUNCTIONS:
        return None
    end = place
    while depth and end < len(found):
        depth += (found[end].text == "(") - (found[end].text == ")")
        end += 1
    return start - 1, end


def _literal_after(rest: Sequence[Token]) -> str | None:
    """The type of the literal that operators lead to; None when something else comes first."""
    if not rest or rest[0].word not in _COMPARED or rest[0].text == "(":
        return None
    first = next((token for token in rest if token.word not in _COMPARED), None)
    if first is None:
        return None
    return "boolean" if first.word in ("true", "false") else _LITERALS.get(first.kind)


@dataclass(frozen=True, slots=True)
class _Question:
    """A checked tree and the paths of its names."""

    tree: Node
    paths: Mapping[str, Path]

    def __call__(self, scope: Scope) -> bool | None:
        found = self._value(self.tree, scope)
        return found if isinstance(found, bool) else None

    def _value(self, node: Node, scope: Scope) -> Any:
        if node.column is not None:
            return self._field(node, scope)
        if node.op == "literal":
            return node.value
        values = [self._value(operand, scope) for operand in node.operands]
        return _EVERY[node.op](values)

    def _field(self, node: Node, scope: Scope) -> Any:
        assert node.column is not None
        found = scope.get(self.paths[node.column.name])
        if isinstance(found, list | dict):
            return str(found) if node.type == "text" else None
        try:
            return _READERS[node.type](found, node.column.name)
        except FieldError:
            return None  # a word where the condition asks for a number: unknown, as in a rule


def _known(how: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    """`how` of values that are all known; otherwise unknown."""
    return lambda values: None if None in values else how(*values)


def _all(values: list[Any]) -> bool | None:
    return False if False in values else None if None in values else True


def _any(values: list[Any]) -> bool | None:
    return True if True in values else None if None in values else False


def _in(values: list[Any]) -> bool | None:
    first, *rest = values
    return None if first is None else first in rest


def _best(how: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    return lambda values: how(known) if (known := [one for one in values if one is not None]) else None


_EVERY: Mapping[str, Callable[[list[Any]], Any]] = MappingProxyType(
    {
        "=": _known(operator.eq),
        "<>": _known(operator.ne),
        "<": _known(operator.lt),
        "<=": _known(operator.le),
        ">": _known(operator.gt),
        ">=": _known(operator.ge),
        "+": _known(operator.add),
        "-": _known(operator.sub),
        "*": _known(operator.mul),
        "/": _known(lambda one, other: one / other if other else None),
        "negate": _known(operator.neg),
        "not": _known(operator.not_),
        "and": _all,
        "or": _any,
        "in": _in,
        "between": _known(lambda one, low, high: low <= one <= high),
        "is_null": lambda values: values[0] is None,
        "coalesce": lambda values: next((one for one in values if one is not None), None),
        "greatest": _best(max),
        "least": _best(min),
    }
)
"""Every operation of the language, three-valued as in SQL."""
