"""Production and reference side by side: judge cases with both, name what differs, and make it small."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ruamel.yaml

from orchestration.judging import Case, CaseTraining, Judgement, judge
from orchestration.registry.rule_models import Catalogue
from orchestration.registry.rule_models import Rule as WrittenRule
from orchestration.rules.compile import compile_rule
from orchestration.rules.vocabulary import Vocabulary
from tests.judge import reference
from tests.judge.language import Log, Rule
from tests.judge.random_cases import RandomCase
from tests.judge.random_rules import ATTRIBUTES, MEASURES, MONDAY, NAMES

CATALOGUE = {"events": list(NAMES), "attributes": dict(ATTRIBUTES), "measures": list(MEASURES)}
VOCABULARY = Vocabulary.of(Catalogue.model_validate(CATALOGUE))
# Something is known about training, whatever the case says: one completion of somebody who is in no case.
TRAINING_IS_KNOWN = Case(
    "training", (), (), MONDAY, MONDAY, MONDAY, MONDAY, trainings=[CaseTraining("nobody", "no module", MONDAY)]
)
BESIDE = ("absences", "outages", "days", "trainings", "items", "spans")
Tally = Counter[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that the two judge differently: (who says it, row) for every row that only one of them has."""

    case: RandomCase
    rows: tuple[tuple[str, tuple[object, ...]], ...]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.case.log.events), len(self.rows)


def compiled(rule: Rule, vocabulary: Vocabulary = VOCABULARY) -> dict[str, Any]:
    """The row of the rule book that production makes of the rule's text."""
    return compile_rule("tool", WrittenRule.model_validate(rule.as_yaml()), vocabulary).as_row()


def production_case(case_id: str, log: Log, rules: Iterable[Mapping[str, Any]]) -> Case:
    return Case(
        case_id=case_id,
        events=log.events,
        rules=list(rules),
        starts_at=log.starts_at,
        ends_at=log.ends_at,
        watermark_at=log.watermark_at,
        data_from_at=log.data_from_at,
        absences=log.absences,
        outages=log.outages,
        days=log.days,
        trainings=log.trainings,
        items=log.items,
        spans=log.spans,
        strangers=log.strangers,
    )


def differences(cases: Sequence[RandomCase]) -> list[Difference]:
    """The cases that the two judge differently, from one run of the production models."""
    jobs = [production_case(f"case-{number}", case.log, map(compiled, case.rules)) for number, case in enumerate(cases)]
    by_case = _production(judge([*jobs, TRAINING_IS_KNOWN]))
    found = []
    for number, case in enumerate(cases):
        said, expected = by_case.get(f"case-{number}", Counter()), _reference(case)
        rows = [("production", row) for row in (said - expected).elements()]
        rows += [("reference", row) for row in (expected - said).elements()]
        if rows:
            found.append(Difference(case, tuple(sorted(rows, key=lambda row: (str(row[1][:4]), row[0])))))
    return found


def _production(judgement: Judgement) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for row in judgement.obligations:
        whose = (row.rule_id, row.version, row.user_id, row.event_id, row.at, row.due)
        obligation = ("obligation", *whose, row.outcome, row.evidence_event_id)
        found.setdefault(row.case_id, Counter())[obligation] += row.weight
    for one in judgement.verdicts:
        counts = (one.judged, one.broken, one.pending, one.unknown + one.excused)
        verdict = ("verdict", one.rule_id, one.version, one.user_id, *counts, one.verdict)
        found.setdefault(one.case_id, Counter())[verdict] += 1
    return found


def _reference(case: RandomCase) -> Tally:
    rows: Tally = Counter()
    for rule_id in {rule.rule_id for rule in case.rules}:
        versions = [rule for rule in case.rules if rule.rule_id == rule_id]
        found = {rule: reference.obligations(rule, case.log) for rule in versions}
        for rule in versions:
            for one in found[rule]:
                whose = (rule_id, rule.version, one.user_id, one.event_id, one.at, one.due)
                rows["obligation", *whose, one.outcome, one.evidence] += one.weight
        for decisive, verdict in reference.verdicts_of_versions(found):
            counts = (verdict.judged, verdict.broken, verdict.pending, verdict.undecided)
            rows["verdict", rule_id, decisive.version, verdict.user_id, *counts, verdict.verdict] += 1
    return rows


# --- making a difference small ---------------------------------------------------------------------------------------


def smallest(found: Sequence[Difference], rounds: int = 12) -> Difference:
    """The smallest difference, made smaller by leaving out events and rules as long as the two still differ."""
    best = min(found, key=lambda one: one.size)
    for _ in range(rounds):
        smaller = differences(list(_smaller(best.case)))
        if not smaller:
            break
        best = min(smaller, key=lambda one: (len(one.case.rules), *one.size))
    return best


def _smaller(case: RandomCase) -> Iterable[RandomCase]:
    if len(case.rules) > 1:
        yield from (replace(case, rules=(rule,)) for rule in case.rules)
        return
    events = case.log.events
    for size in {1, 2, len(events) // 2}:
        for start in range(0, len(events), max(size, 1)):
            left = (*events[:start], *events[start + size :])
            if 0 < len(left) < len(events):
                yield replace(case, log=replace(case.log, events=left))
    for beside in BESIDE:
        records = getattr(case.log, beside)
        for number in range(len(records)):
            fewer: dict[str, Any] = {beside: (*records[:number], *records[number + 1 :])}
            yield replace(case, log=replace(case.log, **fewer))


def shown(difference: Difference) -> str:
    """The rule file, the event file and who says what: enough to run `takeup rules evaluate` on it."""
    case = difference.case
    rows = "\n".join(f"{who:>10}: {', '.join(map(str, row))}" for who, row in difference.rows)
    beside = [f"# {name}: {value}" for name, value in _beside(case.log).items()]
    return "\n".join([f"# seed {case.seed}", _rules_text(case), *beside, "", events_text(case.log), rows])


def _beside(log: Log) -> dict[str, str]:
    found = {name: [str(one) for one in getattr(log, name)] for name in (*BESIDE, "strangers")}
    return {name: "; ".join(values) for name, values in found.items() if values}


def _rules_text(case: RandomCase) -> str:
    log = case.log
    period = {"d0": log.starts_at, "d1": log.ends_at, "watermark": log.watermark_at, "data_from": log.data_from_at}
    document = {
        "tool": "tool",
        "catalogue": CATALOGUE,
        "period": {key: str(moment) for key, moment in period.items()},
        "rules": [rule.as_yaml() for rule in case.rules],
    }
    text = io.StringIO()
    yaml = ruamel.yaml.YAML()
    yaml.default_flow_style = False
    yaml.dump(document, text)
    return text.getvalue()


def events_text(log: Log) -> str:
    text = io.StringIO()
    names = list(dict.fromkeys(name for event in log.events for name in event.fields))
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["eid", "ord", "ts", "event", "user_id", "actor_type", *names])
    for event in sorted(log.events, key=lambda one: (one.occurred_at, one.ord or 0)):
        fields = [event.fields.get(name) for name in names]
        texts = [str(value).lower() if isinstance(value, bool) else value for value in fields]
        writer.writerow(
            [event.event_id, event.ord, event.occurred_at, event.event_name, event.user_id, event.actor_type, *texts]
        )
    return text.getvalue()
