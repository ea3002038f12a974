"""Everything that can be said about a workspace's configuration without reading logs: errors and warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.errors import ConfigError, Problem
from orchestration.registry.cross_checks import INBOX_FOLDERS, format_of
from orchestration.registry.dead_rules import dead_rules
from orchestration.registry.explain import suggest
from orchestration.registry.loading import OPTIONAL, Registry, mapping_names, raw_items, read
from orchestration.registry.models import Tool
from orchestration.registry.paths import exists
from orchestration.registry.rendering import eligible_sql, unknown_uses, uses_sql
from orchestration.registry.rule_versions import enacted, is_changed, next_version
from orchestration.registry.target_checks import target_warnings
from orchestration.rules.advice import advise
from orchestration.rules.compile import RuleRow, compile_rule_book
from orchestration.workspace import Workspace


def check(workspace: Workspace, today: date | None = None) -> list[Problem]:
    """All problems of `workspace`, by file and line; `is_warning` tells those that do not stop a run."""
    registry, problems = read(workspace)
    day = today or datetime.now(UTC).date()
    found = [
        *problems,
        *_compiling(workspace, registry, day),
        *(problem for file, rules in registry.rule_sources for problem in advise(file, rules)),
        *_tool_warnings(workspace, registry, day),
        *target_warnings(workspace, registry),
        *_folder_warnings(workspace, registry),
        *_file_warnings(workspace),
        *_mapping_problems(workspace, registry),
    ]
    return sorted(set(found))


def _compiling(workspace: Workspace, registry: Registry, today: date) -> Iterator[Problem]:
    for tool in registry.tools:
        yield from _raised(eligible_sql, registry, tool)
        mistakes = _raised(uses_sql, registry, tool)
        yield from mistakes or unknown_uses(registry, tool)
    try:
        rows = compile_rule_book(registry.rule_sources)
    except ConfigError as error:
        yield from error.problems
    else:
        yield from enacted_before(workspace, registry, rows)
        yield from dead_rules(workspace, registry, rows, today)


def _raised(render: Callable[[Registry, Tool], object], registry: Registry, tool: Tool) -> tuple[Problem, ...]:
    try:
        render(registry, tool)
    except ConfigError as error:
        return error.problems
    return ()


def enacted_before(workspace: Workspace, registry: Registry, rows: Sequence[RuleRow]) -> Iterator[Problem]:
    """What the rule files say against what earlier runs have enacted."""
    known = enacted(workspace)
    places = {
        (rule.id, rule.version): (file, ("rules", index, "version"))
        for file, rules in registry.rule_sources
        for index, rule in enumerate(rules.rules)
    }
    for row in rows:
        file, loc = places[(row.rule_id, row.version)]
        fresh = next_version(row.rule_id, known)
        if is_changed(row, {key: one.semantic_hash for key, one in known.items()}):
            what = f"the rule {row.rule_id!r} means something else than when version {row.version} was enacted"
            yield file.problem(loc, what, f"write `version: {fresh}`, or restore its meaning")
        judging = [version for (one, version), kept in known.items() if one == row.rule_id and kept.judges]
        newest = max(one.version for one in rows if one.rule_id == row.rule_id)
        if row.version == newest < max(judging, default=0):
            what = f"version {max(judging)} of {row.rule_id!r} was enacted; the next run withdraws it for this one"
            yield file.problem(loc, what, f"to keep what it judged, write `version: {fresh}`", True)


def _tool_warnings(workspace: Workspace, registry: Registry, today: date) -> Iterator[Problem]:
    file = registry.files.get("tools")
    if file is not None and not raw_items(file, "tools"):
        yield file.problem(("tools",), "no tool is declared", "add an entry; the comments show one", True)
    for tool in registry.tools:
        yield from _judgement_warnings(registry, tool)
        yield from _source_warnings(workspace, registry, tool)
        if tool.live_from > today:
            what = f"{tool.id!r} goes live in the future ({tool.live_from}); nothing is judged before"
            yield registry.tool_problem(tool, ("live_from",), what, "correct the date, or wait", True)


def _judgement_warnings(registry: Registry, tool: Tool) -> Iterator[Problem]:
    has_rules = any(one.rules for one in registry.rules_of(tool.id))
    if not has_rules:
        what = f"{tool.id!r} has no rules, so it has no correct users"
        yield registry.tool_problem(tool, ("id",), what, f"write config/rules/{tool.id}.yml", True)
    if not any(target.tool == tool.id for target in registry.targets):
        what = f"{tool.id!r} has no target"
        yield registry.tool_problem(tool, ("id",), what, "state one in config/targets.yml", True)
    known = [format_of(registry, source) for source in tool.sources]
    if has_rules and all(one is not None and not one.can_prove for one in known):
        what = f"the sources of {tool.id!r} cannot tell correct from incorrect use, so its rules decide nothing"
        yield registry.tool_problem(tool, ("sources",), what, "add a source with events or counts", True)


def _source_warnings(workspace: Workspace, registry: Registry, tool: Tool) -> Iterator[Problem]:
    for index, source in enumerate(tool.sources):
        path = source.path or ""
        if source.pull is None and not exists(workspace.root, path):
            mend = "create it and put the tool's log files there, or correct the path"
            yield registry.tool_problem(
                tool, ("sources", index, "path"), f"there is nothing at {path} yet", mend, is_warning=True
            )


def _folder_warnings(workspace: Workspace, registry: Registry) -> Iterator[Problem]:
    """Files that were dropped into the inbox but that nothing reads."""
    read_there = {source.path or "" for tool in registry.tools for source in tool.sources}
    ids = [tool.id for tool in registry.tools]
    folders = sorted(workspace.inbox.iterdir()) if workspace.inbox.is_dir() and registry.tools else []
    for folder in folders:
        name = folder.name
        is_read = name in INBOX_FOLDERS or any(_begins(path, f"inbox/{name}") for path in read_there)
        if folder.is_dir() and not is_read and not name.startswith(".") and any(folder.iterdir()):
            what = f"no source reads inbox/{name}{suggest(name, [*ids, *INBOX_FOLDERS])}"
            yield Problem(folder, 0, 0, what, "rename the folder, or name it in a source's path", is_warning=True)
    if any(tool.eligible.kind == "people" for tool in registry.tools) and not _has_files(workspace.inbox / "people"):
        mend = "put a CSV with a person_id column there; nobody can be counted without it"
        yield Problem(workspace.inbox / "people", 0, 0, "there is no roster", mend, is_warning=True)


def _mapping_problems(workspace: Workspace, registry: Registry) -> Iterator[Problem]:
    """Of mapping files that a source names, read() has told the errors."""
    if (workspace.config / "mappings").is_dir():
        from orchestration.registry.mappings import all_warnings, unused_problems  # it needs the readers

        yield from unused_problems(workspace, mapping_names(registry.files.get("tools")))
        yield from all_warnings(workspace)


def _begins(path: str, folder: str) -> bool:
    """Whether a source's path lies in or above that folder of the inbox; patterns may mean any folder."""
    path = path.rstrip("/")
    parts = path.split("/")
    return path == folder or path.startswith(folder + "/") or len(parts) < 2 or any(c in parts[1] for c in "*?[")


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(one.is_file() and not one.name.startswith(".") for one in folder.rglob("*"))


def _file_warnings(workspace: Workspace) -> Iterator[Problem]:
    """Configuration files that nothing reads, most of them misspelled."""
    known = ("tools", *OPTIONAL)
    for path in sorted(workspace.config.glob("*.y*ml")):
        if path.stem not in known:
            what = f"{path.name} is not read{suggest(path.stem, known)}"
            mend = f"configuration files are {', '.join(f'{stem}.yml' for stem in known)}; rules stand in rules/"
            yield Problem(path, 1, 1, what, mend, is_warning=True)
    for path in sorted((workspace.config / "rules").glob("*")):
        if path.is_file() and path.suffix not in (".yml", ".yaml", ".md") and not path.name.startswith("."):
            yield Problem(path, 1, 1, f"{path.name} is not read", "end its name in .yml", is_warning=True)
