"""A mapping proposed for a file: guessed by names and contents, tried on the file itself, with what to check beside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.errors import ConfigError, UsageError
from orchestration.registry.mapping_sample import Sample, sample
from orchestration.registry.mapping_words import (
    AGGREGATE_WORDS,
    EVENT_WORDS,
    NEVER_KEPT,
    NO_PERSON,
    PEOPLE_WORDS,
    TIME_WORDS,
    is_about,
    likeness,
    name_of,
)
from orchestration.registry.mappings import format_of_text
from orchestration.registry.values import slug
from orchestration.sources.fields import FieldError
from orchestration.sources.mapping.paths import PathError, parse_path
from orchestration.sources.mapping.plan import Scope, When
from orchestration.sources.mapping.values import as_count, as_flag, as_number, moment_of
from orchestration.sources.periods import named_day
from orchestration.sources.records import AggregateRecord, EventRecord, Reject

_FORMATS = ("%m-%d-%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S",
            "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%b-%Y", "%b %d, %Y")  # fmt: skip
_LEAST, _LATEST = datetime(2005, 1, 1), datetime(2100, 1, 1)
_LONG = 80
_ONE = (parse_path("value"),)
_TRIES = 12
_MOSTLY = 0.5
_NUMBERS = ("cost", "confidence", "dwell_ms")


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed mapping: its text, and what it makes of the file it was made from."""

    text: str
    records: int
    rejected: int
    """Lines that it cannot read."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """One line of a section, and why: `doubt` is empty when the content leaves none."""

    value: Any
    doubt: str = ""


_NOBODY = _Guess(
    {"namespace": "user_id", "field": "user", "required": False},
    "check: no field looks like a person; until one is named here, nobody is judged by these events",
)


@dataclass(slots=True)
class _Proposal:
    """The sections of a draft in the order in which they are written."""

    source: str
    read: Mapping[str, Any]
    grain: _Guess
    identity: _Guess
    time: _Guess
    fields: dict[str, _Guess] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        lines = ["# yaml-language-server: $schema=../schemas/mapping.schema.json",
                 "# Proposed by takeup mapping draft. Lines with `check` are guesses: compare them with the file.",
                 *(f"# {note}" for note in self.notes), "version: 1", f"source: {_yaml(self.source)}",
                 f"read: {_yaml(dict(self.read))}"]  # fmt: skip
        for name in ("grain", "identity", "time"):
            guess = getattr(self, name)
            lines.append(_commented(f"{name}: {_yaml(guess.value)}", guess.doubt))
        lines.append("fields:")
        lines += [_commented(f"  {name}: {_yaml(guess.value)}", guess.doubt) for name, guess in self.fields.items()]
        if self.drop:
            lines.append("# never kept: what people wrote, and who they are; everything else becomes an attribute")
            lines.append(f"drop: {_yaml(list(self.drop))}")
        return "\n".join(lines) + "\n"


def draft(path: Path, source: str = "") -> Draft:
    """A mapping that reads `path`. Raises UsageError when nothing can be proposed."""
    found = sample(path)
    if not found.columns:
        raise UsageError(f"{path}: no record was found in it - name a file that holds some")
    proposal = _proposed(path, found, source or slug(path.name.split(".")[0])[:60] or "log")
    tried = _try(path, proposal)
    for _ in range(_TRIES):
        wrong = _wrong_fields(tried[1], proposal)
        if not wrong:
            break
        proposal.fields = {name: guess for name, guess in proposal.fields.items() if name not in wrong}
        tried = _try(path, proposal)
    records, rejects = tried
    return Draft(proposal.text(), records, sum(reject.lines for reject in rejects))


def _try(path: Path, proposal: _Proposal) -> tuple[int, list[Reject]]:
    try:
        known = format_of_text(proposal.text())
    except ConfigError as error:
        raise UsageError(f"{path}: nothing can be proposed for it ({error}) - write the mapping by hand") from None
    items = list(known.parse(path))
    rejects = [item for item in items if isinstance(item, Reject)]
    return sum(isinstance(item, EventRecord | AggregateRecord) for item in items), rejects


def _wrong_fields(rejects: Sequence[Reject], proposal: _Proposal) -> set[str]:
    """Fields that hold something else further down: better an attribute than a rejected line."""
    told = {reject.reason.split(" ", 1)[0] for reject in rejects if reject.code == "wrong_type"}
    measures = [name for name in proposal.fields if name != "event_name"]
    return told & set(measures) if len(told & set(measures)) < len(proposal.fields) else set()


def _proposed(path: Path, found: Sample, source: str) -> _Proposal:
    left = dict(found.columns)
    identity = _identity(left)
    time, is_day = _time(left, path)
    measures = _measures(left)
    has_id = any(likeness(name, EVENT_WORDS["event_id"]) >= 1 for name in left)
    is_event = not measures or (not is_day and has_id)
    if identity is None and not is_event:
        raise UsageError(f"{path}: no field names a person, and counts of nobody prove nothing - export them by person")
    if identity is None and "from" in time.value:
        raise UsageError(f"{path}: no field looks like a person or a time - it is no log, or needs a mapping by hand")
    proposal = _Proposal(source, found.read, _grain(time, is_event=is_event), identity or _NOBODY, time)
    if is_event:
        proposal.fields = _event_fields(left)
    else:
        proposal.fields = {ours: _Guess(theirs, "check: does it count this?") for ours, theirs in measures.items()}
    mapped = {str(guess.value) for guess in proposal.fields.values()}
    kept = {name: values for name, values in left.items() if name not in mapped and _is_top_level(name, found)}
    proposal.drop = tuple(name for name, values in kept.items() if _is_private(name, values))
    proposal.notes = found.notes
    return proposal


def _measures(left: Mapping[str, tuple[Any, ...]]) -> dict[str, str]:
    """Our measures -> the fields that may be them, by what they hold and what they are called."""
    reads = {"cost": as_number, "is_active": as_flag}
    found: dict[str, str] = {}
    for read in (as_flag, as_number, as_count):
        words = {ours: known for ours, known in AGGREGATE_WORDS.items() if reads.get(ours, as_count) is read}
        fitting = {name: values for name, values in left.items() if _all(values, read) and name not in found.values()}
        found |= _named(fitting, words)
    return {ours: found[ours] for ours in AGGREGATE_WORDS if ours in found}


def _is_top_level(name: str, found: Sample) -> bool:
    """Whether the field could become an attribute at all: nested ones do not."""
    try:
        return found.read["format"] == "csv" or len(parse_path(name).steps) == 1
    except PathError:
        return False


def _grain(time: _Guess, *, is_event: bool) -> _Guess:
    if is_event:
        return _Guess({"kind": "event"}, "check: every record is one thing that happened")
    if isinstance(time.value, dict) and "from" in time.value:
        doubt = "check: how many days the figures look back on, and who is listed"
        return _Guess({"kind": "aggregate", "period": "snapshot", "days": 28, "coverage": "unknown"}, doubt)
    doubt = "check: the period (day, week, 28d, month), and whether only active people are listed"
    return _Guess({"kind": "aggregate", "period": "day", "coverage": "unknown"}, doubt)


def _identity(left: dict[str, tuple[Any, ...]]) -> _Guess | None:
    """The field that names people, taken out of `left`; None when none looks like it."""
    best = max(left, key=lambda name: (round(_addresses(left[name]), 1), _person_likeness(name)))
    is_address = _addresses(left[best]) > _MOSTLY
    if not is_address and not _person_likeness(best):
        return None
    left.pop(best)
    if is_address:
        is_upn = "upn" in best.casefold() or "principal" in best.casefold()
        return _Guess({"namespace": "upn" if is_upn else "email", "field": best, "lower": True})
    namespace = name_of(best)[:60]
    namespace = namespace if namespace[:1].isalpha() else f"id_{namespace}"
    return _Guess({"namespace": namespace, "field": best}, "check: what kind of id this is; email if it is an address")


def _person_likeness(name: str) -> float:
    return 0.0 if is_about(name, NO_PERSON) else likeness(name, PEOPLE_WORDS)


def _addresses(values: Sequence[Any]) -> float:
    """The share of values that are e-mail addresses and nothing else."""
    found = sum(isinstance(value, str) and re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None for value in values)
    return found / max(1, len(values))


def _time(left: dict[str, tuple[Any, ...]], path: Path) -> tuple[_Guess, bool]:
    """(the time, whether it is a day only); its field is taken out of `left`."""
    for name in sorted(left, key=lambda one: likeness(one, TIME_WORDS), reverse=True):
        way = _way_of_writing(left[name], is_named=likeness(name, TIME_WORDS) > 0)
        if way is not None:
            values = left.pop(name)
            doubt = "check: month before day, or day before month?" if way.get("format", "")[:2] in ("%m", "%d") else ""
            doubt = "" if any(_is_clear(value) for value in values) else doubt
            told: Any = {"field": name, **way} if way else name
            return _Guess(
                told, doubt or ("" if likeness(name, TIME_WORDS) else "check: is this when it happened?")
            ), _is_days(values, way)
    origin = "file_name" if named_day(path) else "file_time"
    return _Guess({"from": origin}, "check: no field holds a time; every record is dated by the file"), True


def _way_of_writing(values: Sequence[Any], *, is_named: bool) -> dict[str, str] | None:
    """How all of the values are written as times; {} is ISO, None: they are none."""
    if all(_is_moment(value, When(fields=_ONE, unit="iso")) for value in values):
        return {}
    for unit in ("epoch", "dotnet_ticks") if is_named else ():
        if all(_is_moment(value, When(fields=_ONE, unit=unit)) for value in values):
            return {"unit": unit}
    for pattern in _FORMATS:
        if all(_is_moment(value, When(fields=_ONE, formats=(pattern,))) for value in values):
            return {"format": pattern}
    return None


def _is_moment(value: Any, when: When) -> bool:
    is_text = isinstance(value, str) and (not value.isdigit() or when.unit != "iso" or when.formats)
    if not is_text and (when.unit == "iso" or when.formats or isinstance(value, bool)):
        return False
    scope = Scope({"value": value}, {}, {})
    try:
        return _LEAST <= moment_of(when, scope, Path()) < _LATEST
    except (FieldError, OverflowError):
        return False


def _is_clear(value: Any) -> bool:
    """Whether a date shows which number is the month, since the other is above 12."""
    parts = re.findall(r"\d+", str(value))[:2]
    return len(parts) == 2 and (int(parts[0]) > 12) != (int(parts[1]) > 12)


def _is_days(values: Sequence[Any], way: Mapping[str, str]) -> bool:
    when = When(fields=_ONE, unit=way.get("unit", "iso"), formats=(way["format"],) if "format" in way else ())
    moments = (moment_of(when, Scope({"value": value}, {}, {}), Path()) for value in values)
    return all(moment.time() == datetime.min.time() for moment in moments)


def _event_fields(left: Mapping[str, tuple[Any, ...]]) -> dict[str, _Guess]:
    texts = {name: values for name, values in left.items() if not _is_long(values)}
    named = _named(texts, EVENT_WORDS)
    for name in ("input_tokens", "output_tokens"):
        if name in named and not _all(left[named[name]], as_count):
            named.pop(name)
    for name in _NUMBERS:
        if name in named and not _all(left[named[name]], as_number):
            named.pop(name)
    kind = named.pop("event_name", None)
    is_name = kind is not None and len(set(map(str, left[kind]))) <= max(3, len(left[kind]) // 2)
    guess = _Guess(kind, "check: rules select events by this") if is_name else _Guess(
        {"const": "use"}, "check: give it the name that rules use, such as prompt or decide")  # fmt: skip
    doubtful = ("decision", "confidence", "item_id", "feature")
    return {"event_name": guess} | {
        ours: _Guess(theirs, "check that it means this" if ours in doubtful else "") for ours, theirs in named.items()
    }


def _named(columns: Mapping[str, tuple[Any, ...]], words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Our names -> the fields most like them; each field once, the best fit first."""
    pairs = sorted(
        ((likeness(name, known), ours, name) for ours, known in words.items() for name in columns), reverse=True
    )
    found: dict[str, str] = {}
    for score, ours, name in pairs:
        if score and ours not in found and name not in found.values():
            found[ours] = name
    return {ours: found[ours] for ours in words if ours in found}


def _all(values: Sequence[Any], read: Callable[[Any, str], Any]) -> bool:
    try:
        return bool(values) and all(read(value, "value") is not None for value in values)
    except FieldError:
        return False


def _is_long(values: Sequence[Any]) -> bool:
    return any(isinstance(value, str) and len(value) > _LONG for value in values)


def _is_private(name: str, values: Sequence[Any]) -> bool:
    """What people wrote, and what names them beside the one identity."""
    is_text = any(isinstance(value, str) for value in values)
    named = is_text and is_about(name, NEVER_KEPT) and not _all(values, as_number)
    return named or _is_long(values) or _addresses(values) > 0


def _commented(line: str, doubt: str) -> str:
    return f"{line}  # {doubt}" if doubt else line


_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]*")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off"}


def _yaml(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in _RESERVED:
        return value
    return orjson.dumps(value).decode()
