"""A rule file that is not part of the configuration yet, checked as if it stood in `config/rules/`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.errors import ConfigError, Problem
from orchestration.registry.check import enacted_before
from orchestration.registry.cross_checks import cross_check
from orchestration.registry.loading import read
from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.advice import advise
from orchestration.rules.compile import RuleRow, compile_rule_book
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Proposal:
    """The rules of one tool, compiled, and what `takeup check` would warn of."""

    tool_id: str
    rows: tuple[RuleRow, ...]
    warnings: tuple[Problem, ...]


def read_proposal(workspace: Workspace, path: Path) -> Proposal:
    """Read and check `path` in place of the rule files of its tool; raises ConfigError with all that is wrong in it.

    A version that means something else than when it was enacted is a warning here, for nothing is enacted yet. What is
    wrong in other files is not asked.
    """
    file = YamlFile.read(path)
    rules = validate(file, RuleFile)
    registry, _ = read(workspace)
    others = [one for one in registry.rule_sources if one[1].tool != rules.tool]
    sources = [*others, (file, rules)]
    proposed = replace(
        registry, rule_yaml=tuple(one for one, _ in sources), rule_files=tuple(one for _, one in sources)
    )
    found = [problem for problem in cross_check(workspace, proposed) if problem.file == path]
    rows, mistakes = _compiled(file, rules)
    errors = [*(problem for problem in found if not problem.is_warning), *mistakes]
    if errors:
        raise ConfigError(sorted(set(errors)))
    alone = replace(proposed, rule_yaml=(file,), rule_files=(rules,))
    changed = [replace(problem, is_warning=True) for problem in enacted_before(workspace, alone, rows)]
    warnings = sorted({*found, *changed, *advise(file, rules)})
    return Proposal(rules.tool, tuple(rows), tuple(warnings))


def _compiled(file: YamlFile, rules: RuleFile) -> tuple[list[RuleRow], tuple[Problem, ...]]:
    try:
        return compile_rule_book([(file, rules)]), ()
    except ConfigError as error:
        return [], error.problems
