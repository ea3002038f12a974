"""Rule files -> the rows of raw.rule_book."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from orchestration.errors import ConfigError, Problem
from orchestration.registry.rule_models import Catalogue, Rule, RuleFile
from orchestration.registry.yaml_file import YamlFile
from orchestration.rules.columns import Dialect
from orchestration.rules.examples import parse_example
from orchestration.rules.faults import LanguageError
from orchestration.rules.hashing import semantic_hash
from orchestration.rules.parsing import RuleError, parse_rule
from orchestration.rules.sentences import sentence
from orchestration.rules.spec import spec
from orchestration.rules.vocabulary import Vocabulary, doubtful_names, open_vocabulary


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule in one version: the columns of raw.rule_book. `within_us` in microseconds, `tolerate` a fraction."""

    rule_no: int
    rule_id: str
    version: int
    semantic_hash: str
    tool_id: str
    kind: str
    title: str
    severity: str
    tolerate: float
    evidence_incorrect: int
    evidence_correct: int
    within_us: int | None
    effective_from: date | None
    effective_to: date | None
    owner: str | None
    why: str | None
    train: str | None
    sentence: str
    spec: Mapping[str, Any]

    def as_row(self) -> dict[str, Any]:
        """The columns by name, `spec` as JSON text."""
        return {**asdict(self), "spec": json.dumps(self.spec, ensure_ascii=False, sort_keys=True)}


def compile_rule_book(rule_files: Iterable[tuple[YamlFile, RuleFile]], dialect: Dialect = "duckdb") -> list[RuleRow]:
    """One row per rule and version, numbered from 1 in the order of the files.

    Raises ConfigError with every mistake of every rule, each at its character in its file.
    """
    return _compile(((file, rules, Vocabulary.of(rules.catalogue)) for file, rules in rule_files), dialect)


def compile_open_rule_book(
    yaml_file: YamlFile,
    rule_file: RuleFile,
    attribute_types: Mapping[str, str],
    events: Collection[str] = (),
    dialect: Dialect = "duckdb",
) -> list[RuleRow]:
    """The rows of a rule file without catalogue: the log itself says what may be named.

    `attribute_types`: column -> text, double, integer, boolean, timestamp or date. `events`: the names in the log;
    needed only to tell a name that contains a comma from two names. A rule may name events that never happened.
    Raises ConfigError as `compile_rule_book` does.
    """
    declared = Vocabulary.of(rule_file.catalogue)
    return _compile([(yaml_file, rule_file, open_vocabulary(attribute_types, events, declared))], dialect)


def compile_rule(
    tool_id: str, rule: Rule, vocabulary: Vocabulary, rule_no: int = 1, dialect: Dialect = "duckdb"
) -> RuleRow:
    """One rule as its row. Raises RuleError with the location of every mistake within the rule."""
    parsed = parse_rule(rule, vocabulary)
    return RuleRow(
        rule_no=rule_no,
        rule_id=rule.id,
        version=rule.version,
        semantic_hash=semantic_hash(tool_id, parsed),
        tool_id=tool_id,
        kind=rule.kind,
        title=rule.title or rule.id,
        severity=rule.severity,
        tolerate=rule.tolerate or 0.0,
        evidence_incorrect=rule.evidence.incorrect,
        evidence_correct=rule.evidence.correct,
        within_us=rule.within,
        effective_from=rule.effective.start,
        effective_to=rule.effective.end,
        owner=rule.owner,
        why=rule.why,
        train=rule.train,
        sentence=sentence(parsed),
        spec=spec(parsed, dialect),
    )


def _compile(files: Iterable[tuple[YamlFile, RuleFile, Vocabulary]], dialect: Dialect) -> list[RuleRow]:
    rows: list[RuleRow] = []
    problems: list[Problem] = []
    for file, rules, vocabulary in files:
        problems += _catalogue_problems(file, rules)
        for index, rule in enumerate(rules.rules):
            try:
                rows.append(compile_rule(rules.tool, rule, vocabulary, len(rows) + 1, dialect))
            except RuleError as error:
                problems += _rule_problems(file, index, error)
            else:
                problems += _example_problems(file, index, rule, vocabulary)
    if problems:
        raise ConfigError(problems)
    return rows


def _rule_problems(file: YamlFile, index: int, error: RuleError) -> Iterator[Problem]:
    for loc, one in error.found:
        yield file.problem(("rules", index, *loc), one.what, one.mend, offset=one.offset)


def _example_problems(file: YamlFile, index: int, rule: Rule, vocabulary: Vocabulary) -> Iterator[Problem]:
    for number, example in enumerate(rule.examples):
        try:
            parse_example(example.events, rule, vocabulary)
        except LanguageError as error:
            loc = ("rules", index, "examples", number, "events")
            yield file.problem(loc, error.what, error.mend, offset=error.offset)


def _catalogue_problems(file: YamlFile, rules: RuleFile) -> Iterator[Problem]:
    catalogue = rules.catalogue or Catalogue()
    for name, what, mend in doubtful_names(catalogue.attributes):
        yield file.key_problem(("catalogue", "attributes", name), what, mend)
    for name in catalogue.measures:
        if name in catalogue.events:
            what = f"{name!r} is an event and a measure"
            yield file.key_problem(("catalogue", "measures", name), what, "rename one of them")
