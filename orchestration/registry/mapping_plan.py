"""A mapping file's models -> the plan that its files are read by, and every mistake that no single key shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from orchestration.errors import Problem
from orchestration.registry.explain import nearest
from orchestration.registry.mapping_conditions import compile_predicate
from orchestration.registry.mapping_models import (
    MappingFile,
    MappingFilter,
    MappingIdentity,
    MappingMatch,
    MappingRead,
    MappingTime,
    MappingUnpivot,
    MappingValue,
    Section,
)
from orchestration.registry.mapping_values import check_pattern
from orchestration.registry.yaml_file import YamlFile
from orchestration.sources.mapping.aggregates import ACTS
from orchestration.sources.mapping.paths import parse_path
from orchestration.sources.mapping.plan import (
    Filter,
    Grain,
    Match,
    Plan,
    Reading,
    Unpivot,
    Value,
    Variant,
    When,
    Who,
)
from orchestration.sources.mapping.values import AGGREGATE_COLUMNS, EVENT_COLUMNS, OTHER_NAMES
from orchestration.sources.records import MEASURES

Loc = tuple[str | int, ...]
_NEEDED = ("read", "grain", "identity", "time")
_TABLES = ("csv", "sqlite", "parquet")
_TOTALS = ("cost", *MEASURES, "is_active")


@dataclass(frozen=True, slots=True)
class Part:
    """One variant with what the file says for all of them; `loc` is where it stands (empty: the file itself)."""

    section: Section
    loc: Loc
    given: frozenset[str]
    """What the variant says for itself."""

    def at(self, key: str, *more: str | int) -> Loc:
        """Where `key` of it stands: in the variant, else in the file."""
        return (*(self.loc if key in self.given else ()), key, *more)


def parts_of(mapping: MappingFile) -> list[Part]:
    """The variants, completed; the file itself when it has none."""
    if not mapping.variants:
        return [Part(mapping, (), frozenset(mapping.model_fields_set))]
    shared = {name: getattr(mapping, name) for name in Section.model_fields if name in mapping.model_fields_set}
    found = []
    for index, variant in enumerate(mapping.variants):
        own = {name: getattr(variant, name) for name in Section.model_fields if name in variant.model_fields_set}
        own["filters"] = mapping.filters + variant.filters
        section = Section.model_construct(**{**_unset(), **shared, **own})
        found.append(Part(section, ("variants", index), frozenset(variant.model_fields_set)))
    return found


def _unset() -> dict[str, Any]:
    return {name: info.get_default(call_default_factory=True) for name, info in Section.model_fields.items()}


def mistakes(file: YamlFile, mapping: MappingFile) -> Iterator[Problem]:
    """Every error between the keys of the file."""
    for part in parts_of(mapping):
        missing = [name for name in _NEEDED if getattr(part.section, name) is None]
        for name in missing:
            example = (Section.model_fields[name].examples or ["..."])[0]
            mend = f"add it, like `{name}: {example}`"
            yield file.problem(part.loc, f"the mapping has no {name!r}", mend)
        if not missing:
            yield from _grain_mistakes(file, part)
            yield from _match_mistakes(file, part)
            yield from _column_mistakes(file, part)
    if len(mapping.variants) > 1:
        for part in parts_of(mapping)[:-1]:
            if part.section.match is None:
                mend = "add a match, or make it the last: what fits everything hides all variants behind it"
                yield file.problem(part.loc, "the variant fits everything", mend)


def _grain_mistakes(file: YamlFile, part: Part) -> Iterator[Problem]:
    section = part.section
    assert section.grain is not None
    if section.grain.kind == "event":
        if "event_name" not in _names(section):
            mend = "add `fields: {event_name: {const: prompt}}`, or the field that holds it"
            yield file.problem(part.at("grain"), "events need a name, which rules select them by", mend)
        if section.unpivot is not None:
            mend = "counts are never turned into events: write `kind: aggregate`, or delete it"
            yield file.key_problem(part.at("unpivot"), "`unpivot` has no meaning for events", mend)
        if section.as_of is not None:
            yield file.key_problem(part.at("as_of"), "`as_of` has no meaning for events", "delete it")
    elif any(not who.required for who in section.identity or ()):
        mend = "counts of nobody prove nothing: delete `required: false`"
        yield file.problem(part.at("identity"), "counts need a person", mend)
    elif not set(_TOTALS) & _names(section) and section.unpivot is None:
        mend = f"name one of {', '.join(_TOTALS[1:5])}, ... in `fields`, or is_active"
        yield file.problem(part.at("grain"), "the counts have no measure", mend)


def _match_mistakes(file: YamlFile, part: Part) -> Iterator[Problem]:
    match, read = part.section.match, part.section.read
    if match is None or read is None:
        return
    is_table = read.format in _TABLES
    for name in ("columns_all", "columns_any", "keys_all", "keys_any"):
        wrong = name.startswith("keys") if is_table else name.startswith("columns")
        if wrong and getattr(match, name):
            other = name.replace("keys", "columns") if is_table else name.replace("columns", "keys")
            what = f"{name!r} has no meaning with `format: {read.format}`"
            yield file.key_problem(part.at("match", name), what, f"write {other!r}")


def _column_mistakes(file: YamlFile, part: Part) -> Iterator[Problem]:
    section = part.section
    assert section.grain is not None
    names = EVENT_COLUMNS if section.grain.kind == "event" else AGGREGATE_COLUMNS
    for name, value in section.constants.items():
        ours = OTHER_NAMES.get(name, name)
        if ours in names and ours in {OTHER_NAMES.get(one, one) for one in section.fields}:
            what = f"{name!r} stands in `fields` and in `constants`"
            yield file.key_problem(part.at("constants", name), what, "keep one of them")
        elif ours in MEASURES:
            what = f"{name!r} counts what people do, so it is no constant"
            yield file.problem(part.at("constants", name), what, f"name its field: `fields: {{{name}: {value}}}`")
    if section.unpivot is not None:
        yield from _unpivot_mistakes(file, part, section.unpivot)


def _unpivot_mistakes(file: YamlFile, part: Part, unpivot: MappingUnpivot) -> Iterator[Problem]:
    groups = check_pattern(unpivot.columns).groups
    if "feature" not in unpivot.to:
        yield file.problem(part.at("unpivot", "to"), "the parts have no name", "add `feature: $1`")
    for name, template in unpivot.to.items():
        loc = part.at("unpivot", "to", name)
        if name != "feature" and OTHER_NAMES.get(name, name) not in MEASURES:
            near = nearest(name, MEASURES)
            mend = f"write {near!r}" if near else f"write one of {', '.join(MEASURES)}, or feature"
            yield file.key_problem(loc, f"{name!r} is no measure", mend)
        if name != "feature" and template != "value":
            yield file.problem(loc, f"{template!r} is no number", "write `value`, which is the cell")
        if any(int(one) > groups for one in template if one.isdigit() and f"${one}" in template):
            yield file.problem(loc, f"the pattern has {groups} groups", "write $1 for the first")


def warnings(file: YamlFile, mapping: MappingFile) -> Iterator[Problem]:
    """What may well be meant otherwise."""
    for part in parts_of(mapping):
        section = part.section
        if section.grain is None:
            continue
        if section.grain.kind == "aggregate" and not {"is_active", *ACTS} & _measures(section):
            what = "nothing here says who used the tool: what is billed or offered is no use"
            yield file.problem(part.at("grain"), what, "name is_active, or a count of what people do", True)
        names = EVENT_COLUMNS if section.grain.kind == "event" else AGGREGATE_COLUMNS
        for name in section.fields:
            near = nearest(name, names) if name not in names and name not in OTHER_NAMES else None
            if near is not None:
                what = f"{name!r} is no column of ours and becomes an attribute; did you mean {near!r}?"
                yield file.key_problem(part.at("fields", name), what, f"rename it to {near!r}, or leave it", True)


def _measures(section: Section) -> set[str]:
    parts = section.unpivot.to if section.unpivot else {}
    return _names(section) | {OTHER_NAMES.get(name, name) for name in parts}


def _names(section: Section) -> set[str]:
    return {OTHER_NAMES.get(name, name) for name in (*section.fields, *section.constants)}


def plan_of(name: str, mapping: MappingFile) -> Plan:
    """The plan of a mapping without mistakes. `name` is the format as tools.yml names it."""
    variants = tuple(_variant(part) for part in parts_of(mapping))
    proves = any(one.grain.kind == "event" or one.grain.period != "snapshot" for one in variants)
    return Plan(
        name=name,
        source=mapping.source,
        title=mapping.title or mapping.source,
        variants=variants,
        meaning=meaning_of(mapping),
        can_prove=proves if mapping.can_prove is None else mapping.can_prove,
    )


def meaning_of(mapping: MappingFile) -> str:
    """All that the file says of records, as JSON: equal for files that differ in comments, order or title."""
    said = mapping.model_dump(by_alias=True, exclude_unset=True, exclude={"title"})
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def _variant(part: Part) -> Variant:
    section = part.section
    assert section.read is not None
    assert section.grain is not None
    assert section.time is not None
    return Variant(
        name=str(getattr(section, "name", "")),
        match=_match(section.match),
        reading=_reading(section.read),
        grain=Grain(
            kind=section.grain.kind,
            period=section.grain.period or "day",
            coverage=section.grain.coverage,
            days=section.grain.days,
            final_after=section.grain.is_final_after,
            restate=section.grain.restate_window,
        ),
        who=tuple(map(_who, section.identity or ())),
        when=_when(section.time),
        as_of=_when(section.as_of) if section.as_of else None,
        fields=_ours({name: _value(value) for name, value in section.fields.items()}),
        unpivot=_unpivot(section.unpivot) if section.unpivot else None,
        filters=tuple(map(_filter, section.filters)),
        constants=_ours(section.constants),
        aliases=MappingProxyType(dict(section.aliases)),
        dedup=section.dedup,
        keeps_unknown=section.unknown_columns == "keep_in_attributes",
        dropped=frozenset(section.drop),
    )


def _ours(named: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({OTHER_NAMES.get(name, name): value for name, value in named.items()})


def _match(match: MappingMatch | None) -> Match:
    if match is None:
        return Match()
    return Match(
        columns_all=match.columns_all,
        columns_any=match.columns_any,
        keys_all=match.keys_all,
        keys_any=match.keys_any,
        paths=tuple(map(parse_path, match.paths)),
        where=compile_predicate(match.where) if match.where else None,
    )


def _reading(read: MappingRead) -> Reading:
    return Reading(
        format=read.format,
        encoding=read.encoding,
        records=parse_path(read.records, with_lists=True) if read.records else None,
        explode=tuple(parse_path(path, with_lists=True) for path in read.explode),
        json_columns=read.json_columns,
        nulls=frozenset(read.csv_null),
        columns=read.columns,
        has_quotes=read.quotes,
        table=read.table or "",
        endings=read.endings,
    )


def _who(who: MappingIdentity) -> Who:
    return Who(
        namespace=who.namespace,
        field=parse_path(who.field),
        is_lower=who.lower,
        strip=check_pattern(who.strip_prefix) if who.strip_prefix else None,
        fallback=tuple(map(_who, who.fallback)),
        is_required=who.required,
    )


def _when(time: MappingTime) -> When:
    return When(
        origin=time.origin,
        fields=tuple(map(parse_path, time.field)),
        formats=(time.format, *time.alt_formats) if time.format else (),
        unit=time.unit,
        zone=ZoneInfo(time.assume_tz) if time.assume_tz else None,
        is_last_day=time.marks == "end",
    )


def _value(value: MappingValue) -> Value:
    words = None if value.words is None else {word.casefold(): ours for word, ours in value.words.items()}
    return Value(
        fields=tuple(map(parse_path, value.field)),
        const=value.const,
        kind=value.unit or "",
        words=words,
        otherwise=value.otherwise,
    )


def _unpivot(unpivot: MappingUnpivot) -> Unpivot:
    to = {OTHER_NAMES.get(name, name): template for name, template in unpivot.to.items() if name != "feature"}
    return Unpivot(check_pattern(unpivot.columns), frozenset(unpivot.exclude), unpivot.to["feature"], to)


def _filter(one: MappingFilter) -> Filter:
    return Filter(compile_predicate(one.drop_if), one.reason)
