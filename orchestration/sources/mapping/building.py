"""Values of a file become records: cut into pieces, sorted into variants, filtered, and read column by column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from orchestration.sources.csv_lines import column_name
from orchestration.sources.documents import Item
from orchestration.sources.fields import FieldError
from orchestration.sources.mapping.aggregates import aggregates_of
from orchestration.sources.mapping.cells import parsed_cells
from orchestration.sources.mapping.paths import MOST_PIECES, Path, Step, exploded, pieces
from orchestration.sources.mapping.plan import Dropped, Filter, Reading, Scope, Variant
from orchestration.sources.mapping.reading import list_key
from orchestration.sources.mapping.shared import Target, attributes_of, columns_of, key_of
from orchestration.sources.mapping.telemetry import entries
from orchestration.sources.mapping.values import moment_of, people_of
from orchestration.sources.records import Blank, EventRecord, Parsed

_SHOWN = ("shown", "offered", "displayed", "presented")
_EVENT_DETAILS = (
    "item_id",
    "session_id",
    "conversation_id",
    "use_case",
    "feature",
    "decision",
    "decision_source",
    "confidence",
    "predicted_value",
    "final_value",
    "dwell_ms",
    "model",
    "input_tokens",
    "output_tokens",
    "cost",
    "currency",
)
_ACTORS = ("human", "service")


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes the records of one file. `names` are the written names of a CSV's columns, filled as it is read."""

    variants: Sequence[Variant]
    target: Target
    names: dict[str, str] = field(default_factory=dict)

    def build(self, item: Item) -> list[Parsed]:
        """Everything that one value of the file becomes; its lines stand with the first record.

        FieldError costs the whole value: a line is loaded whole or not at all.
        """
        if not isinstance(item.value, dict | list):
            raise FieldError("unknown_shape", "the record is not a JSON object")
        made = [one for piece in self._pieces(item) for one in self._records(*piece, item)]
        return _with_lines(made, item) if made else [Blank(item.lines)]

    def _pieces(self, item: Item) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
        """Each record within the value, with what wraps it."""
        reading = self.variants[0].reading
        root = item.envelope or (item.value if isinstance(item.value, dict) else {})
        for place, found in enumerate(_found(item.value, reading)):
            if not isinstance(found, dict):
                raise FieldError("unknown_shape", "the record is not a JSON object")
            if place >= MOST_PIECES:
                raise FieldError("too_large", f"the record holds more than {MOST_PIECES} records")
            waiting = [parsed_cells(found, reading.json_columns, is_table=_is_table(reading))]
            for path in reading.explode:
                waiting = _all_exploded(waiting, _steps(path, reading))
            yield from ((one, root) for one in waiting)

    def _records(self, values: dict[str, Any], root: Mapping[str, Any], item: Item) -> Iterable[Parsed]:
        is_table = _is_table(self.variants[0].reading)
        for variant in self.variants:
            scope = Scope(values, root, variant.aliases, self.names, is_table, item.number, item.lines)
            reason = _dropped(variant.filters, scope)
            if reason is not None:
                return [Dropped(item.lines, reason)]
            if variant.match.fits(scope):
                return self._made(variant, scope)
        raise FieldError("unknown_shape", "the record fits no variant of the mapping")

    def _made(self, variant: Variant, scope: Scope) -> Iterable[Parsed]:
        if variant.grain.kind == "event":
            return [event_of(variant, scope, self.target)]
        return aggregates_of(variant, scope, self.target)


def _all_exploded(records: Iterable[dict[str, Any]], steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Every record taken apart at `steps`; FieldError when they become too many together."""
    made: list[dict[str, Any]] = []
    for one in records:
        made += exploded(one, steps)
        if len(made) > MOST_PIECES:
            raise FieldError("too_large", f"the record explodes into more than {MOST_PIECES} records")
    return made


def _found(value: Any, reading: Reading) -> Iterator[Any]:
    """The values at the records path; of NDJSON lines and documents alike."""
    if reading.format == "otlp_json":
        return entries(value)
    steps = reading.records.steps if reading.records else ()
    if list_key(reading):
        steps = steps[2:]  # the reader has taken the outermost list apart
    elif steps and not isinstance(steps[0], str) and not isinstance(value, list):
        steps = steps[1:]
    if not steps:
        return iter(value if isinstance(value, list) else [value])
    return pieces(value, steps)


def _steps(path: Path, reading: Reading) -> tuple[Step, ...]:
    """The steps of a path, the first as the cells of a table are called."""
    return (column_name(path.head), *path.steps[1:]) if _is_table(reading) else path.steps


def _is_table(reading: Reading) -> bool:
    return reading.format == "csv"


def _dropped(filters: Iterable[Filter], scope: Scope) -> str | None:
    return next((one.reason for one in filters if one.drop_if(scope) is True), None)


def _with_lines(made: list[Parsed], item: Item) -> list[Parsed]:
    """The lines of the value with the first record; with the first thing dropped when there is none."""
    if len(made) == 1:
        return made
    kept = [place for place, one in enumerate(made) if not isinstance(one, Blank)]
    first = kept[0] if kept else 0
    return [replace(one, lines=item.lines if place == first else 0) for place, one in enumerate(made)]


def event_of(variant: Variant, scope: Scope, target: Target) -> EventRecord:
    """One event. What identifies it: `dedup`, else its own id, else everything in the record."""
    at = target.not_late(moment_of(variant.when, scope, target.file), "the time")
    users = people_of(variant.who, scope)
    columns = columns_of(variant, scope)
    name = columns.get("event_name")
    if name is None:
        raise FieldError("missing_field", "event_name is missing or empty")
    said, actor = actor_of(columns.get("actor_type"), is_named=bool(users))
    initiated = columns.get("is_user_initiated")
    told = {
        **columns,
        "user": users[0].value.casefold() if users else "",
        "time": at.isoformat(),
        "source": target.source,
    }
    key = _event_key(variant, scope, told)
    initiated = is_own_doing(name, said) if initiated is None else initiated
    details: list[Any] = [columns.get(column) for column in _EVENT_DETAILS]
    details.append(attributes_of(variant, scope, columns))
    # No digest where the source gives no id: somebody's name could be found in it by trying.
    event_id = columns.get("event_id") or f"{at.isoformat()}Z/{name}"
    return EventRecord(
        scope.number, scope.lines, key, event_id, name, at, columns.get("seq"), users, actor, initiated, *details
    )


def actor_of(told: str | None, *, is_named: bool) -> tuple[str, str]:
    """Who acts by the record's own word, or else by whether it names somebody; and as one of our words."""
    said = told or ("human" if is_named else "unknown")
    return said, said if said in _ACTORS else "unknown"


def is_own_doing(name: str, actor: str) -> bool:
    """Whether the person acted rather than the tool, as far as the name says."""
    return actor != "service" and not name.lower().endswith(_SHOWN)


def _event_key(variant: Variant, scope: Scope, told: Mapping[str, Any]) -> tuple[str, ...]:
    if variant.dedup:
        return key_of(variant, told, scope)
    if told.get("event_id"):
        return (str(told["source"]), str(told["event_id"]))
    content = orjson.dumps(scope.values, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return (str(told["source"]), hashlib.sha256(content).hexdigest())
