"""The columns that rules may name, their types, and how each is written in a dialect."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from orchestration.rules.faults import LanguageError, did_you_mean

Dialect = Literal["duckdb", "spark"]
# What a condition compares. Every number is judged as a double; `boolean` is what a condition as a whole must be.
Type = Literal["text", "number", "boolean", "timestamp", "date", "null"]

NUMBERS = ("double", "integer")
EMPTY = "empty"
"""The type of a column of a log in which nothing stands: any type that a condition needs."""
ATTRIBUTE_TYPES = ("text", "double", "integer", "boolean", "timestamp", "date")
KEYWORDS = frozenset(("and", "or", "not", "in", "between", "is", "null", "true", "false"))
FUNCTIONS = frozenset(("coalesce", "greatest", "least"))
RESERVED = KEYWORDS | FUNCTIONS | {"where"}

STANDARD: Mapping[str, str] = {
    "event_name": "text",
    "item_id": "text",
    "session_id": "text",
    "conversation_id": "text",
    "use_case": "text",
    "feature": "text",
    "decision": "text",
    "decision_source": "text",
    "confidence": "double",
    "predicted_value": "text",
    "final_value": "text",
    "dwell_ms": "double",
    "model": "text",
    "input_tokens": "integer",
    "output_tokens": "integer",
    "cost": "double",
    "actor_type": "text",
}
PERSON: Mapping[str, str] = {"department": "text", "team": "text", "location": "text", "role": "text", "fte": "double"}
MEASURES = (
    "prompts", "offered", "accepted", "rejected", "sessions", "messages", "lines_suggested", "lines_accepted",
    "lines_added", "lines_removed", "commits", "input_tokens", "output_tokens", "cost",
)  # fmt: skip

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_PERSON_NAME = re.compile(r"[a-z_][a-z0-9_]{0,59}")
_TYPES: Mapping[str, Type] = {
    "text": "text", "double": "number", "integer": "number", "boolean": "boolean", "timestamp": "timestamp",
    "date": "date",
}  # fmt: skip
DWELL = "(dwell_ms / 1000.0e0)"


def is_name(text: str) -> bool:
    """Whether an attribute of that name can be written in a condition."""
    return _NAME.fullmatch(text) is not None and text.lower() not in RESERVED


def quoted(name: str, dialect: Dialect) -> str:
    """An identifier in quotes. `name` has passed `is_name` or is one of ours, so it holds no quote itself."""
    return f'"{name}"' if dialect == "duckdb" else f"`{name}`"


@dataclass(frozen=True, slots=True)
class Column:
    """One nameable column; `kind` is its type as declared.

    shape: standard (a column of every event), attribute (of the catalogue: becomes column "name__kind"), dwell
    (seconds, from dwell_ms), own_dwell (the log gives dwell_s itself, dwell_ms fills its gaps), person (roster).
    """

    name: str
    kind: str
    shape: Literal["standard", "attribute", "dwell", "own_dwell", "person"] = "standard"
    is_empty: bool = False

    @property
    def type(self) -> Type:
        """The type as conditions see it."""
        return _TYPES[self.kind]

    def read_as(self, kind: Type) -> Column:
        """An empty column as one of the type that is needed: null is null in every type. Any other stays as it is."""
        kinds = {"number": "double", "null": self.kind}
        return replace(self, kind=kinds.get(kind, kind)) if self.is_empty else self

    @property
    def attribute(self) -> tuple[str, str] | None:
        """(name, type) of the catalogue attribute that must be made a column of its own, if any."""
        return (self.name, self.kind) if self.shape in ("attribute", "own_dwell") else None

    def key(self, dialect: Dialect) -> str:
        """The column as a correlation or grouping key: plain, without conversion."""
        return quoted(f"{self.name}__{self.kind}", dialect) if self.attribute else self.name

    def sql(self, dialect: Dialect) -> str:
        """The column as a value of its type; integers as doubles, so that no arithmetic can overflow."""
        if self.shape == "person":
            return self._person(dialect)
        plain = self.key(dialect)
        if self.shape == "standard" and STANDARD[self.name] == "text" and self.kind != "text":
            return f"try_cast({plain} as {'double' if self.type == 'number' else self.kind})"
        value = f"cast({plain} as double)" if self.kind == "integer" else plain
        return {"dwell": DWELL, "own_dwell": f"coalesce({value}, {DWELL})"}.get(self.shape, value)

    def _person(self, dialect: Dialect) -> str:
        if self.name in PERSON:
            return self.name
        if dialect == "spark":
            return f"get_json_object(attributes, '$.{self.name}')"
        return f"json_extract_string(attributes, '$.\"{self.name}\"')"


class Names(Protocol):
    """Where a condition looks up what it names."""

    def column(self, name: str) -> Column:
        """The column of that name; raises LanguageError (offset 0) with a suggestion when there is none."""


@dataclass(frozen=True, slots=True)
class EventNames:
    """The columns of usage events: the standard ones and the catalogue's attributes (name -> type)."""

    attributes: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """A standard column, an attribute, or `dwell_s` (seconds, from dwell_ms unless the log gives it itself)."""
        kind = self.attributes.get(name)
        if name == "dwell_s" and kind in (None, EMPTY, *NUMBERS):
            is_own = kind in NUMBERS
            return Column(name, kind if kind in NUMBERS else "double", "own_dwell" if is_own else "dwell")
        if name in STANDARD:
            return Column(name, self._kind_of_standard(name, kind))
        if kind == EMPTY:
            return Column(name, "text", "attribute", is_empty=True)
        if kind is not None:
            return Column(name, kind, "attribute")
        if name == "user_id":
            raise LanguageError("people are not compared by name", "say `who: same_user`, other_user or anyone")
        hint = did_you_mean(name, (*self.attributes, *STANDARD, "dwell_s"))
        raise LanguageError(f"unknown attribute {name!r}{hint}", "use a name of catalogue.attributes, or add it there")

    @staticmethod
    def is_free(name: str) -> bool:
        """Whether an attribute of that name is the log's own: it hides no standard column, `dwell_s` apart."""
        return name not in STANDARD and name != "user_id"

    @staticmethod
    def _kind_of_standard(name: str, declared: str | None) -> str:
        # A text of the log may be declared as a number and is then read as one; a number always is one.
        return declared if declared is not None and STANDARD[name] == "text" else STANDARD[name]


@dataclass(frozen=True, slots=True)
class PersonNames:
    """The columns of the roster: the five known ones; any other name is one of the roster's own (text)."""

    attributes: Collection[str] | None = None

    def column(self, name: str) -> Column:
        """A roster column; when `attributes` is given, only those and the known ones."""
        if name in PERSON:
            return Column(name, PERSON[name], "person")
        is_known = self.attributes is None or name in self.attributes
        if is_known and _PERSON_NAME.fullmatch(name):
            return Column(name, "text", "person")
        hint = did_you_mean(name, (*PERSON, *(self.attributes or ())))
        raise LanguageError(
            f"unknown roster column {name!r}{hint}", "use department, team, location, role, fte or a lower-case column"
        )
