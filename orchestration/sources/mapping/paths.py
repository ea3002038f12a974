"""Where a value stands in a record: `jsonPayload.User.Email`, `messages[0].id`, `attributes["user.email"]`,
`parameters[name=app_name].value`; `$.report_day` begins at the top of the document instead of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from orchestration.sources.csv_lines import column_name
from orchestration.sources.fields import FieldError

MOST_STEPS = 20
MOST_PIECES = 100_000
"""Records that one record may be exploded into."""

_STEP = re.compile(
    r"""\.?(?P<name>[^.\[\]"=$*]+)
    |\[(?P<index>\d{1,6})\]
    |\[(?P<all>\*)\]
    |\["(?P<quoted>[^"]+)"\]
    |\[(?P<key>[^\[\]"=*]+)=(?P<value>[^\[\]"=*]+)\]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Every:
    """`[*]`: each element of a list."""


@dataclass(frozen=True, slots=True)
class Where:
    """`[key=value]`: the first object of a list whose `key` is `value`."""

    key: str
    value: str


Step: TypeAlias = str | int | Every | Where


class PathError(ValueError):
    """A text is no path. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Path:
    """A place in a record; make it with `parse_path`."""

    text: str
    steps: tuple[Step, ...]
    is_absolute: bool = False
    column: str = field(default="", compare=False)
    """The whole text as the name of a CSV column."""

    @property
    def head(self) -> str:
        """The field of the record in which the place is; empty of an absolute path."""
        first = self.steps[0] if self.steps else ""
        return first if isinstance(first, str) and not self.is_absolute else ""


def parse_path(text: str, *, with_lists: bool = False) -> Path:
    """The path that `text` means; PathError when it is none. `[*]` is permitted only `with_lists`."""
    is_absolute = text == "$" or text.startswith(("$.", "$["))
    rest = text[1:] if is_absolute else text
    steps: list[Step] = []
    place = 0
    while place < len(rest):
        found = _STEP.match(rest, place)
        if found is None or (rest[place] == "." and not steps and not is_absolute):
            raise PathError(f"{text!r} cannot be read from {rest[place:][:20]!r} on")
        steps.append(_step(found))
        place = found.end()
    if len(steps) > MOST_STEPS:
        raise PathError(f"{text[:40]!r}... has more than {MOST_STEPS} steps")
    if not with_lists and Every() in steps:
        raise PathError(f"{text!r} means many values: name one, such as [0], or explode the list")
    if not steps and not with_lists:
        raise PathError(f"{text!r} names no field")
    return Path(text, tuple(steps), is_absolute, column_name(text))


def _step(found: re.Match[str]) -> Step:
    if found["name"] is not None or found["quoted"] is not None:
        return found["name"] or found["quoted"]
    if found["index"] is not None:
        return int(found["index"])
    return Every() if found["all"] else Where(found["key"], found["value"])


def walk(holder: Any, steps: tuple[Step, ...]) -> Any:
    """The value at `steps`; None when nothing is there. A name with dots may be written without quotes."""
    for place, step in enumerate(steps):
        if isinstance(step, str) and isinstance(holder, dict) and step not in holder:
            return _dotted(holder, steps[place:])
        holder = _one(holder, step)
        if holder is None:
            return None
    return holder


def _one(holder: Any, step: Step) -> Any:
    if isinstance(step, str):
        return holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, list):
        return None
    if isinstance(step, int):
        return holder[step] if step < len(holder) else None
    if isinstance(step, Where):
        fitting = (one for one in holder if isinstance(one, dict) and str(one.get(step.key)) == step.value)
        return next(fitting, None)
    return holder


def _dotted(holder: Mapping[str, Any], steps: tuple[Step, ...]) -> Any:
    """The value under a key that is itself several steps joined by dots, such as `user.email`."""
    name = str(steps[0])
    for place, step in enumerate(steps[1:], start=1):
        if not isinstance(step, str):
            return None
        name = f"{name}.{step}"
        if name in holder:
            return walk(holder[name], steps[place + 1 :])
    return None


def pieces(holder: Any, steps: tuple[Step, ...]) -> Iterator[Any]:
    """Every value that `steps` mean, lists at `[*]` taken apart; what is not there is no value."""
    if Every() not in steps:
        found = walk(holder, steps) if steps else holder
        yield from () if found is None else (found,)
        return
    place = steps.index(Every())
    found = walk(holder, steps[:place]) if place else holder
    for one in found if isinstance(found, list) else ():
        yield from pieces(one, steps[place + 1 :])


def exploded(record: dict[str, Any], steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """One record per element of the list at `steps`, each with that element in place of the list.

    What surrounds the list stays. A record without the list gives none.
    """
    place = steps.index(Every()) if Every() in steps else len(steps)
    before, after = steps[:place], steps[place + 1 :]
    found = walk(record, before)
    made: list[dict[str, Any]] = []
    for one in found if isinstance(found, list) else ():
        inner = exploded(one, after) if after and isinstance(one, dict) else [one]
        made += [_replaced(record, before, each) for each in inner]
        if len(made) > MOST_PIECES:
            raise FieldError("too_large", f"the record explodes into more than {MOST_PIECES} records")
    return made


def _replaced(holder: Any, steps: tuple[Step, ...], value: Any) -> Any:
    """`holder` with `value` at `steps`; the rest of it is shared, not copied."""
    if not steps:
        return value
    first, *rest = steps
    if not isinstance(holder, dict) or not isinstance(first, str):
        raise FieldError("unknown_shape", "the list to explode stands where the mapping does not say")
    return {**holder, first: _replaced(holder.get(first), tuple(rest), value)}
