"""Errors that no single file shows: ids given twice, references to nothing, formats and paths that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import Problem
from orchestration.registry.explain import suggest
from orchestration.registry.loading import OPTIONAL, Registry, raw_items, raw_tool_ids, unknown_tool
from orchestration.registry.models import SourceSpec, Tool
from orchestration.registry.paths import path_fault
from orchestration.registry.pull_models import MAPPING
from orchestration.registry.rule_models import Rule, overlapping
from orchestration.registry.target_checks import target_errors
from orchestration.registry.yaml_file import YamlFile
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.sources import SourceFormat

INBOX_FOLDERS = ("people", "absences", "outages", "training", "work_items", "eligible")
_TOOL_DATASETS = ("events", "aggregates")
_AGGREGATE_KINDS = ("share", "cadence")


def cross_check(workspace: Workspace, registry: Registry) -> Iterator[Problem]:
    """Every error between the files of `registry`, valid entries and invalid ones alike."""
    yield from _misnamed_files(workspace.config)
    tools = registry.files.get("tools")
    if tools is not None:
        yield from _tool_ids(tools)
        yield from _sources(workspace, tools)
        yield from target_errors(registry, raw_tool_ids(tools))
        yield from _rule_files(registry, raw_tool_ids(tools))
    yield from _rule_ids(registry)
    yield from _aggregate_rules(registry)


def formats() -> Mapping[str, SourceFormat]:
    """All formats that takeup reads by itself, those of people and absences included."""
    # Imported late: the readers are many, and reading a configuration must not wait for them.
    from orchestration.sources import FORMATS

    return FORMATS


def format_of(registry: Registry, source: SourceSpec) -> SourceFormat | None:
    """The format of a source, one of takeup's own or a mapping file; None when there is none or it has mistakes."""
    return formats().get(source.format) or registry.mappings.get(source.format)


def _misnamed_files(config: Path) -> Iterator[Problem]:
    for stem in ("tools", *OPTIONAL):
        path = config / f"{stem}.yaml"
        if path.is_file():
            yield Problem(path, 1, 1, f"{path.name} is not read", f"rename it to {stem}.yml")


def _tool_ids(file: YamlFile) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, item in enumerate(raw_items(file, "tools")):
        tool_id = item.get("id") if isinstance(item, dict) else None
        if not isinstance(tool_id, str):
            continue
        loc = ("tools", index, "id")
        if tool_id in seen:
            line, _ = file.position(("tools", seen[tool_id], "id"))
            yield file.problem(loc, f"the id {tool_id!r} is taken (line {line})", "give each tool an id of its own")
        if tool_id in INBOX_FOLDERS:
            what = f"the id {tool_id!r} is the name of a folder that inbox/ has already"
            yield file.problem(loc, what, f"choose another, such as {tool_id + '-tool'!r}")
        seen.setdefault(tool_id, index)


def _sources(workspace: Workspace, file: YamlFile) -> Iterator[Problem]:
    for index, tool in enumerate(raw_items(file, "tools")):
        sources = tool.get("sources") if isinstance(tool, dict) else None
        for at, source in enumerate(sources if isinstance(sources, list) else []):
            if isinstance(source, dict):
                yield from _source(workspace, file, ("tools", index, "sources", at), source)


def _source(
    workspace: Workspace, file: YamlFile, loc: tuple[str | int, ...], source: dict[str, Any]
) -> Iterator[Problem]:
    path, name = source.get("path"), source.get("format")
    if isinstance(path, str):
        fault = path_fault(workspace.root, path)
        if fault:
            yield file.problem((*loc, "path"), *fault)
    if isinstance(name, str):
        format_fault = _format_fault(workspace, name.strip())
        if format_fault:
            yield file.problem((*loc, "format"), *format_fault)


def _format_fault(workspace: Workspace, name: str) -> tuple[str, str] | None:
    if name.startswith(MAPPING):
        from orchestration.registry.mappings import mapping_fault  # it needs the readers, see formats()

        return mapping_fault(workspace.config, name)
    known = {one: kind for one, kind in formats().items() if kind.dataset in _TOOL_DATASETS}
    if name in known:
        return None
    if name in formats():
        folder = formats()[name].dataset
        return (
            f"the format {name!r} is not of a tool's logs",
            f"put those files into inbox/{folder}; they need no entry",
        )
    what = f"unknown format {name!r}{suggest(name, known)}"
    return what, f"known formats: {', '.join(sorted(known))}, {MAPPING}FILE.yml"


def _rule_files(registry: Registry, known: list[str]) -> Iterator[Problem]:
    for file, rules in registry.rule_sources:
        if rules.tool not in known:
            yield file.problem(("tool",), *unknown_tool(rules.tool, known))


def _rule_ids(registry: Registry) -> Iterator[Problem]:
    """Within one file the rule language itself reports an id given twice; here, between files."""
    seen: dict[str, list[_Place]] = {}
    for file, rules in registry.rule_sources:
        for index, rule in enumerate(rules.rules):
            place = _Place(file, rules.tool, index, rule)
            for other in seen.setdefault(rule.id, []):
                if other.file is not file:
                    yield from _between_files(other, place)
            seen[rule.id].append(place)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a version of a rule stands."""

    file: YamlFile
    tool_id: str
    index: int
    rule: Rule

    def problem(self, key: str, what: str, mend: str) -> Problem:
        return self.file.problem(("rules", self.index, key), what, mend)


def _between_files(first: _Place, second: _Place) -> Iterator[Problem]:
    mend = "rename one of them; rule ids are company-wide"
    if first.rule.version == second.rule.version:
        what = f"the rule {second.rule.id!r} version {second.rule.version} stands in {first.file.path.name} already"
        yield second.problem("id", what, mend)
    elif first.tool_id != second.tool_id:
        what = f"the rule {second.rule.id!r} belongs to {first.tool_id!r} in {first.file.path.name}"
        yield second.problem("id", what, mend)
    elif first.rule.effective.overlaps(second.rule.effective):
        what, mend = overlapping(first.rule, second.rule)
        yield from (place.problem("effective", what, mend) for place in (first, second))


def _aggregate_rules(registry: Registry) -> Iterator[Problem]:
    for file, rules in registry.rule_sources:
        tool = registry.tool(rules.tool)
        if tool is None or has_events(registry, tool):
            continue
        for index, rule in enumerate(rules.rules):
            if rule.kind not in _AGGREGATE_KINDS:
                names = " and ".join(_AGGREGATE_KINDS)
                what = f"a rule of kind {rule.kind!r} needs events, but the sources of {tool.id!r} only report counts"
                yield file.problem(("rules", index, "kind"), what, f"use {names}, or add a source that has events")


def has_events(registry: Registry, tool: Tool) -> bool:
    """Whether any source of the tool delivers events; an unknown format might."""
    known = [format_of(registry, source) for source in tool.sources]
    return any(one is None or one.dataset == "events" for one in known)
