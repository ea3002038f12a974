"""pydantic's validation errors -> what is wrong and how to mend it, in the words of a configuration file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a validator found wrong: `at` is relative to the validated value, `offset` within that text."""

    what: str
    mend: str
    at: Loc = ()
    offset: int | None = None
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One explained error at an absolute location; `is_key` when the key is wrong rather than its value."""

    loc: Loc
    what: str
    mend: str
    is_key: bool = False
    offset: int | None = None


def faults(*found: Fault) -> PydanticCustomError:
    """The error for a validator to raise: `raise faults(Fault(what, mend), ...)` reports each of them on its own."""
    text = "; ".join(fault.what for fault in found).replace("{", "(").replace("}", ")")
    return PydanticCustomError("takeup_faults", text or "wrong", {"faults": found})


def suggest(word: str, known: Iterable[str]) -> str:
    """`"; did you mean 'x'?"` for the known word nearest to `word`, or the empty string."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word` (ignoring case, `-` and `_`), or None when nothing is alike."""
    folded = {_fold(name): name for name in known}
    match = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=0.6)
    return folded[match[0]] if match else None


def _fold(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-")


def explain(model: type[BaseModel], error: ValidationError) -> Iterator[Finding]:
    """Every error of `error`, which came from validating against `model`, in the order pydantic found them."""
    errors = error.errors(include_url=False)
    misspelled = {(*loc[:-1], near) for loc in _unknown(errors) if (near := _meant(model, loc))}
    broken = {one["loc"] for one in errors}
    for one in errors:
        is_noted = one["type"] == "missing" and one["loc"] in misspelled
        # pydantic counts only the valid items of a list, so one broken item makes a list of one "too short".
        is_echo = one["type"] == "too_short" and any(_is_below(loc, one["loc"]) for loc in broken)
        if not is_noted and not is_echo:
            yield from _explain_one(model, one)


def _unknown(errors: Iterable[Any]) -> Iterator[Loc]:
    return (one["loc"] for one in errors if one["type"] == "extra_forbidden")


def _is_below(loc: Loc, parent: Loc) -> bool:
    return len(loc) > len(parent) and loc[: len(parent)] == parent


def _meant(model: type[BaseModel], loc: Loc) -> str | None:
    """The known key that the unknown key at `loc` was probably meant to be."""
    owner = _model_at(model, loc[:-1])
    return nearest(str(loc[-1]), sorted(_keys(owner))) if owner else None


def _explain_one(model: type[BaseModel], error: Any) -> Iterator[Finding]:
    loc: Loc = error["loc"]
    context: Mapping[str, Any] = error.get("ctx") or {}
    if error["type"] == "takeup_faults":
        for fault in context["faults"]:
            yield Finding((*loc, *fault.at), fault.what, fault.mend, fault.is_key, fault.offset)
    elif error["type"] == "extra_forbidden":
        yield _unknown_key(model, loc)
    elif error["type"] == "missing":
        yield _missing_key(model, loc)
    else:
        what, mend = _wrong_value(error, context)
        yield Finding(loc, what, mend or _example(model, loc) or "correct the value")


def _unknown_key(model: type[BaseModel], loc: Loc) -> Finding:
    owner = _model_at(model, loc[:-1])
    known = sorted(_keys(owner)) if owner else []
    near = _meant(model, loc)
    what = f"unknown key {str(loc[-1])!r}" + (f"; did you mean {near!r}?" if near else "")
    mend = f"rename it to {near!r}" if near else f"known keys here: {', '.join(known)}" if known else "delete it"
    return Finding(loc, what, mend, is_key=True)


def _missing_key(model: type[BaseModel], loc: Loc) -> Finding:
    mend = _example(model, loc) or f"add `{loc[-1]}: ...`"
    return Finding(loc[:-1], f"the key {str(loc[-1])!r} is missing", mend)


def _example(model: type[BaseModel], loc: Loc) -> str | None:
    """The mending text made of the field's first example and description."""
    key = loc[-1] if loc else ""
    info = _field_at(model, loc)
    if info is None or not info.examples:
        return None
    reason = f" ({info.description})" if info.description else ""
    return f"write it like `{key}: {info.examples[0]}`{reason}"


_WRONG_TYPE = {
    "string_type": ("a text", "put quotes around it if it is meant as text"),
    "int_type": ("a whole number", None),
    "int_parsing": ("a whole number", None),
    "int_from_float": ("a whole number", None),
    "float_type": ("a number", None),
    "float_parsing": ("a number", None),
    "finite_number": ("a finite number", None),
    "bool_type": ("true or false", None),
    "bool_parsing": ("true or false", None),
    "list_type": ("a list", "begin each item with `- `, or write [a, b]"),
    "tuple_type": ("a list", "begin each item with `- `, or write [a, b]"),
    "dict_type": ("a mapping", "write `key: value` lines below it"),
    "model_type": ("a mapping", None),
    "model_attributes_type": ("a mapping", None),
}

_LENGTHS = {
    "string_too_short": "the text is empty",
    "too_short": "the list is too short",
    "string_too_long": "the text is too long",
    "too_long": "the list is too long",
}

_LIMITS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def _wrong_value(error: Any, context: Mapping[str, Any]) -> tuple[str, str | None]:
    """What is wrong with a value, and how to mend it when that follows from the kind of error alone."""
    kind, shown = error["type"], _shown(error.get("input"))
    if kind in _WRONG_TYPE:
        expected, mend = _WRONG_TYPE[kind]
        return f"{shown} is not {expected}", mend
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        return f"{shown} is out of range", f"write a number that is {words} {context[key]:g}"
    if kind in ("literal_error", "enum"):
        return f"{shown} is not one of the permitted words", f"write {context['expected']}"
    if kind in _LENGTHS:
        return _LENGTHS[kind], f"give at most {context['max_length']}" if "max_length" in context else None
    message = str(error["msg"]).removeprefix("Value error, ")
    what, _, mend = message.partition(" - ")
    return what, mend or None


def _shown(value: Any) -> str:
    if value is None:
        return "an empty value"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _keys(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def _field_at(model: type[BaseModel], loc: Loc) -> FieldInfo | None:
    owner = _model_at(model, loc[:-1])
    if owner is None or not loc:
        return None
    by_alias = {info.alias or name: info for name, info in owner.model_fields.items()}
    return by_alias.get(str(loc[-1]))


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model that the mapping at `loc` is validated against; None where there is no single one."""
    here: Any = model
    for part in loc:
        here = _step(here, part)
        if here is None:
            return None
    return _models(here)[0] if _models(here) else None


def _step(kind: Any, part: str | int) -> Any:
    models = _models(kind)
    for one in models:
        if part == one.__name__:
            return one
        for name, info in one.model_fields.items():
            if part in (info.alias or name, name):
                return info.annotation
    return None if models else _item(kind)


def _item(kind: Any) -> Any:
    """The type inside list[...], tuple[..., ...] or dict[str, ...], through Optional and Annotated."""
    for option in _options(kind):
        arguments = [one for one in get_args(option) if one is not Ellipsis]
        if get_origin(option) in (list, tuple, dict) and arguments:
            return arguments[-1]
    return None


def _models(kind: Any) -> list[type[BaseModel]]:
    return [one for one in _options(kind) if isinstance(one, type) and issubclass(one, BaseModel)]


def _options(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _options(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [option for one in get_args(kind) for option in _options(one)]
    return [kind]
