"""What must not matter does not matter: the order of the input, files split or repeated, ties the other way round."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from orchestration import steps
from orchestration.judging import CaseEvent, Judgement, ObligationRow, judge
from orchestration.registry.scaffold import init_workspace
from orchestration.transform import run_models
from orchestration.workspace import Workspace
from tests.judge.comparing import BESIDE, compiled, production_case
from tests.judge.language import Log
from tests.judge.random_cases import random_case
from tests.judge.random_rules import MONDAY

CASES = [random_case(seed) for seed in range(20_000, 20_040)]
OUTCOMES = ("kept", "broken", "pending", "unknown", "excused")


# --- one log, its events in another order ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged() -> Judgement:
    """Every log as it is, shuffled, and with everything in reverse, ids of events too; all in one run."""
    jobs = []
    for number, case in enumerate(CASES):
        rules = [compiled(rule) for rule in case.rules]
        jobs.append(production_case(f"case-{number}/plain", case.log, rules))
        jobs.append(production_case(f"case-{number}/shuffled", _shuffled(case.log), rules))
        jobs.append(production_case(f"case-{number}/turned", _turned(case.log), rules))
    return judge(jobs)


@pytest.mark.slow
def test_the_order_of_the_input_changes_no_obligation_and_no_verdict(judged: Judgement) -> None:
    for rows in (judged.obligations, judged.verdicts):
        plain = Counter(_moved(row, "plain") for row in rows if row.case_id.endswith("/plain"))
        assert plain
        assert plain == Counter(_moved(row, "shuffled") for row in rows if row.case_id.endswith("/shuffled"))


@pytest.mark.slow
def test_reversing_ties_changes_no_outcome_and_no_verdict(judged: Judgement) -> None:
    plain = Counter(_moved(row, "plain") for row in judged.verdicts if row.case_id.endswith("/plain"))
    assert plain == Counter(_moved(row, "turned") for row in judged.verdicts if row.case_id.endswith("/turned"))
    assert _outcomes(judged, "plain") == _outcomes(judged, "turned")


@pytest.mark.slow
def test_every_obligation_has_exactly_one_outcome(judged: Judgement) -> None:
    obligations: Counter[tuple[str, str, str]] = Counter()
    for row in judged.obligations:
        assert row.outcome in OUTCOMES
        obligations[row.case_id, row.rule_id, row.user_id] += row.weight
    counted = {
        (row.case_id, row.rule_id, row.user_id): row.judged + row.pending + row.unknown + row.excused
        for row in judged.verdicts
    }
    assert counted == obligations


def _shuffled(log: Log) -> Log:
    records: dict[str, Any] = {name: getattr(log, name) for name in ("events", *BESIDE)}
    mixed: dict[str, Any] = {name: tuple(random.Random(0).sample(one, len(one))) for name, one in records.items()}
    return replace(log, **mixed)


def _turned(log: Log) -> Log:
    """The same events in reverse, named so that among ties the last id becomes the first."""
    records: dict[str, Any] = {name: tuple(reversed(getattr(log, name))) for name in BESIDE}
    events = tuple(replace(event, event_id=_turned_id(event)) for event in reversed(log.events))
    return replace(log, events=events, **records)


def _turned_id(event: CaseEvent) -> str:
    prefix, number = ("e", event.event_id[1:]) if event.event_id.startswith("e") else ("", event.event_id)
    return f"{prefix}{1_000 - int(number)}"


def _moved(row: Any, variant: str) -> Any:
    return replace(row, case_id=row.case_id.removesuffix(f"/{variant}"))


def _outcomes(judgement: Judgement, variant: str) -> Counter[tuple[object, ...]]:
    """By activation; a count is led by whichever of its concurrent first events has the least id, so by person."""
    return Counter(
        (row.case_id.removesuffix(f"/{variant}"), row.rule_id, row.user_id, row.outcome, _activation(row, variant))
        for row in judgement.obligations
        if row.case_id.endswith(f"/{variant}")
    )


def _activation(row: ObligationRow, variant: str) -> str | None:
    case = CASES[int(row.case_id.split("/")[0].removeprefix("case-"))]
    kind = next(rule.kind for rule in case.rules if rule.rule_id == row.rule_id)
    if row.event_id is None or kind == "count":
        return None
    return _turned_id(CaseEvent(row.event_id, "", MONDAY, None)) if variant == "turned" else row.event_id


# --- one log, delivered in other files -------------------------------------------------------------------------------

TOOLS = """\
tools:
- id: triage
  title: Triage
  owner: {name: Ada, email: ada@example.com}
  live_from: 2024-01-01
  sources:
  - {format: human-decision, path: inbox/triage}
  eligible: {from: people}
