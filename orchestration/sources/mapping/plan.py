"""What a mapping file says, checked and ready to read by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from orchestration.sources.csv_lines import column_name
from orchestration.sources.mapping.paths import Path, walk
from orchestration.sources.records import Blank

FileFormat = Literal["csv", "ndjson", "json", "glued_json", "sqlite", "parquet", "otlp_json"]
_LONGEST_NAME = 200
"""Of a column that a pattern is tried on: keeps patterns from taking long."""

JSON_FORMATS = ("ndjson", "json", "glued_json", "otlp_json")


@dataclass(frozen=True, slots=True)
class Scope:
    """One record as paths see it. `root` is what wraps its list, `names` the written names of CSV columns."""

    values: Mapping[str, Any]
    root: Mapping[str, Any]
    aliases: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str] = field(default_factory=dict)
    is_table: bool = False
    number: int = 0
    lines: int = 0
    """Where the record stands, and for how many lines if it is the only one there."""

    def get(self, path: Path) -> Any:
        """The value at `path`, under its own name or an older one; empty text is None."""
        found = self._at(path)
        return None if found == "" else found

    def _at(self, path: Path) -> Any:
        if path.is_absolute:
            return walk(self.root, path.steps)
        if self.is_table:
            return self._cell(path)
        if path.head in self.values or not path.head:
            return walk(self.values, path.steps)
        for older in self.aliases.get(path.head, ()):
            if older in self.values:
                return walk(self.values[older], path.steps[1:])
        return walk(self.values, path.steps)  # a name with dots in it

    def _cell(self, path: Path) -> Any:
        """A cell by the whole text of the path, else what stands in the JSON of a cell."""
        if path.column in self.values:
            return self.values[path.column]
        head = column_name(path.head)
        names = (head, *(column_name(older) for older in self.aliases.get(path.head, ())))
        found = next((self.values[name] for name in names if name in self.values), None)
        return walk(found, path.steps[1:])


Predicate: TypeAlias = Callable[[Scope], bool | None]
"""A condition: true, false, or None when what it asks for is not there."""


@dataclass(frozen=True, slots=True)
class Dropped(Blank):
    """Lines that a filter of the mapping leaves out, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How records are got out of a file."""

    format: FileFormat
    encoding: str = "utf-8"
    records: Path | None = None
    explode: tuple[Path, ...] = ()
    json_columns: tuple[str, ...] = ()
    nulls: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    """The names of the columns of a CSV without a header row."""
    has_quotes: bool = True
    table: str = ""
    endings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What tells a variant. Everything that is given must hold."""

    columns_all: tuple[str, ...] = ()
    columns_any: tuple[str, ...] = ()
    keys_all: tuple[str, ...] = ()
    keys_any: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    where: Predicate | None = None

    def fits_columns(self, names: frozenset[str]) -> bool:
        """Whether a table with these columns, as csv_lines.column_name writes them, may hold such records."""
        some = {column_name(name) for name in self.columns_any}
        return names.issuperset(map(column_name, self.columns_all)) and (not some or not some.isdisjoint(names))

    def fits(self, scope: Scope) -> bool:
        """Whether a record is of this variant."""
        if (self.columns_all or self.columns_any) and not self.fits_columns(frozenset(map(column_name, scope.values))):
            return False
        if not all(key in scope.values for key in self.keys_all):
            return False
        if self.keys_any and not any(key in scope.values for key in self.keys_any):
            return False
        if not all(scope.get(path) is not None for path in self.paths):
            return False
        return self.where is None or self.where(scope) is True


@dataclass(frozen=True, slots=True)
class Who:
    """One way in which records name a person."""

    namespace: str
    field: Path
    is_lower: bool = False
    strip: re.Pattern[str] | None = None
    fallback: tuple[Who, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class When:
    """Where the time of a record stands, and how it is written."""

    origin: Literal["field", "file_name", "file_time"] = "field"
    fields: tuple[Path, ...] = ()
    formats: tuple[str, ...] = ()
    unit: str = "iso"
    zone: ZoneInfo | None = None
    """Of times that name none; None: UTC."""
    is_last_day: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """Where the value of one of our columns comes from."""

    fields: tuple[Path, ...] = ()
    const: Any = None
    kind: str = ""
    """The unit or type of the source (`as`); empty: as the column is."""
    words: Mapping[str, Any] | None = None
    otherwise: Literal["keep", "nothing", "reject"] = "keep"


@dataclass(frozen=True, slots=True)
class Grain:
    """What one record is about."""

    kind: Literal["event", "aggregate"]
    period: str = "day"
    coverage: str = "unknown"
    days: int = 1
    """How many days a snapshot looks back on."""
    final_after: int = 1
    restate: int | None = None


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Columns whose names hold a part: `^(.+)_messages$`. `to` has our columns as templates of `$1` and `value`."""

    pattern: re.Pattern[str]
    exclude: frozenset[str]
    part: str
    to: Mapping[str, str]

    def match(self, name: str, written: str) -> re.Match[str] | None:
        """How a column that is read as `name` and written as `written` fits; None when it holds no part."""
        if self.exclude & {name, written} or len(written) > _LONGEST_NAME:
            return None
        return self.pattern.fullmatch(written)


@dataclass(frozen=True, slots=True)
class Filter:
    drop_if: Predicate
    reason: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One shape of records and what becomes of it."""

    name: str
    match: Match
    reading: Reading
    grain: Grain
    who: tuple[Who, ...]
    when: When
    as_of: When | None
    fields: Mapping[str, Value]
    unpivot: Unpivot | None
    filters: tuple[Filter, ...]
    constants: Mapping[str, Any]
    aliases: Mapping[str, tuple[str, ...]]
    dedup: tuple[str, ...]
    keeps_unknown: bool
    dropped: frozenset[str]
    """Fields that never become attributes."""
    known: frozenset[str] = field(init=False, compare=False)
    """Fields that the mapping mentions, as records have them: what else there is, is unknown."""

    def __post_init__(self) -> None:
        names = self.heads() | self.dropped
        if self.reading.format == "csv":
            names = frozenset(map(column_name, names | {path.text for path in self.paths()}))
        object.__setattr__(self, "known", names)

    def paths(self) -> list[Path]:
        """Every path by which records are read."""
        found = [one.field for one in flat(self.who)] + list(self.when.fields) + list(self.match.paths)
        found += [path for value in self.fields.values() for path in value.fields]
        return found + list(self.as_of.fields if self.as_of else ())

    def heads(self) -> frozenset[str]:
        """The fields of a record that the variant reads, old names included."""
        names = {path.head for path in self.paths()} | {*self.match.keys_all, *self.match.keys_any}
        return frozenset((names | {older for name in names for older in self.aliases.get(name, ())}) - {""})


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole mapping file."""

    name: str
    """As tools.yml names it: `mapping:kiro.yml`."""
    source: str
    """The first part of every event's key."""
    title: str
    variants: tuple[Variant, ...]
    meaning: str
    """All that the file says; another text means that its files must be read anew."""
    can_prove: bool = True


def flat(who: tuple[Who, ...]) -> list[Who]:
    """Every way of naming a person, fallbacks after what they stand in for."""
    return [one for first in who for one in (first, *flat(first.fallback))]
