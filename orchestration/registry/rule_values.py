"""The kinds of values that rule files are made of: each says what is wrong with a bad one, and the mend."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, WithJsonSchema

from orchestration.registry.explain import Fault, faults
from orchestration.registry.values import Text, fault, parse_share
from orchestration.rules.durations import microseconds
from orchestration.rules.faults import LanguageError


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        raise fault(f"{value!r} is not a duration", "write a whole number and a unit: 90s, 15m, 24h, 7d or 2w")
    try:
        return microseconds(value)
    except LanguageError as error:
        raise fault(error.what, error.mend) from None


def _tolerance(value: Any) -> float:
    return 0.0 if isinstance(value, str) and value.strip().lower() == "none" else parse_share(value)


def _bound(value: Any) -> Any:
    """A share (`40%`, 0.4) or a whole number; which of them the kind wants is checked when the kind is known."""
    if isinstance(value, str) and value.strip().endswith("%"):
        return parse_share(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise fault(f"{value!r} is not a number", "write a percentage such as 40%, or a whole number for a count")
    return value


def _one_or_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """The values; raises a fault at the second of two equal ones."""
    for position, value in enumerate(values):
        if value in values[:position]:
            raise faults(Fault(f"{value!r} stands twice", "keep one", at=(position,)))
    return values


class Need(BaseModel):
    """`3 days` or `10 events`, per week."""

    model_config = ConfigDict(frozen=True)
    count: int
    unit: Literal["days", "events"]


_NEED = re.compile(r"([0-9]{1,6})\s+(day|event)s?")


def _need(value: Any) -> Any:
    match = _NEED.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise fault(f"{value!r} does not say how often", "write it like 3 days or 10 events")
    count, unit = int(match[1]), f"{match[2]}s"
    if count < 1 or (unit == "days" and count > 7):
        raise fault(f"{value!r} is out of range", "write from 1 to 7 days, or at least 1 event")
    return Need(count=count, unit=unit)


class ReachBack(BaseModel):
    """`10 obligations, at most 13 weeks`: how much evidence is looked for before the window, and how far back."""

    model_config = ConfigDict(frozen=True)
    obligations: int
    weeks: int


_REACH = re.compile(r"([0-9]{1,4})\s+obligations?\s*,\s*at\s+most\s+([0-9]{1,3})\s+weeks?")
_LONGEST_REACH = 104


def _reach_back(value: Any) -> Any:
    match = _REACH.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise fault(f"{value!r} does not say how far to reach back", "write it like 10 obligations, at most 13 weeks")
    obligations, weeks = int(match[1]), int(match[2])
    if obligations < 1 or not 1 <= weeks <= _LONGEST_REACH:
        mend = f"ask for at least 1 obligation and from 1 to {_LONGEST_REACH} weeks"
        raise fault(f"{value!r} is out of range", mend)
    return ReachBack(obligations=obligations, weeks=weeks)


_TEXT_OR_LIST = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_PERCENT = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%\s*$"}

Written = Annotated[str, Field(min_length=1, max_length=4_000)]
Selectors = Annotated[
    Written | Annotated[tuple[Written, ...], Field(min_length=1, max_length=200)],
    WithJsonSchema({**_TEXT_OR_LIST, "description": "event[, event] [where <condition>], or a list of them"}),
]
Duration = Annotated[
    int, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": r"^\s*\d+\s*[smhdw]\s*$"})
]
Tolerance = Annotated[
    float,
    BeforeValidator(_tolerance),
    WithJsonSchema({"anyOf": [{"const": "none"}, {"type": "number", "minimum": 0, "maximum": 1}, _PERCENT]}),
]
Bound = Annotated[
    float | int, BeforeValidator(_bound), WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, _PERCENT]})
]
TextList = Annotated[
    tuple[Text, ...],
    BeforeValidator(_one_or_list),
    AfterValidator(distinct),
    Field(min_length=1, max_length=200),
    WithJsonSchema(_TEXT_OR_LIST),
]
AtLeast = Annotated[
    Need, BeforeValidator(_need), WithJsonSchema({"type": "string", "pattern": r"^\s*\d+\s+(day|event)s?\s*$"})
]
Reach = Annotated[
    ReachBack,
    BeforeValidator(_reach_back),
    WithJsonSchema({"type": "string", "pattern": r"^\s*\d+\s+obligations?\s*,\s*at\s+most\s+\d+\s+weeks?\s*$"}),
]
Cases = Annotated[StrictInt, Field(ge=0, le=1_000_000_000)]


def parse_moment(value: Any) -> datetime:
    """An ISO date or timestamp as naive UTC; raises a fault for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset():
        raise fault(f"{value!r} is not a time in UTC", "write it like '2026-03-02 09:30:00'")
    return moment.replace(tzinfo=None)


Moment = Annotated[datetime, BeforeValidator(parse_moment), WithJsonSchema({"type": "string"})]
