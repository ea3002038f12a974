"""The syntax tree of a checked condition, and its rendering: the only place where a condition becomes SQL text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.rules.columns import Column, Dialect, Type

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
INFIX = (*COMPARISONS, "+", "-", "*")


@dataclass(frozen=True, slots=True)
class Node:
    """One node: what it does, the type of its result, its operands; a leaf has a `value` or a `column`.

    op: column, literal, one of INFIX, `/`, negate, and, or, not, in, between, is_null, coalesce, greatest, least.
    """

    op: str
    type: Type
    operands: tuple[Node, ...] = ()
    value: str | float | bool | None = None
    column: Column | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.operands))

    def attributes(self) -> set[tuple[str, str]]:
        """(name, type) of the catalogue attributes that are read."""
        return {node.column.attribute for node in self.walk() if node.column and node.column.attribute}


def render(node: Node, dialect: Dialect = "duckdb") -> str:
    """`node` as SQL of the dialect, every operation in its own parentheses."""
    if node.column is not None:
        return node.column.sql(dialect)
    if node.op == "literal":
        return _literal(node, dialect)
    return _operation(node.op, [render(operand, dialect) for operand in node.operands])


def _operation(op: str, operands: list[str]) -> str:
    if op in INFIX:
        return f"({operands[0]} {op} {operands[1]})"
    if op in ("and", "or"):
        return f"({f' {op} '.join(operands)})"
    if op in ("coalesce", "greatest", "least"):
        return f"{op}({', '.join(operands)})"
    if op == "/":
        return f"({operands[0]} / nullif({operands[1]}, 0.0e0))"
    return _prefixed(op, operands)


def _prefixed(op: str, operands: list[str]) -> str:
    first, *rest = operands
    return {
        "not": lambda: f"(not {first})",
        "negate": lambda: f"(- {first})",
        "is_null": lambda: f"({first} is null)",
        "in": lambda: f"({first} in ({', '.join(rest)}))",
        "between": lambda: f"({first} between {rest[0]} and {rest[1]})",
    }[op]()


def _literal(node: Node, dialect: Dialect) -> str:
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return str(node.value).lower()
    if isinstance(node.value, float):
        return number(node.value)
    if node.type in ("date", "timestamp"):
        return f"{node.type} '{node.value}'"
    return text(node.value, dialect)


def text(value: str, dialect: Dialect = "duckdb") -> str:
    """A text literal. DuckDB knows no escape but the doubled quote; in Spark a backslash escapes, so it is doubled.

    Spark also puts variables in, `${env:HOME}` for one, before it parses and within texts: there the brace is escaped.
    """
    if dialect == "spark":
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "$\\{") + "'"
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A double literal: the exponent keeps DuckDB and Spark from reading a decimal."""
    shown = repr(value)
    return shown if "e" in shown else f"{shown}e0"


def plain(node: Node) -> str:
    """`node` as the language itself writes it: for sentences, messages and the semantic hash."""
    if not node.operands:
        return _plain_leaf(node)
    operands = [_inner(operand, node.op) for operand in node.operands]
    if node.op == "not" and node.operands[0].op in ("is_null", "in", "between"):
        inner = node.operands[0]
        return _predicate(inner.op, [_inner(operand, inner.op) for operand in inner.operands], "not ")
    if node.op in ("is_null", "in", "between"):
        return _predicate(node.op, operands, "")
    if node.op in (*INFIX, "/", "and", "or"):
        return f" {node.op} ".join(operands)
    if node.op == "not":
        return f"not {operands[0]}"
    return f"-{operands[0]}" if node.op == "negate" else f"{node.op}({', '.join(operands)})"


def _inner(node: Node, around: str) -> str:
    """An operand, in parentheses unless it binds more tightly than the operation around it."""
    is_tight = node.op in ("column", "literal", "coalesce", "greatest", "least")
    is_clause = node.op in (*COMPARISONS, "is_null") and around in ("and", "or")
    return plain(node) if is_tight or is_clause else f"({plain(node)})"


def _predicate(op: str, operands: list[str], negation: str) -> str:
    first, *rest = operands
    if op == "is_null":
        return f"{first} is {negation}null"
    if op == "in":
        return f"{first} {negation}in ({', '.join(rest)})"
    return f"{first} {negation}between {rest[0]} and {rest[1]}"


def _plain_leaf(node: Node) -> str:
    if node.column is not None:
        return node.column.name
    if isinstance(node.value, float):
        return f"{node.value:.0f}" if node.value.is_integer() and abs(node.value) < 1e15 else repr(node.value)
    if isinstance(node.value, str):
        return text(node.value)
    return "null" if node.value is None else str(node.value).lower()
