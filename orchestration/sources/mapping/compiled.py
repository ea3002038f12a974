"""A plan as a log format: what the loader, the quarantine, the replay and the ledger take like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path as File

from orchestration.sources.aggregates import CSV_SUFFIXES, JSON_SUFFIXES
from orchestration.sources.csv_lines import column_name
from orchestration.sources.documents import Item
from orchestration.sources.fields import FieldError, latest_time
from orchestration.sources.formats import Dataset, SourceFormat
from orchestration.sources.mapping.building import Builder
from orchestration.sources.mapping.paths import Path
from orchestration.sources.mapping.plan import JSON_FORMATS, Plan, Variant, flat
from orchestration.sources.mapping.reading import Groups, has_form, header_of, read_items
from orchestration.sources.mapping.shared import Target
from orchestration.sources.periods import modified_at
from orchestration.sources.records import Blank, Parsed, Reject

_SUFFIXES = {
    "csv": (*CSV_SUFFIXES, ".txt"),
    "sqlite": (".db", ".sqlite", ".sqlite3"),
    "parquet": (".parquet",),
    **dict.fromkeys(JSON_FORMATS, (*JSON_SUFFIXES, ".log")),
}
_PROVES = {
    True: "What its mapping says: events or counts that rules can judge.",
    False: "What its mapping says: whether somebody uses the tool, not how.",
}


def source_format(plan: Plan) -> SourceFormat:
    """The format that `plan` describes. Its parser opens nothing but the file it is given."""
    kinds = {variant.grain.kind for variant in plan.variants}
    dataset: Dataset = "events" if "event" in kinds else "aggregates"
    also: tuple[Dataset, ...] = ("aggregates",) if len(kinds) > 1 else ()
    first = plan.variants[0]
    endings = chain.from_iterable(_SUFFIXES[one.reading.format] + one.reading.endings for one in plan.variants)
    final_after = max(variant.grain.final_after for variant in plan.variants)
    return SourceFormat(
        name=plan.name,
        dataset=dataset,
        grain="event" if dataset == "events" else first.grain.period,
        namespaces=tuple(dict.fromkeys(who.namespace for each in plan.variants for who in flat(each.who))),
        coverage=first.grain.coverage if dataset == "aggregates" else "active_only",
        can_prove=plan.can_prove,
        parse=MappingParser(plan),
        suffixes=tuple(dict.fromkeys(endings)),
        title=plan.title,
        proves=_PROVES[plan.can_prove],
        also=also,
        late_days=final_after if "aggregate" in kinds else 0,
        lateness=_lateness(plan),
        meaning=plan.meaning,
    )


def _lateness(plan: Plan) -> str:
    windows = [variant.grain.restate for variant in plan.variants if variant.grain.restate]
    return f"Fetch the last {max(windows)} days again: the newest figures of a period win." if windows else ""


class MappingParser:
    """Reads files by one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, path: File, *, now: datetime | None = None) -> Iterator[Parsed]:
        """The records of one file; a line that cannot be read costs only itself."""
        variants = self.fitting(path)
        builder = self.builder(path, variants, now)
        marks = frozenset().union(*(variant.heads() for variant in variants))
        return built(builder, read_items(path, variants[0].reading, marks, needs_of(path, variants), builder.names))

    def builder(self, path: File, variants: list[Variant], now: datetime | None) -> Builder:
        """What makes records of the file's values."""
        return Builder(variants, Target(self._plan.source, path, modified_at(path), latest_time(now)))

    def fitting(self, path: File) -> list[Variant]:
        """The variants to try on this file: those read in the way of the first that its form and header fit."""
        chosen = next((each for each in self._plan.variants if _fits(path, each)), self._plan.variants[0])
        return [each for each in self._plan.variants if each.reading == chosen.reading]


def built(builder: Builder, items: Iterable[Item | Reject | Blank]) -> Iterator[Parsed]:
    """The records of the items; an item that cannot be read is a reject."""
    for item in items:
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield from builder.build(item)
        except FieldError as error:
            yield item.rejected(error)


def needs_of(path: File, variants: list[Variant]) -> Groups:
    """Groups of columns of which a CSV must have one, see csv_lines.read_csv."""
    reading = variants[0].reading
    header = header_of(path, reading) if reading.format == "csv" else None
    return _needs(variants, header) if header is not None else ()


def _fits(path: File, variant: Variant) -> bool:
    if not has_form(path, variant.reading):
        return False
    if variant.reading.format != "csv":
        return True
    header = header_of(path, variant.reading)
    return header is None or variant.match.fits_columns(header)


def _needs(variants: list[Variant], header: frozenset[str]) -> Groups:
    """Columns without which no row can be read: then the file is refused once, for its header."""
    fitting = [each for each in variants if each.match.fits_columns(header)]
    if not fitting:
        match = variants[0].match
        return tuple((column_name(name),) for name in match.columns_all) + _group(match.columns_any)
    if len(fitting) > 1:
        return ()
    (only,) = fitting
    who = _columns(only, [one.field for one in flat(only.who) if only.who[0].is_required])
    when = _columns(only, only.when.fields)
    return tuple(group for group in (who, when) if group)


def _group(names: tuple[str, ...]) -> Groups:
    return (tuple(map(column_name, names)),) if names else ()


def _columns(variant: Variant, paths: Iterable[Path]) -> tuple[str, ...]:
    """The columns under any of which one of the fields may stand."""
    names = [name for path in paths for name in (path.text, path.head, *variant.aliases.get(path.head, ())) if name]
    return tuple(dict.fromkeys(map(column_name, names)))
