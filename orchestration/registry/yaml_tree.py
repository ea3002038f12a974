"""YAML parser events -> plain Python values and the place of each, without recursion, so depth cannot exhaust it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import events as yaml_events

Loc = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_CORE_TAGS = {None, "!", *(_TAG + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))}
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAX_DIGITS = 30  # nothing in a configuration counts that far, and Python refuses to convert beyond 4,300


class BadYaml(Exception):  # noqa: N818 - it is caught where it is raised and becomes a ConfigError
    """The file is YAML, but not of the plain kind that a configuration may use."""

    def __init__(self, mark: Any, what: str, mend: str) -> None:
        super().__init__(what)
        self.line: int = mark.line + 1
        self.column: int = mark.column + 1
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: line and column from 1, its character range, its YAML style, where its key stands."""

    line: int
    column: int
    start: int
    end: int
    style: str | None = None
    key: tuple[int, int] | None = None

    def find(self, text: str, value: str, offset: int) -> int:
        """The index in `text` of the character at `offset` of `value`.

        Folding and indentation only move white space, so the n-th visible character of the value is the n-th of the
        source, once the opening quote or the block header is skipped. Escapes in double quotes shift by their length.
        """
        skipped = sum(not char.isspace() for char in value[:offset])
        for index in range(self._content(text), self.end):
            if not text[index].isspace():
                if skipped == 0:
                    return index
                skipped -= 1
        return max(self.start, self.end - 1)

    def _content(self, text: str) -> int:
        if self.style in ("|", ">"):
            return text.find("\n", self.start, self.end) + 1 or self.start
        return self.start + (1 if self.style else 0)


@dataclass(slots=True)
class Tree:
    """The parsed values and the spot of every location in them."""

    data: Any = None
    spots: dict[Loc, Spot] = field(default_factory=lambda: {(): Spot(1, 1, 0, 0)})


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read."""

    loc: Loc
    value: dict[str, Any] | list[Any]
    key: str | None = None
    key_mark: Any = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


def build(events: Iterable[Any], max_depth: int) -> Tree:
    """Build the tree; raises BadYaml for anchors, aliases, tags, second documents, duplicate keys and deep nesting."""
    builder = _Builder(max_depth)
    for event in events:
        builder.take(event)
    return builder.tree


class _Builder:
    def __init__(self, max_depth: int) -> None:
        self.tree = Tree()
        self.stack: list[_Open] = []
        self.max_depth = max_depth
        self.documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml_events.DocumentStartEvent):
            self._document(event)
        elif isinstance(event, (yaml_events.MappingEndEvent, yaml_events.SequenceEndEvent)):
            self.stack.pop()
        elif isinstance(event, yaml_events.NodeEvent):
            _refuse_specials(event)
            self._node(event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise BadYaml(event.start_mark, "a second document begins here", "keep one document: delete this `---`")

    def _node(self, event: Any) -> None:
        parent = self.stack[-1] if self.stack else None
        if parent is not None and parent.wants_key:
            self._key(parent, event)
        elif isinstance(event, yaml_events.ScalarEvent):
            self._place(parent, event, _scalar(event))
        else:
            value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml_events.MappingStartEvent) else []
            self.stack.append(_Open(self._place(parent, event, value), value))
            if len(self.stack) > self.max_depth:
                mend = "flatten it; no configuration needs that"
                raise BadYaml(event.start_mark, f"the nesting is deeper than {self.max_depth}", mend)

    def _key(self, parent: _Open, event: Any) -> None:
        if not isinstance(event, yaml_events.ScalarEvent):
            raise BadYaml(event.start_mark, "a key is a list or a mapping", "write a plain word before the colon")
        key = str(event.value)
        assert isinstance(parent.value, dict)
        if key in parent.value:
            line = self.tree.spots[(*parent.loc, key)].line
            raise BadYaml(event.start_mark, f"the key {key!r} stands twice (first in line {line})", "keep one of them")
        parent.key, parent.key_mark = key, event.start_mark

    def _place(self, parent: _Open | None, event: Any, value: Any) -> Loc:
        if parent is None:
            self.tree.data = value
            loc: Loc = ()
        elif isinstance(parent.value, dict):
            assert parent.key is not None
            loc = (*parent.loc, parent.key)
            parent.value[parent.key] = value
        else:
            loc = (*parent.loc, len(parent.value))
            parent.value.append(value)
        self.tree.spots[loc] = _spot(event, parent.key_mark if parent else None)
        if parent is not None:
            parent.key = parent.key_mark = None
        return loc


def _spot(event: Any, key_mark: Any) -> Spot:
    start, end = event.start_mark, event.end_mark
    style = event.style if isinstance(event, yaml_events.ScalarEvent) else None
    key = (key_mark.line + 1, key_mark.column + 1) if key_mark else None
    if key and isinstance(event, yaml_events.ScalarEvent) and event.value == "" and not style:
        # An empty value has no place of its own: the parser reports wherever it noticed, often lines below.
        return Spot(*key, start.index, start.index, None, key)
    return Spot(start.line + 1, start.column + 1, start.index, end.index, style, key)


def _refuse_specials(event: Any) -> None:
    if isinstance(event, yaml_events.AliasEvent) or getattr(event, "anchor", None):
        what = "anchors (&) and aliases (*) are not supported"
        raise BadYaml(event.start_mark, what, "write the value out, or put quotes around a text that begins so")
    tag = getattr(event, "tag", None)
    if tag not in _CORE_TAGS:
        mend = "delete it, or put quotes around a text that begins with `!`"
        raise BadYaml(event.start_mark, f"the tag {str(tag).replace(_TAG, '!!')} is not supported", mend)


def _scalar(event: Any) -> str | int | float | bool | None:
    value = str(event.value)
    tag = event.tag
    if event.style or tag in ("!", _TAG + "str"):
        return value
    if _NULL.fullmatch(value):
        return None
    if _BOOL.fullmatch(value):
        return value.lower() == "true"
    if len(value) <= _MAX_DIGITS and _INT.fullmatch(value):
        return int(value)
    if len(value) <= _MAX_DIGITS and _FLOAT.fullmatch(value):
        return float(value)
    return value
