"""`takeup rules test`: what the examples of the rules show, and which mutants nobody would notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from orchestration.commands.output import progress_of, say, say_json, table
from orchestration.errors import UsageError
from orchestration.registry.explain import suggest
from orchestration.registry.loading import Registry, load
from orchestration.rules.compile import compile_rule_book
from orchestration.trying.examples import try_rules
from orchestration.trying.results import COUNTS, ExampleResult, MutantResult, RuleResult
from orchestration.workspace import Workspace

COMPILING = "Compiling rules"
JUDGING = "Judging examples and mutants"
COLUMNS = ("rule", "version", "examples", "passed", "mutants", "killed", "equivalent", "stands")


def test_rules(workspace: Workspace, rule_id: str | None, *, as_json: bool) -> int:
    """Print one line per rule and every finding; 1 when an example fails, is missing, or a mutant survives."""
    registry = load(workspace)
    _refuse_nothing(registry, rule_id)
    with progress_of(COMPILING) as on_progress:
        on_progress(0, 2, COMPILING, "")
        compile_rule_book(registry.rule_sources)  # every mistake of every rule, before any of them is judged
        on_progress(1, 2, JUDGING, "")
        results = try_rules(registry.rule_sources, rule_id, lambda model: on_progress(1, 2, JUDGING, model))
    if as_json:
        say_json(_document(results, workspace.root))
    else:
        _say(results, workspace.root)
    return 0 if all(one.has_passed for one in results) else 1


def _refuse_nothing(registry: Registry, rule_id: str | None) -> None:
    known = [rule.id for file in registry.rule_files for rule in file.rules]
    if not known:
        raise UsageError("there are no rules to test - write config/rules/<tool id>.yml")
    if rule_id is not None and rule_id not in known:
        raise UsageError(f"there is no rule {rule_id!r}{suggest(rule_id, known)} - known are {', '.join(known)}")


def _say(results: Sequence[RuleResult], root: Path) -> None:
    say(table(COLUMNS, [_row(one) for one in results]))
    for result in results:
        for line in _findings(result, root):
            say(line)
    standing = sum(one.has_passed for one in results)
    survivors = sum(len(one.survivors) for one in results)
    failures = sum(len(one.failures) for one in results)
    say(f"\n{standing} of {len(results)} rules stand; {failures} examples fail, {survivors} mutants survive")


def _row(result: RuleResult) -> list[Any]:
    killed = sum(one.killed_by is not None for one in result.mutants)
    equivalent = sum(one.equivalent is not None for one in result.mutants)
    passed = len(result.examples) - len(result.failures)
    counts = [len(result.examples), passed, len(result.mutants), killed, equivalent]
    return [result.rule_id, result.version, *counts, result.has_passed]


def _findings(result: RuleResult, root: Path) -> Iterator[str]:
    """What keeps the rule from standing, and why some mutants need no example."""
    place = f"{_relative(result.file, root)}:{result.line}"
    if result.failures or result.survivors or result.missing or any(one.equivalent for one in result.mutants):
        yield f"\n{result.rule_id} (version {result.version}) {place}"
    for word in result.missing:
        yield f"  missing   no example expects it {word} - add one with expect: {{{word}: 1}}"
    for example in result.failures:
        yield f"  failed    {_relative(example.file, root)}:{example.line}: {example.name}"
        yield f"            expected {_expected(example)}; got {_got(example)}"
    for mutant in result.survivors:
        yield f"  survives  {mutant.what}"
        yield f"            {mutant.hint}"
    for mutant in result.mutants:
        if mutant.equivalent:
            yield f"  equal     {mutant.what}: {mutant.equivalent}"


def _expected(example: ExampleResult) -> str:
    stated = {key: getattr(example.expected, key) for key in (*COUNTS, "verdict", "user")}
    return ", ".join(f"{key} {value}" for key, value in stated.items() if value is not None)


def _got(example: ExampleResult) -> str:
    """The counts that are stated or not nought, and the verdict."""
    counts = {key: getattr(example.got, key) for key in COUNTS}
    shown = {k: count for k, count in counts.items() if count or getattr(example.expected, k) is not None}
    return ", ".join([*(f"{key} {count}" for key, count in shown.items()), f"verdict {example.got.verdict}"])


def _document(results: Sequence[RuleResult], root: Path) -> dict[str, Any]:
    return {
        "success": all(one.has_passed for one in results),
        "rules": [
            {
                "rule_id": one.rule_id,
                "version": one.version,
                "tool_id": one.tool_id,
                "kind": one.kind,
                "file": _relative(one.file, root),
                "line": one.line,
                "success": one.has_passed,
                "missing": list(one.missing),
                "examples": [_example_document(example) for example in one.examples],
                "mutants": [_mutant_document(mutant) for mutant in one.mutants],
            }
            for one in results
        ],
    }


def _example_document(example: ExampleResult) -> dict[str, Any]:
    return {
        "name": example.name,
        "line": example.line,
        "passed": example.has_passed,
        "expected": example.expected.model_dump(exclude_none=True),
        "got": {key: getattr(example.got, key) for key in (*COUNTS, "verdict")},
    }


def _mutant_document(mutant: MutantResult) -> dict[str, Any]:
    return {
        "what": mutant.what,
        "survives": mutant.survives,
        "killed_by": mutant.killed_by,
        "equivalent": mutant.equivalent,
        "hint": mutant.hint if mutant.survives else None,
    }


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
