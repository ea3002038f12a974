"""Through the files of `takeup rules evaluate`: rules and events as text, with the reference as the measure."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.evaluate import evaluate
from tests.judge import reference
from tests.judge.comparing import events_text
from tests.judge.language import Log, Rule
from tests.judge.random_cases import RandomCase, random_case
from tests.judge.random_rules import KINDS

RULES_PER_KIND = 4
Rows = Counter[tuple[str, ...]]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "permuted and packed", "with a byte order mark"])
def test_a_log_in_files_is_judged_as_the_reference_judges_it(form: str, tmp_path: Path) -> None:
    log, rules = _log(), _rules()
    (tmp_path / "rules.yml").write_text(_document(log, rules))
    (tmp_path / "events.csv").write_bytes(_bytes(log, form))
    evaluated = evaluate(tmp_path / "rules.yml", tmp_path / "events.csv", tmp_path / "out")
    obligations, verdicts = _expected(log, rules)
    assert _read(evaluated.obligations_file) == obligations
    assert _read(evaluated.verdicts_file) == verdicts


def _log() -> Log:
    """A log of many events in which somebody is not named and all columns hold something, and with nothing beside."""
    cases: list[RandomCase] = [random_case(seed) for seed in range(300)]
    logs = [case.log for case in cases if not case.log.absences and not case.log.outages]
    log = next(log for log in logs if len(log.events) > 20 and any(event.user_id is None for event in log.events))
    people = tuple(replace(event, actor_type="human") for event in log.events)
    return replace(log, events=people, days=(), trainings=(), items=(), spans=(), strangers=(), knows_training=False)


def _rules() -> list[Rule]:
    every = [rule for seed in range(300) for rule in random_case(seed).rules if not rule.of_measure]
    chosen = [rule for kind in KINDS for rule in [one for one in every if one.kind == kind][:RULES_PER_KIND]]
    return [replace(rule, rule_id=f"rule-{number}") for number, rule in enumerate(chosen)]


def _document(log: Log, rules: list[Rule]) -> str:
    """A rule file without a catalogue: what may be named comes from the log. JSON is YAML."""
    period = {"d0": log.starts_at, "d1": log.ends_at, "watermark": log.watermark_at, "data_from": log.data_from_at}
    texts = {key: str(moment) for key, moment in period.items()}
    return json.dumps({"tool": "tool", "period": texts, "rules": [rule.as_yaml() for rule in rules]}, indent=1)


def _bytes(log: Log, form: str) -> bytes:
    header, *lines = events_text(log).splitlines()
    if form == "permuted and packed":
        lines = random.Random(3).sample(lines, len(lines))
    raw = "\n".join([header, *lines, ""]).encode("utf-8-sig" if form == "with a byte order mark" else "utf-8")
    return gzip.compress(raw) if form == "permuted and packed" else raw


def _expected(log: Log, rules: list[Rule]) -> tuple[Rows, Rows]:
    obligations: Rows = Counter()
    verdicts: Rows = Counter()
    for rule in rules:
        found = reference.obligations(rule, log)
        for one in found:
            obligations[rule.rule_id, one.user_id, one.event_id or "", one.outcome, one.evidence or ""] += 1
        for row in reference.verdicts(rule, found):
            counts = map(str, (row.judged, row.broken, row.pending, row.undecided))
            verdicts[rule.rule_id, row.user_id, *counts, row.verdict] += 1
    return obligations, verdicts


def _read(path: Path) -> Rows:
    return Counter(tuple(row) for row in list(csv.reader(path.open(newline="", encoding="utf-8")))[1:])
