"""What the readers of counts share: records out of JSON pages, and what is known of a person and period by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import FieldError, count, text
from orchestration.sources.periods import Period
from orchestration.sources.records import AggregateRecord, Blank, Identity, Parsed

BARE = AggregateRecord(
    line_no=0,
    lines=0,
    key=(),
    users=(),
    actor_type="human",
    part="",
    scope="",
    scope_rank=0,
    grain="",
    period_start=date.min,
    period_end=date.min,
    is_active=None,
    measures={},
    currency=None,
    attributes={},
    coverage="unknown",
    as_of=None,
    is_final=False,
)
"""A row of which nothing is known; formats replace what they know."""

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
CSV_SUFFIXES = (".csv", ".tsv")


def read_aggregates(
    path: Path, shape: Shape, build: Callable[[Mapping[str, Any], Item], Iterable[AggregateRecord]]
) -> Iterator[Parsed]:
    """The rows that `build` makes of every record. A record without rows is a Blank, a bad one costs all of its."""
    for item in read_documents(path, shape):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield from _rows(item, build)
        except FieldError as error:
            yield item.rejected(error)


def _rows(item: Item, build: Callable[[Mapping[str, Any], Item], Iterable[AggregateRecord]]) -> Iterable[Parsed]:
    if not isinstance(item.value, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    rows = list(build(item.value, item))
    if not rows:
        return [Blank(item.lines)]
    lines = [item.lines] + [0] * (len(rows) - 1)
    return [replace(row, line_no=item.number, lines=n) for row, n in zip(rows, lines, strict=True)]


def in_period(row: AggregateRecord, period: Period, *more: str) -> AggregateRecord:
    """`row` with its period, and the key of its person, period, part and `more`: the same whenever it is said again."""
    who = row.users[0]
    return replace(
        row,
        key=(who.namespace, who.value.casefold(), period.grain, period.start.isoformat(), row.part, *more),
        grain=period.grain,
        period_start=period.start,
        period_end=period.end,
    )


def named(record: Mapping[str, Any], names: Mapping[str, str], missing: str) -> tuple[Identity, ...]:
    """Who a record names: `names` has the namespace of each field, preferred first. `missing`: the reason if none."""
    found = ((namespace, text(record.get(field), field)) for field, namespace in names.items())
    users = tuple(Identity(namespace, value) for namespace, value in found if value)
    if not users:
        raise FieldError("missing_field", missing)
    return users


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is not None."""
    return {name: value for name, value in values.items() if value is not None}


def others(record: Mapping[str, Any], told: Iterable[str]) -> dict[str, Any]:
    """The plain fields of a record that its format does not know, as attributes."""
    passed_over = set(told)
    return {
        name: value
        for name, value in record.items()
        if name not in passed_over and value is not None and value != "" and not isinstance(value, dict | list)
    }


def counts_in(record: Mapping[str, Any], prefix: str = "") -> dict[str, int | None]:
    """Every count in a record of counts, those of nested records under joined names: `{"a": {"b": 1}}` is `a_b`."""
    found: dict[str, int | None] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= counts_in(value, f"{prefix}{name}_")
        else:
            found[f"{prefix}{name}"] = count(value, f"{prefix}{name}")
    return found
