"""The conditions and selectors of tools.yml as SQL, with their mistakes at the character where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.errors import ConfigError, Problem
from orchestration.registry.loading import Loc, Registry
from orchestration.registry.models import Tool
from orchestration.registry.rule_models import Catalogue
from orchestration.rules.conditions import compile_person_condition
from orchestration.rules.faults import LanguageError
from orchestration.rules.selectors import parse_selector
from orchestration.rules.vocabulary import Vocabulary, open_vocabulary


def eligible_sql(registry: Registry, tool: Tool) -> str | None:
    """`eligible.where` as a boolean over the roster's columns; None where it is not given. Raises ConfigError."""
    if tool.eligible.where is None:
        return None
    try:
        return compile_person_condition(tool.eligible.where)
    except LanguageError as error:
        raise ConfigError([_problem(registry, tool, ("eligible", "where"), error)]) from None


def uses_sql(registry: Registry, tool: Tool) -> str | None:
    """`uses` as a boolean over events; None where it is not given. Raises ConfigError with every wrong selector.

    Any event may be named: not every event of a tool is one that its rules speak of. Attributes must be declared.
    """
    if tool.uses is None:
        return None
    vocabulary = open_vocabulary({}, (), _vocabulary(registry, tool))
    problems = list(_wrong_selectors(registry, tool, vocabulary))
    if problems:
        raise ConfigError(problems)
    return parse_selector(tool.uses, vocabulary).sql()


def unknown_uses(registry: Registry, tool: Tool) -> Iterator[Problem]:
    """A warning for each selector of `uses` that names an event which the tool's rule files do not declare."""
    vocabulary = _vocabulary(registry, tool)
    if vocabulary is not None and vocabulary.events and tool.uses is not None:
        yield from _wrong_selectors(registry, tool, vocabulary, is_warning=True)


def _wrong_selectors(
    registry: Registry, tool: Tool, vocabulary: Vocabulary, is_warning: bool = False
) -> Iterator[Problem]:
    for index, selector in enumerate(tool.uses or ()):
        try:
            parse_selector(selector, vocabulary)
        except LanguageError as error:
            yield _problem(registry, tool, ("uses", index), error, is_warning)


def _vocabulary(registry: Registry, tool: Tool) -> Vocabulary | None:
    """What the tool's rule files declare together; None when none of them declares anything."""
    declared = [one.catalogue for one in registry.rules_of(tool.id) if one.catalogue is not None]
    return Vocabulary.of(Catalogue.merged(declared)) if declared else None


def _problem(registry: Registry, tool: Tool, loc: Loc, error: LanguageError, is_warning: bool = False) -> Problem:
    place = ("tools", registry.tool_at[tool.id], *loc)
    return registry.files["tools"].problem(place, error.what, error.mend, is_warning, offset=error.offset)
