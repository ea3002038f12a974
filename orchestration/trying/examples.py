"""`takeup rules test`: every rule against its own examples, and against mutants of itself.

A rule stands when each example comes to what it expects, when at least one expects it kept and one expects it broken,
and when each mutant fails an example that the rule passes. All of it is judged in one run of the production models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestration.judging import Case, Judgement, VerdictRow, judge
from orchestration.registry.rule_models import Example, Rule, RuleFile
from orchestration.registry.yaml_file import YamlFile
from orchestration.rules.compile import RuleRow, compile_rule
from orchestration.rules.examples import parse_example
from orchestration.rules.mutants import mutants
from orchestration.rules.parsing import RuleError
from orchestration.rules.vocabulary import Vocabulary
from orchestration.trying.cases import case_of
from orchestration.trying.equivalents import why_equivalent
from orchestration.trying.hints import hint
from orchestration.trying.results import ExampleResult, Got, MutantResult, RuleResult

RuleSources = Sequence[tuple[YamlFile, RuleFile]]
# (case, place of the rule within it) -> the verdicts on everybody
Verdicts = Mapping[tuple[str, str], Sequence[VerdictRow]]


def try_rules(
    sources: RuleSources, rule_id: str | None = None, on_model: Callable[[str], None] | None = None
) -> list[RuleResult]:
    """Every version of every rule (of one rule, when `rule_id` is given), in the order of the files.

    `on_model` hears the name of each model as it is built. The rules must compile. Raises DataError when a model fails.
    """
    trials = [one for one in _trials(sources) if rule_id in (None, one.rule.id)]
    cases = [case for number, trial in enumerate(trials) for case in trial.cases(number)]
    judgement = judge(cases, on_model) if cases else Judgement((), ())
    verdicts: dict[tuple[str, str], list[VerdictRow]] = {}
    for row in judgement.verdicts:
        verdicts.setdefault((row.case_id, row.rule_id), []).append(row)
    return [trial.result(number, verdicts) for number, trial in enumerate(trials)]


@dataclass(frozen=True, slots=True)
class _Mutant:
    """A mutant to be judged, or the reason why that would show nothing."""

    what: str
    rule: Rule
    row: RuleRow
    equivalent: str | None


@dataclass(frozen=True, slots=True)
class _Trial:
    """One rule, compiled, with its mutants. In its cases it goes by place 0 and they by theirs from 1 on."""

    file: YamlFile
    index: int
    tool_id: str
    rule: Rule
    vocabulary: Vocabulary
    row: RuleRow
    mutants: tuple[_Mutant, ...]

    def cases(self, number: int) -> Iterator[Case]:
        rows = [self.row, *(one.row for one in self.mutants)]
        for position, example in enumerate(self.rule.examples):
            yield case_of(_case_id(number, position), parse_example(example.events, self.rule, self.vocabulary), rows)

    def result(self, number: int, verdicts: Verdicts) -> RuleResult:
        examples = tuple(self._example(number, position, verdicts) for position in range(len(self.rule.examples)))
        return RuleResult(
            tool_id=self.tool_id,
            rule_id=self.rule.id,
            version=self.rule.version,
            kind=self.rule.kind,
            file=self.file.path,
            line=self.file.position(("rules", self.index, "id"))[0],
            examples=examples,
            mutants=tuple(
                self._mutant(one, place, number, examples, verdicts) for place, one in enumerate(self.mutants, start=1)
            ),
        )

    def _example(self, number: int, position: int, verdicts: Verdicts) -> ExampleResult:
        example = self.rule.examples[position]
        return ExampleResult(
            name=example.name,
            file=self.file.path,
            line=self.file.position(("rules", self.index, "examples", position, "name"))[0],
            expected=example.expect,
            got=_got(example, verdicts.get((_case_id(number, position), "0"), ())),
        )

    def _mutant(
        self, mutant: _Mutant, place: int, number: int, examples: Sequence[ExampleResult], verdicts: Verdicts
    ) -> MutantResult:
        """Killed by the first example that the rule passes and the mutant fails."""
        killers = (
            result.name
            for position, (example, result) in enumerate(zip(self.rule.examples, examples, strict=True))
            if result.has_passed
            and not _got(example, verdicts.get((_case_id(number, position), str(place)), ())).meets(example.expect)
        )
        advice = hint(self.rule, mutant.rule)
        killed_by = None if mutant.equivalent else next(killers, None)
        return MutantResult(mutant.what, advice, killed_by, mutant.equivalent)


def _trials(sources: RuleSources) -> Iterator[_Trial]:
    for file, rules in sources:
        vocabulary = Vocabulary.of(rules.catalogue)
        for index, rule in enumerate(rules.rules):
            row = compile_rule(rules.tool, rule, vocabulary)
            found = tuple(_mutants(rules.tool, rule, vocabulary))
            yield _Trial(file, index, rules.tool, rule, vocabulary, row, found)


def _mutants(tool_id: str, rule: Rule, vocabulary: Vocabulary) -> Iterator[_Mutant]:
    for what, mutant in mutants(rule):
        try:
            row = compile_rule(tool_id, mutant, vocabulary)
            yield _Mutant(what, mutant, row, why_equivalent(rule, mutant, vocabulary))
        except RuleError:
            continue  # nobody could enact it, so no example needs to guard against it


def _case_id(number: int, position: int) -> str:
    return f"rule-{number}-example-{position}"


def _got(example: Example, rows: Sequence[VerdictRow]) -> Got:
    return Got.of(row for row in rows if example.expect.user in (None, row.user_id))