"""
RULES = """\
tool: triage
catalogue:
  events: [shown, opened, decide, review]
  attributes: {claim_id: text, amount: double}
rules:
- {id: opened-first, kind: preceded_by, each: decide, first: opened, since: decide, within: 1h, tolerate: 10%}
- id: four-eyes
  kind: followed_by
  each: decide where amount >= 2
  then: review
  who: other_user
  same: [claim_id]
  within: 2h
- {id: shown-then-opened, kind: followed_by, each: shown, then: opened, within: 30m, immediately: true}
- {id: no-second-thoughts, kind: not_followed_by, each: decide, never: shown, same: [claim_id], within: 1h}
- {id: one-decision, kind: count, per: claim_id, of: decide, max: 1}
- {id: mostly-small, kind: share, of: decide where amount < 2, among: decide, min: 20%, max: 80%}
- {id: amount-known, kind: check, each: decide, must: amount >= 0}
- {id: two-days, kind: cadence, of: decide, at_least: 2 days}
- {id: amount-small, kind: check, each: decide, must: amount < 3, roles: [clerk], effective: {to: 2024-01-03}}
- {id: amount-small, version: 2, kind: check, each: decide, must: amount < 2, effective: {from: 2024-01-04}}
- {id: trained-first, kind: trained, each: decide, module: CT-1, valid_for: 5d, use_cases: [intake]}
- {id: claims-through-the-tool, kind: coverage, items: [claim], by: [decide, shown]}
- id: heeds-the-confidence
  kind: calibrated
  each: decide
  accepted: decision = 'accepted'
  low: 50%
  high: 80%
  gap: 20%
