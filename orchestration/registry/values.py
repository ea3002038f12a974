"""The kinds of values that configuration files are made of: each says what is wrong with a bad one, and the mend."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from orchestration.registry.explain import Fault, faults

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_TEXT = 2_000

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ATTRIBUTE = re.compile(r"[a-z_][a-z0-9_]*")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")  # a host inside the company may have no dot
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)
_NOBODY = {"tbd", "todo", "tba", "unknown", "nobody", "somebody", "someone", "xxx"}


class Model(BaseModel):
    """Base of all configuration models: immutable, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AlsoAccepts:
    """Marks a field whose validator takes short forms: editors are told of them by these JSON Schemas."""

    def __init__(self, *schemas: JsonSchemaValue) -> None:
        self.schemas = schemas

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(core), *self.schemas]}


def fault(what: str, mend: str) -> PydanticCustomError:
    """The error for one thing wrong with the whole value."""
    return faults(Fault(what, mend))


def slug(text: str) -> str:
    """`text` as a kebab-case id: `Invoice extraction` -> `invoice-extraction`."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _kebab(value: str) -> str:
    if _KEBAB.fullmatch(value):
        return value
    better = slug(value)
    mend = f"write {better!r}" if better else "use lower-case letters, digits and single dashes"
    raise fault(f"the id {value!r} is not kebab-case", mend)


def _attribute(value: str) -> str:
    if _ATTRIBUTE.fullmatch(value):
        return value
    mend = (
        "use lower-case letters, digits and underscores, beginning with a letter, as in the header of the people file"
    )
    raise fault(f"{value!r} is not the name of an attribute", mend)


def _email(value: str) -> str:
    if _EMAIL.fullmatch(value) and len(value) <= 254:
        return value
    raise fault(f"{value!r} is not an e-mail address", "write one address such as name.surname@example.com")


def _person_name(value: str) -> str:
    if re.sub(r"[^a-z]", "", value.casefold()) in _NOBODY or not any(char.isalpha() for char in value):
        mend = "name the one person who answers for this tool, such as `name: Name Surname`"
        raise fault(f"{value!r} is not the name of a person", mend)
    return value


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise fault(f"{str(value).lower()} is not a number", "write a number")
    return value


def parse_day(value: Any) -> date:
    """An ISO date text as a date; raises a fault for anything else, and for years outside 2000 to 2199."""
    if isinstance(value, date):
        return value
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value.strip()) else None
    except ValueError:
        raise fault(f"{value!r} is not a day of the calendar", "correct the month or the day") from None
    if day is None:
        raise fault(
            f"{'an empty value' if value is None else repr(value)} is not a date",
            "write it as YYYY-MM-DD, such as 2026-03-02",
        )
    if not _FIRST_DAY <= day < _LAST_DAY:
        raise fault(f"the year of {value} is out of range", "write a year from 2000 to 2199")
    return day


def parse_week(value: Any) -> date:
    """The Monday of an ISO week (`2026-W45`) or of the week that holds an ISO date."""
    week = _WEEK.fullmatch(value) if isinstance(value, str) else None
    if week is None:
        if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value.strip())):
            raise fault(f"{value!r} is not a week", "write an ISO week such as 2026-W45")
        day = parse_day(value)
        return day - timedelta(days=day.weekday())
    try:
        return date.fromisocalendar(int(week[1]), int(week[2]), 1)
    except ValueError:
        raise fault(f"{value!r} is not a week of that year", "write an ISO week such as 2026-W45") from None


def parse_share(value: Any) -> float:
    """A share as a fraction of one: `45%` or `0.45`; raises a fault outside 0 to 1 and for anything else."""
    percent = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if percent:
        share = float(percent[1]) / 100
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise fault(f"{value!r} is not a share", "write a percentage such as 45% or a fraction such as 0.45")
    else:
        share = float(value)
    if 0 <= share <= 1:
        return share
    mend = f"write {value:g}%" if not percent and 1 < share <= 100 else "write a percentage from 0% to 100%"
    raise fault(f"the share {value} is out of range", mend)


def parse_weekdays(value: Any) -> Any:
    """`[mon, tue]`, `mon, tue` or `mon-fri` as three-letter names in the order of the week."""
    parts = re.split(r"\s*,\s*", value.strip()) if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not parts:
        raise fault("this is not a list of weekdays", "write it like [mon, tue, wed, thu, fri] or mon-fri")
    named = {name for part in parts for name in _weekdays_of(str(part))}
    return tuple(name for name in WEEKDAYS if name in named)


def _weekdays_of(part: str) -> tuple[str, ...]:
    first, dash, last = (piece.strip().casefold()[:3] for piece in part.partition("-"))
    names = (first, last) if dash else (first,)
    for name in names:
        if name not in WEEKDAYS:
            raise fault(f"{part!r} is not a weekday", f"write {', '.join(WEEKDAYS)}")
    start, end = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
    return WEEKDAYS[start : end + 1] if start <= end else WEEKDAYS[start:] + WEEKDAYS[: end + 1]


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
ToolId = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_kebab)]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_attribute)]
Email = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_email)]
PersonName = Annotated[Text, AfterValidator(_person_name)]
Day = Annotated[date, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})]
Week = Annotated[
    date, BeforeValidator(parse_week), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-(W\d{2}|\d{2}-\d{2})$"})
]
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$"},
            ]
        }
    ),
]
Weekdays = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_weekdays),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"enum": list(WEEKDAYS)}}, {"type": "string"}]}),
]
# To be written after the limits of a number: `Annotated[int, Field(ge=1), NOT_TRUTH]`.
NOT_TRUTH = BeforeValidator(_no_truth_value)
