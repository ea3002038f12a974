"""Conditions: boolean SQL expressions, parsed by sqlglot, checked against an allow-list, rendered from the tree.

The text of a user never reaches SQL: tokens are checked first (lexing.py), quoted texts are taken out before sqlglot
parses the rest, each permitted node becomes one of ours (expressions.py), and only those are rendered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from orchestration.rules.columns import FUNCTIONS, KEYWORDS, Dialect, EventNames, Names, PersonNames, Type
from orchestration.rules.expressions import Node, plain, render
from orchestration.rules.faults import LanguageError
from orchestration.rules.lexing import MAX_DEPTH, Token, tokens

_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_ARITHMETIC: dict[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_CALLS: dict[type[exp.Expression], str] = {exp.Coalesce: "coalesce", exp.Greatest: "greatest", exp.Least: "least"}
# Words that people who know SQL try; naming them helps more than "unknown attribute".
_SQL_WORDS = frozenset(
    ("all", "any", "array", "as", "asc", "by", "case", "cast", "collate", "current_date", "current_timestamp", "date",
     "desc", "distinct", "else", "end", "escape", "exists", "extract", "filter", "from", "glob", "group", "having",
     "ilike", "interval", "isnull", "join", "like", "limit", "notnull", "now", "order", "over", "regexp", "rlike",
     "row", "select", "similar", "some", "symmetric", "then", "timestamp", "try_cast", "union", "unknown", "using",
     "when", "with", "xor")
)  # fmt: skip
_GREATEST_WHOLE = 2**53  # beyond it, neighbouring whole numbers are one double
_NAMES: dict[Type, str] = {"null": "null", "boolean": "true or false"}


def compile_person_condition(text: str, dialect: Dialect = "duckdb", attributes: Collection[str] | None = None) -> str:
    """A condition over the roster as SQL over columns department, team, location, role, fte and attributes (JSON).

    Any other lower-case name is read from `attributes` as text; when `attributes` (the roster's further columns) is
    given, unknown names are refused. Raises LanguageError with the offset of the mistake.
    """
    return render(parse_condition(text, PersonNames(attributes)), dialect)


def compile_condition(text: str, names: Names | None = None, dialect: Dialect = "duckdb") -> str:
    """A condition over usage events as three-valued boolean SQL. Raises LanguageError."""
    return render(parse_condition(text, names or EventNames()), dialect)


def parse_condition(text: str, names: Names) -> Node:
    """The checked tree of a condition. Raises LanguageError unless it is well-formed, well-typed and boolean."""
    node = _read_as(_parse(text, names), "boolean")
    if node.type != "boolean":
        raise LanguageError(f"{_described(node)}, not a condition", "compare it with something, as in amount >= 10")
    return node


def parse_number(text: str, names: Names) -> Node:
    """The checked tree of a numeric expression, such as the confidence that a rule reads."""
    node = _read_as(_parse(text, names), "number")
    if node.type != "number":
        raise LanguageError(f"{_described(node)}, not a number", "name an attribute that is declared as double")
    return node


def _parse(text: str, names: Names) -> Node:
    found = tokens(text)
    if not found:
        raise LanguageError("the condition is empty", "write one, such as decision = 'approve'")
    source = _Source.of(found, names)
    return _Reader(source, names).read(source.tree(), 0)


@dataclass(frozen=True, slots=True)
class _Source:
    """The tokens, and the text that sqlglot parses in their place: names in quotes, quoted texts as their number."""

    tokens: list[Token]
    starts: list[int]
    sql: str

    @classmethod
    def of(cls, found: list[Token], names: Names) -> _Source:
        parts, starts, length = [], [], 0
        for position in range(len(found)):
            part = _stand_in(found, position, names)
            parts.append(part)
            starts.append(length)
            length += len(part) + 1
        return cls(found, starts, " ".join(parts))

    def tree(self) -> exp.Expression:
        try:
            trees = sqlglot.parse(self.sql, dialect="duckdb")
        except SqlglotError as error:
            raise self._unreadable(error) from None
        except RecursionError:
            raise LanguageError("this is nested too deeply", "split the rule") from None
        if len(trees) != 1 or not isinstance(trees[0], exp.Expression):
            raise LanguageError("this is not one expression", "write one condition")
        return trees[0]

    def _unreadable(self, error: SqlglotError) -> LanguageError:
        detail = (getattr(error, "errors", None) or [{}])[0]
        # sqlglot's column is the last character of the token it stumbled over.
        place = int(detail.get("col") or 1) - 1
        token = self.at(place) or self.tokens[-1]
        mend = "check what stands before and after it: operators need both sides, parentheses come in pairs"
        return LanguageError(f"the condition cannot be read at {token.text!r}", mend, token.offset)

    def at(self, place: int) -> Token | None:
        """The token whose stand-in covers character `place` of `sql`."""
        index = sum(start <= place for start in self.starts) - 1
        return self.tokens[index] if index >= 0 else None


def _stand_in(found: list[Token], position: int, names: Names) -> str:
    token = found[position]
    if token.kind == "text":
        return f"'{position}'"
    if token.kind != "word":
        return "=" if token.text == "==" else token.text
    is_call = position + 1 < len(found) and found[position + 1].text == "("
    if token.word in KEYWORDS or (token.word in FUNCTIONS and is_call):
        return token.word
    return f'"{_checked_name(token, is_call, names)}"'


def _checked_name(token: Token, is_call: bool, names: Names) -> str:
    try:
        names.column(token.text)
    except LanguageError as error:
        raise _not_a_name(token, is_call, error) from None
    if is_call:
        mend = "permitted are coalesce, greatest and least"
        raise LanguageError(f"{token.text!r} is an attribute, not a function", mend, token.offset)
    return token.text


def _not_a_name(token: Token, is_call: bool, error: LanguageError) -> LanguageError:
    if token.word in _SQL_WORDS:
        mend = "permitted are and, or, not, in, between, is null, coalesce, greatest, least"
        return LanguageError(f"{token.text!r} is not part of the condition language", mend, token.offset)
    if is_call:
        mend = "permitted are coalesce, greatest and least"
        return LanguageError(f"the function {token.text!r} is not permitted", mend, token.offset)
    return error.moved(token.offset)


@dataclass(frozen=True, slots=True)
class _Reader:
    """sqlglot's tree -> ours, node by permitted node."""

    source: _Source
    names: Names

    def read(self, tree: exp.Expression, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._error(tree, f"this is nested deeper than {MAX_DEPTH}", "split the rule")
        while isinstance(tree, exp.Paren):
            tree = tree.this
        reader = _READERS.get(type(tree))
        if reader is None:
            mend = "permitted are and, or, not, comparisons, in, between, is null, + - * /, coalesce, greatest, least"
            raise self._error(tree, "this is not part of the condition language", mend)
        return reader(self, tree, depth + 1)

    def _error(self, tree: exp.Expression, what: str, mend: str) -> LanguageError:
        places = [node.meta["start"] for node in tree.walk() if "start" in node.meta]
        token = self.source.at(min(places)) if places else None
        return LanguageError(what, mend, token.offset if token else 0)

    def column(self, tree: exp.Expression, _: int) -> Node:
        identifier = tree.this
        if set(_given(tree)) != {"this"} or not isinstance(identifier, exp.Identifier) or not identifier.args["quoted"]:
            raise self._error(tree, f"{tree.name!r} is not an attribute", "write coalesce(a, b) with its parentheses")
        column = self.names.column(identifier.name)
        return Node("column", column.type, column=column)

    def literal(self, tree: exp.Expression, _: int) -> Node:
        if tree.args["is_string"]:
            return Node("literal", "text", value=self.source.tokens[int(tree.name)].value)
        value = float(tree.name)
        is_exact = not value.is_integer() or abs(value) < _GREATEST_WHOLE or "e" in tree.name.lower()
        if not math.isfinite(value) or not is_exact:
            mend = "declare the attribute as text and compare texts" if math.isfinite(value) else "write a smaller one"
            raise self._error(tree, f"the number {tree.name} is too large to be exact", mend)
        return Node("literal", "number", value=value)

    def truth(self, tree: exp.Expression, _: int) -> Node:
        return Node("literal", "boolean", value=bool(tree.this))

    def null(self, _: exp.Expression, __: int) -> Node:
        return Node("literal", "null")

    def connective(self, tree: exp.Expression, depth: int) -> Node:
        op = "and" if isinstance(tree, exp.And) else "or"
        what = f"`{op}` joins conditions"
        operands = tuple(self._expected(tree, self.read(part, depth), "boolean", what) for part in _flat(tree))
        return Node(op, "boolean", operands)

    def negation(self, tree: exp.Expression, depth: int) -> Node:
        operand = self._expected(tree, self.read(tree.this, depth), "boolean", "`not` turns a condition round")
        return Node("not", "boolean", (operand,))

    def comparison(self, tree: exp.Expression, depth: int) -> Node:
        both = self._alike(tree, [self.read(tree.this, depth), self.read(tree.expression, depth)])
        return Node(_COMPARISONS[type(tree)], "boolean", both)

    def arithmetic(self, tree: exp.Expression, depth: int) -> Node:
        op = _ARITHMETIC[type(tree)]
        what = f"`{op}` calculates with numbers"
        parts = (self.read(tree.this, depth), self.read(tree.expression, depth))
        return Node(op, "number", tuple(self._expected(tree, part, "number", what) for part in parts))

    def sign(self, tree: exp.Expression, depth: int) -> Node:
        operand = self._expected(tree, self.read(tree.this, depth), "number", "`-` calculates with numbers")
        if isinstance(operand.value, float):
            return Node("literal", "number", value=-operand.value)
        return Node("negate", "number", (operand,))

    def membership(self, tree: exp.Expression, depth: int) -> Node:
        values = tree.expressions
        if not values or set(_given(tree)) != {"this", "expressions"}:
            raise self._error(tree, "`in` needs a list of values", "write it like in ('a', 'b')")
        nodes = [self.read(part, depth) for part in (tree.this, *values)]
        for node, part in zip(nodes[1:], values, strict=True):
            if node.op != "literal" or node.value is None:
                raise self._error(part, f"{plain(node)} is not a plain value", "list texts and numbers; null: is null")
        return Node("in", "boolean", self._alike(tree, nodes))

    def between(self, tree: exp.Expression, depth: int) -> Node:
        if set(_given(tree)) != {"this", "low", "high"}:
            raise self._error(tree, "this kind of between is not permitted", "write a between 1 and 2")
        parts = [self.read(tree.args[name], depth) for name in ("this", "low", "high")]
        return Node("between", "boolean", self._alike(tree, parts))

    def is_null(self, tree: exp.Expression, depth: int) -> Node:
        if not isinstance(tree.expression, exp.Null):
            raise self._error(tree, "`is` is only for null", "write is null, is not null or = true")
        return Node("is_null", "boolean", (self.read(tree.this, depth),))

    def call(self, tree: exp.Expression, depth: int) -> Node:
        operands = [self.read(part, depth) for part in (tree.this, *tree.expressions) if part is not None]
        name = _CALLS[type(tree)]
        if len(operands) < 2:
            raise self._error(tree, f"{name} needs at least two values", f"write it like {name}(a, 0)")
        alike = self._alike(tree, operands)
        return Node(name, alike[0].type, alike)

    def _expected(self, tree: exp.Expression, node: Node, kind: Type, what: str) -> Node:
        node = _read_as(node, kind)
        if node.type != kind:
            raise self._error(tree, f"{what}, but {_described(node)}", "compare or convert it first")
        return node

    def _alike(self, tree: exp.Expression, nodes: list[Node]) -> tuple[Node, ...]:
        """The nodes when they can be compared; a text literal beside a date or time is read as one."""
        said = [node for node in nodes if not (node.column and node.column.is_empty)] or nodes
        kind = next((node.type for node in said if node.op != "literal"), said[0].type)
        alike = tuple(self._dated(tree, _read_as(node, kind), kind) for node in nodes)
        for node in alike:
            if node.type == "null":
                raise self._error(tree, "null cannot be compared", "write is null or is not null")
            if node.type != alike[0].type:
                what = f"{_described(alike[0])}, {_described(node)}: they cannot be compared"
                raise self._error(tree, what, "write texts in quotes and numbers without, or declare another type")
        return alike

    def _dated(self, tree: exp.Expression, node: Node, kind: Type) -> Node:
        if node.op != "literal" or not isinstance(node.value, str) or kind not in ("date", "timestamp"):
            return node
        try:
            if kind == "date":
                return Node("literal", kind, value=date.fromisoformat(node.value).isoformat())
            moment = datetime.fromisoformat(node.value)
        except ValueError:
            raise self._error(tree, f"{node.value!r} is not a {kind}", "write it like '2026-03-02'") from None
        if moment.tzinfo is not None:
            raise self._error(tree, f"{node.value!r} names a time zone", "times are UTC: leave the zone out")
        return Node("literal", kind, value=moment.isoformat(" "))


def _read_as(node: Node, kind: Type) -> Node:
    """A column in which nothing stands as one of the type that is needed; any other node as it is."""
    if node.column is None:
        return node
    column = node.column.read_as(kind)
    return Node(node.op, column.type, column=column)


def _described(node: Node) -> str:
    return f"{plain(node)} is {_NAMES.get(node.type, f'a {node.type}')}"


def _given(tree: exp.Expression) -> list[str]:
    """The arguments of a sqlglot node that are set to something."""
    return [name for name, value in tree.args.items() if value is not None and value is not False and value != []]


def _flat(tree: exp.Expression) -> list[exp.Expression]:
    """The operands of a chain of one connective, however long, without recursion."""
    operands: list[exp.Expression] = []
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        while isinstance(part, exp.Paren) and isinstance(part.this, (type(tree), exp.Paren)):
            part = part.this
        if type(part) is type(tree):
            waiting += [part.args["expression"], part.args["this"]]
        else:
            operands.append(part)
    return operands


_Read = Callable[[_Reader, exp.Expression, int], Node]
_READERS: dict[type[exp.Expression], _Read] = {
    exp.Column: _Reader.column,
    exp.Literal: _Reader.literal,
    exp.Boolean: _Reader.truth,
    exp.Null: _Reader.null,
    exp.And: _Reader.connective,
    exp.Or: _Reader.connective,
    exp.Not: _Reader.negation,
    exp.Neg: _Reader.sign,
    exp.In: _Reader.membership,
    exp.Between: _Reader.between,
    exp.Is: _Reader.is_null,
    **dict.fromkeys(_COMPARISONS, _Reader.comparison),
    **dict.fromkeys(_ARITHMETIC, _Reader.arithmetic),
    **dict.fromkeys(_CALLS, _Reader.call),
}
