"""Tables of the keys of rule files, read from the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orchestration.registry import rule_values, values
from orchestration.registry.rule_models import KEYS, Rule
from orchestration.rules.durations import UNITS
from orchestration.rules.spec import DEFAULT_SETTLE

_HEAD = "| key | value | default | meaning |\n|---|---|---|---|\n"
# Annotations by identity: `Text | None` and its like lose nothing but the None.
_TYPES: tuple[tuple[Any, str], ...] = (
    (rule_values.Selectors, "[selector](#selectors-and-conditions)"),
    (rule_values.Duration, "duration: `90s` `15m` `24h` `7d` `2w`"),
    (rule_values.Tolerance, "`none` or a share: `5%`"),
    (rule_values.Bound, "number of a count, share of a share: `3`, `40%`"),
    (rule_values.AtLeast, "`3 days` or `10 events`"),
    (rule_values.Reach, "`10 obligations, at most 13 weeks`"),
    (rule_values.TextList, "text or list of texts"),
    (rule_values.Cases, "whole number"),
    (rule_values.Moment, "time in UTC: `2026-03-02 09:30:00`"),
    (rule_values.Written, "text"),
    (values.Share, "share: `50%` or `0.5`"),
    (values.Day, "date: `2026-03-02`"),
    (values.ToolId, "kebab-case id"),
    (values.Text, "text"),
    (bool, "`true` or `false`"),
    (int, "whole number"),
)
_CONDITION = "[condition](#selectors-and-conditions)"
# What the annotation alone does not tell.
_VALUES: Mapping[str, str] = {
    "must": _CONDITION,
    "accepted": f"selector or {_CONDITION}",
    "confidence": "attribute or arithmetic over attributes",
    "attributes": "mapping of name to type: `text` `double` `integer` `boolean` `timestamp` `date`",
    "measures": "list of names, or mapping of name to what it counts",
    "of": "selector, or a [measure](#measures-of-daily-counts)",
    "among": "selector, or a [measure](#measures-of-daily-counts)",
    "rules": "list of rules",
    "examples": "list of [examples](#examples)",
    "events": "list of texts",
    "id": "kebab-case id",
}
_EVENTS_OF_EXAMPLE = "[lines](#examples)"
# Where None stands for something.
_DEFAULTS: Mapping[str, str] = {
    "who": "`same_user`",
    "tolerate": "`none`",
    "confidence": "`confidence`",
    "settle": f"`{DEFAULT_SETTLE // UNITS['h']}h`",
}


def model_keys(model: type[BaseModel]) -> str:
    """Every key of a model as a table."""
    return _HEAD + "".join(_row(model, name) for name in model.model_fields)


def every_key() -> str:
    """The keys that a rule of any kind takes."""
    return _HEAD + "".join(_row(Rule, name) for name in Rule.model_fields if name not in _kind_only())


def kind_keys(kind: str) -> str:
    """The keys of one kind, the required ones first."""
    keys = KEYS[kind]
    needed = (_row(Rule, name, is_required=True) for name in keys.required)
    return _HEAD + "".join([*needed, *(_row(Rule, name) for name in _documented_first(keys.optional))])


def matrix() -> str:
    """Which kinds need (●) and permit (○) which key."""
    names = [name for name in Rule.model_fields if name in _kind_only()]
    head = f"| key | {' | '.join(f'`{kind}`' for kind in KEYS)} |\n|---|{':-:|' * len(KEYS)}\n"
    rows = (f"| `{name}` | {' | '.join(_sign(kind, name) for kind in KEYS)} |\n" for name in names)
    return f"Further keys, by kind: ● is needed, ○ is permitted, and anything else is refused.\n\n{head}{''.join(rows)}"


def _sign(kind: str, name: str) -> str:
    return "●" if name in KEYS[kind].required else "○" if name in KEYS[kind].optional else ""


def _kind_only() -> set[str]:
    return {name for keys in KEYS.values() for name in (*keys.required, *keys.optional)}


def _documented_first(names: Iterable[str]) -> Iterator[str]:
    """In the order of the model."""
    yield from (name for name in Rule.model_fields if name in set(names))


def _row(model: type[BaseModel], name: str, *, is_required: bool = False) -> str:
    field = model.model_fields[name]
    key = field.alias or name
    default = "**needed**" if is_required or field.is_required() else _default(name, field)
    meaning = (field.description or "").replace("|", "\\|").replace("<", "&lt;")
    return f"| `{key}` | {_value(model, name)} | {default} | {meaning} |\n"


def _value(model: type[BaseModel], name: str) -> str:
    if name == "events" and model.__name__ == "Example":
        return _EVENTS_OF_EXAMPLE
    if name in _VALUES:
        return _VALUES[name]
    return _type(get_type_hints(model, include_extras=True)[name])


def _type(annotation: Any) -> str:
    known = next((words for one, words in _TYPES if one == annotation), None)
    if known is not None:
        return known
    if get_origin(annotation) in (Union, UnionType):
        return _type(next(one for one in get_args(annotation) if one is not type(None)))
    if get_origin(annotation) is Literal:
        return " ".join(f"`{word}`" for word in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "mapping"
    arguments = get_args(annotation)
    return _type(arguments[0]) if arguments else "text"


def _default(name: str, field: FieldInfo) -> str:
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        said = ", ".join(f"{key}: {one}" for key, one in value.model_dump(exclude_none=True).items())
        return f"`{{{said}}}`" if said else ""
    return "" if value is None or value in ((), {}) else f"`{value}`"