"""
Files = Mapping[str, Sequence[str]]


def _lines() -> list[str]:
    """Twelve days of events on a grid of ten minutes, so that many are concurrent; some lines are not events at all."""
    chance = random.Random(7)
    lines = []
    for number in range(600):
        moment = MONDAY + timedelta(days=chance.randrange(12), minutes=10 * chance.randrange(18))
        data: dict[str, Any] = {"user": chance.choice(["ann", "bob", "NA", "null"])}
        data |= {"claim_id": chance.choice(["c1", "c2", "NA", None]), "amount": chance.choice([1.0, 2.0, 3.5, None])}
        data |= {"confidence": chance.choice([0.2, 0.6, 0.9, None]), "use_case": chance.choice(["intake", "NA", None])}
        data |= {"decision": chance.choice(["accepted", "rejected", None])}
        event = {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "/triage",
            "subject": chance.choice(["i1", "i2", "i3", "NA"]),
            "type": "com.example." + chance.choice(["shown", "opened", "decide", "decide", "review"]),
            "time": moment.isoformat() + "Z",
            "data": data,
        }
        lines.append(json.dumps(event))
    return [*lines, "{not json", "[]"]


def _completions() -> list[str]:
    chance = random.Random(8)
    people, modules = ["ann", "bob", "NA"], ["CT-1", "CT-2"]
    return [
        f"{chance.choice(people)},{chance.choice(modules)},{MONDAY + timedelta(hours=chance.randrange(240))}"
        for _ in range(9)
    ]


def _items() -> list[str]:
    chance = random.Random(9)
    lines = []
    for number, item_id in enumerate(["i1", "i2", "i3", "NA", "null", "i6"]):
        opened = MONDAY + timedelta(hours=chance.randrange(48))
        closed = "" if number == 2 else opened + timedelta(hours=chance.randrange(96))
        lines.append(f"{item_id},{chance.choice(['ann', 'bob', 'NA', 'null'])},triage,claim,{opened},{closed}")
    return lines


@pytest.fixture(scope="module")
def first_company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("deliveries") / "plain")
    init_workspace(workspace.root)
    workspace.tools_file.write_text(TOOLS)
    (workspace.rules / "triage.yml").write_text(RULES)
    people = workspace.inbox / "people" / "people_2023-12-01.csv"
    people.parent.mkdir(parents=True, exist_ok=True)
    people.write_text("person_id,department,role\nann,X,clerk\nbob,X,head\nNA,Y,clerk\nnull,Y,\n")
    return workspace


@pytest.fixture(scope="module")
def delivered_whole(first_company: Workspace) -> tuple[list[Any], list[Any]]:
    return _run(first_company, _deliveries()["whole"])


@pytest.mark.slow
@pytest.mark.parametrize("delivery", ["permuted", "split", "repeated"])
def test_how_the_lines_are_delivered_changes_nothing(
    delivery: str, first_company: Workspace, delivered_whole: tuple[list[Any], list[Any]]
) -> None:
    workspace = Workspace(first_company.root.with_name(delivery))
    shutil.copytree(first_company.config, workspace.config)
    for name in ("vault", "inbox/people"):  # the same key, so that people can be compared
        shutil.copytree(first_company.root / name, workspace.root / name)
    obligations, verdicts = _run(workspace, _deliveries()[delivery])
    assert len(delivered_whole[0]) > 500 and len({row[3] for row in delivered_whole[0]}) >= 3
    assert {row[0] for row in delivered_whole[0]} == set(range(1, RULES.count("kind:") + 1))
    assert obligations == delivered_whole[0]
    assert verdicts == delivered_whole[1]


def _deliveries() -> Mapping[str, Files]:
    """The same lines in files of other names, orders and numbers; a file stands for itself under inbox/."""
    found: dict[str, dict[str, Sequence[str]]] = {"whole": {}, "permuted": {}, "split": {}, "repeated": {}}
    for folder, suffix, header, lines in (
        ("triage", "jsonl", [], _lines()),
        ("training", "csv", ["person_id,module,completed_at"], _completions()),
        ("work_items", "csv", ["item_id,person_id,tool_id,kind,opened_at,closed_at"], _items()),
    ):
        place, third = f"{folder}/{{}}.{suffix}", len(lines) // 3
        parts = {"3": lines[:third], "1": lines[third : 2 * third], "2": lines[2 * third :]}
        again = {"all": lines, "again": lines, "part": [*lines[third:], *lines[:2]]}
        found["whole"][place.format("all")] = [*header, *lines]
        found["permuted"][place.format("all")] = [*header, *random.Random(1).sample(lines, len(lines))]
        found["split"] |= {place.format(name): [*header, *part] for name, part in parts.items()}
        found["repeated"] |= {place.format(name): [*header, *part] for name, part in again.items()}
    return {name: dict(_some_packed(files)) for name, files in found.items()}


def _some_packed(files: Files) -> Iterator[tuple[str, Sequence[str]]]:
    for name, lines in files.items():
        yield f"{name}.gz" if name.startswith(("triage/1", "triage/again")) else name, lines


def _run(workspace: Workspace, files: Files) -> tuple[list[Any], list[Any]]:
    for name, lines in files.items():
        raw = ("\n".join(lines) + "\n").encode()
        (workspace.inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.inbox / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    steps.load_rule_book(workspace, "run-1", "2024-02-01", full=False)
    steps.load_people(workspace)
    steps.load_logs(workspace, "triage")
    run_models(workspace, select=["+int_verdicts"]).raise_if_failed()
    with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
        columns = "rule_no, person_no, event_no, outcome, evidence_event_no, obligation_at, due_at, weight"
        obligations = connection.execute(f"select {columns} from intermediate.int_obligations order by all").fetchall()
        verdicts = connection.execute("select * from intermediate.int_verdicts order by all").fetchall()
    return obligations, verdicts
