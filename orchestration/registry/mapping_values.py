"""The kinds of values that mapping files are made of: places in records, bounded patterns, time formats, conditions."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from orchestration.registry.explain import Fault, faults, nearest
from orchestration.registry.mapping_conditions import compile_predicate
from orchestration.registry.values import NOT_TRUTH, Text, fault
from orchestration.rules.faults import LanguageError
from orchestration.sources.mapping.paths import PathError, parse_path

LONGEST_PATTERN = 200
MOST_REPEATS = 3
"""Repeats without an upper bound in one pattern: with names of at most 200 characters they end in time."""

_DURATION = re.compile(r"P?(\d{1,4})([DW])", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_NAMESPACE = re.compile(r"[a-z_][a-z0-9_]{0,59}")
_PROBE = datetime(2026, 3, 2, 15, 4, 5)


def _path(text: str) -> str:
    return _checked_path(text, with_lists=False)


def _list_path(text: str) -> str:
    return _checked_path(text, with_lists=True)


def _checked_path(text: str, *, with_lists: bool) -> str:
    try:
        parse_path(text, with_lists=with_lists)
    except PathError as error:
        mend = 'write it like user.email, items[0].id, attributes["user.email"] or parameters[name=app].value'
        raise fault(str(error), mend) from None
    return text


def check_pattern(text: str) -> re.Pattern[str]:
    """The compiled pattern; a fault unless it is one and can be tried in a bounded time on any name."""
    if len(text) > LONGEST_PATTERN:
        raise fault(f"the pattern is longer than {LONGEST_PATTERN} characters", "write a shorter one")
    for number, (place, is_nested) in enumerate(_repeats(text), start=1):
        if is_nested or number > MOST_REPEATS:
            what = "a repeat within a repeat" if is_nested else f"more than {MOST_REPEATS} repeats"
            mend = "such a pattern can take for ever; write each repeat once, as in ^(.+)_messages$"
            raise faults(Fault(f"the pattern has {what}", mend, offset=place))
    if re.search(r"\\[1-9]|\(\?(?!:)", text):
        raise fault("the pattern has a back reference, a look-around or a flag", "use plain groups: ( ) or (?: )")
    try:
        return re.compile(text)
    except re.error as error:
        place = error.pos or 0
        raise faults(Fault(f"this is not a pattern: {error.msg}", "correct it here", offset=place)) from None


def _repeats(text: str) -> Iterator[tuple[int, bool]]:
    """(place, whether what is repeated repeats or chooses within) of every repeat that has no small upper bound."""
    groups: list[bool] = []  # of each open group: whether it holds a repeat or a choice
    closed = False  # whether the last thing was a group that holds one
    place = 0
    while place < len(text):
        width = _width(text, place)
        one = text[place : place + width]
        if one.startswith("("):
            groups.append(False)
        elif one == ")":
            closed = groups.pop() if groups else False
            place += width
            continue
        elif one[0] in "*+?{":
            if one[0] in "*+" or "," in one or closed:
                yield place, closed and one != "?"
            groups = [True] * len(groups)
        elif one == "|":
            groups = [True] * len(groups)
        if one[0] not in "*+?{":
            closed = False
        place += width


def _width(text: str, place: int) -> int:
    """How many characters belong together: an escape, a class in brackets, a counted repeat."""
    if text[place] == "\\":
        return 2
    if text.startswith("(?:", place):
        return 3
    if text[place] == "[":
        end = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]").match(text, place)
        return end.end() - place if end else 1
    counted = re.compile(r"\{\d*,?\d*\}").match(text, place)
    return counted.end() - place if counted else 1


def _pattern(text: str) -> str:
    check_pattern(text)
    return text


def _time_format(text: str) -> str:
    try:
        written = _PROBE.strftime(text)
        datetime.strptime(written, text)
    except ValueError:
        what = f"{text!r} is not a time format"
        raise fault(what, "write it like %Y-%m-%d %H:%M:%S, %m/%d/%Y or %d.%m.%Y") from None
    if "%" not in text or written == text:
        raise fault(f"{text!r} is not a time format", "write it like %Y-%m-%d or %m/%d/%Y %I:%M:%S %p")
    return text


def _zone(text: str) -> str:
    known = zoneinfo.available_timezones()
    if text in known:
        return text
    near = nearest(text, known)
    raise fault(f"the time zone {text!r} is not known", f"write {near or 'an IANA name such as Europe/Berlin'}")


def _days(value: Any) -> Any:
    """`P2D`, `2d`, `P1W` or a number of days."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        return int(found[1]) * (7 if found[2].upper() == "W" else 1)
    if isinstance(value, str):
        raise fault(f"{value!r} is not a number of days", "write it like P2D, P1W or 2")
    return value


def _condition(text: str) -> str:
    try:
        compile_predicate(text)
    except LanguageError as error:
        raise faults(Fault(error.what, error.mend, offset=error.offset)) from None
    except PathError as error:
        raise fault(str(error), "write names like user.type") from None
    return text


def _column(text: str) -> str:
    if _NAME.fullmatch(text):
        return text
    raise fault(f"{text!r} is not the name of a column", "use letters, digits and underscores; rules name it so")


def _namespace(text: str) -> str:
    if _NAMESPACE.fullmatch(text):
        return text
    raise fault(
        f"{text!r} is not a namespace", "write email, upn, person_id, auto, or a roster column such as badge_no"
    )


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


FieldPath = Annotated[Text, AfterValidator(_path)]
ListPath = Annotated[Text, AfterValidator(_list_path)]
Pattern = Annotated[Text, AfterValidator(_pattern)]
TimeFormat = Annotated[Text, AfterValidator(_time_format)]
Zone = Annotated[Text, AfterValidator(_zone)]
Condition = Annotated[Text, AfterValidator(_condition)]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_column)]
Namespace = Annotated[Text, AfterValidator(_namespace)]
Days = Annotated[
    int,
    Field(ge=0, le=366),
    NOT_TRUTH,
    BeforeValidator(_days),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^P?\d+[DdWw]$"}]}),
]
ONE_OR_MANY = BeforeValidator(_as_list)
