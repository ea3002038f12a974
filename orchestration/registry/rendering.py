"""The conditions and selectors of tools.yml as SQL, with their mistakes at the character where they stand."""

from __future__ import annotations

from orchestration.errors import ConfigError, Problem
from orchestration.registry.loading import Loc, Registry
from orchestration.registry.models import Tool
from orchestration.registry.rule_models import Catalogue
from orchestration.rules.compile import compile_uses
from orchestration.rules.conditions import compile_person_condition
from orchestration.rules.faults import LanguageError


def eligible_sql(registry: Registry, tool: Tool) -> str | None:
    """`eligible.where` as a boolean over the roster's columns; None where it is not given. Raises ConfigError."""
    if tool.eligible.where is None:
        return None
    try:
        return compile_person_condition(tool.eligible.where)
    except LanguageError as error:
        raise ConfigError([_problem(registry, tool, ("eligible", "where"), error)]) from None


def uses_sql(registry: Registry, tool: Tool) -> str | None:
    """`uses` as a boolean over events; None where it is not given. Raises ConfigError with every wrong selector."""
    if tool.uses is None:
        return None
    catalogue = catalogue_of(registry, tool)
    problems: list[Problem] = []
    for index, selector in enumerate(tool.uses):
        try:
            compile_uses(tool.model_copy(update={"uses": (selector,)}), catalogue)
        except LanguageError as error:
            problems.append(_problem(registry, tool, ("uses", index), error))
    if problems:
        raise ConfigError(problems)
    return compile_uses(tool, catalogue)


def catalogue_of(registry: Registry, tool: Tool) -> Catalogue | None:
    """What the tool's rule files declare together; None when none of them declares anything."""
    declared = [one.catalogue for one in registry.rules_of(tool.id) if one.catalogue is not None]
    return Catalogue.merged(declared) if declared else None


def _problem(registry: Registry, tool: Tool, loc: Loc, error: LanguageError) -> Problem:
    place = ("tools", registry.tool_at[tool.id], *loc)
    return registry.files["tools"].problem(place, error.what, error.mend, offset=error.offset)
