"""The eighteen Declare templates as rules: the same cases violate them as a table made by other tools says.

A case of the log is a person here, so that a rule's partition is the trace. A template that is two rules at once
(succession, coexistence) is violated by the cases that violate either. `nonchainsuccession` is chain response turned
round: its violations are the activations that are kept.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.judging import CaseEvent, judge
from orchestration.registry.rule_models import Catalogue
from orchestration.rules.vocabulary import Vocabulary
from tests.judge.comparing import compiled, production_case
from tests.judge.language import Log, Rule, events

IS_NIGHTLY = os.environ.get("TAKEUP_NIGHTLY") == "1"
# Of the helpdesk log, every 23rd ordered pair and its reverse stand for all between two nights.
PAIR_STRIDE = 1 if IS_NIGHTLY else 23
RULES_PER_RUN = 600  # that many rules over that many events fit into memory with all their obligations:
EVENTS_TIMES_RULES = 6_000_000
AGES = timedelta(days=5_000)  # longer than any case


@dataclass(frozen=True, slots=True)
class Part:
    """One rule over activities a and b (`is_swapped`: over b and a); its violations are its broken or kept cases."""

    form: str
    is_swapped: bool = False
    is_turned: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The cases in which an obligation was broken, and in which one was kept."""

    broken: frozenset[str]
    kept: frozenset[str]


def _others(a: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name != a)


FORMS: Mapping[str, Callable[[str, str, Sequence[str]], Rule]] = {
    "some": lambda a, b, names: Rule("", "count", per="item", of=events(a), least=1),
    "none": lambda a, b, names: Rule("", "count", per="item", of=events(a), most=0),
    "one": lambda a, b, names: Rule("", "count", per="item", of=events(a), least=1, most=1),
    "with": lambda a, b, names: Rule("", "count", per="item", each=events(a), of=events(b), least=1),
    "without": lambda a, b, names: Rule("", "count", per="item", each=events(a), of=events(b), most=0),
    # Whatever is not `a` comes after an `a`: then `a` comes first.
    "begins": lambda a, b, names: Rule("", "preceded_by", each=events(*_others(a, names)), target=events(a)),
    "then": lambda a, b, names: Rule("", "followed_by", each=events(a), target=events(b)),
    "then, alternately": lambda a, b, names: Rule("", "followed_by", each=events(a), target=events(b), fence=events(a)),
    "then, at once": lambda a, b, names: Rule("", "followed_by", each=events(a), target=events(b), immediately=True),
    "first": lambda a, b, names: Rule("", "preceded_by", each=events(b), target=events(a)),
    "first, alternately": lambda a, b, names: Rule(
        "", "preceded_by", each=events(b), target=events(a), fence=events(b)
    ),
    "first, just before": lambda a, b, names: Rule(
        "", "preceded_by", each=events(b), target=events(a), immediately=True
    ),
    "never": lambda a, b, names: Rule("", "not_followed_by", each=events(a), target=events(b)),
}
TEMPLATES: Mapping[str, tuple[Part, ...]] = {
    "existence": (Part("some"),),
    "absence": (Part("none"),),
    "exactly_one": (Part("one"),),
    "init": (Part("begins"),),
    "responded_existence": (Part("with"),),
    "coexistence": (Part("with"), Part("with", is_swapped=True)),
    "noncoexistence": (Part("without"),),
    "response": (Part("then"),),
    "altresponse": (Part("then, alternately"),),
    "chainresponse": (Part("then, at once"),),
    "precedence": (Part("first"),),
    "altprecedence": (Part("first, alternately"),),
    "chainprecedence": (Part("first, just before"),),
    "succession": (Part("then"), Part("first")),
    "altsuccession": (Part("then, alternately"), Part("first, alternately")),
    "chainsuccession": (Part("then, at once"), Part("first, just before")),
    "nonsuccession": (Part("never"),),
    "nonchainsuccession": (Part("then, at once", is_turned=True),),
}
Atom = tuple[str, str, str]  # form, a, b


@pytest.fixture(scope="module")
def logs(shared: Path) -> Path:
    if not (shared / "logs" / "declare").is_dir():
        pytest.skip("the Declare table is not beside the repository")
    return shared / "logs"


@pytest.mark.slow
@pytest.mark.parametrize(("log_name", "stride"), [("running-example", 1), ("helpdesk", PAIR_STRIDE)])
def test_every_declare_template_is_violated_by_the_same_cases(logs: Path, log_name: str, stride: int) -> None:
    rows = _sampled([row for row in _csv(logs / "declare" / "expected.csv.gz") if row["log"] == log_name], stride)
    assert {row["template"] for row in rows} == set(TEMPLATES)
    outcomes = _judged(_csv(logs / f"{log_name}.csv.gz"), sorted({atom for row in rows for atom, _ in _atoms(row)}))
    wrong = [complaint for row in rows if (complaint := _complaint(row, _violating(row, outcomes)))]
    assert not wrong, f"{len(wrong)} of {len(rows)} templates differ:\n" + "\n".join(wrong[:20])


def _sampled(rows: Sequence[Mapping[str, str]], stride: int) -> list[Mapping[str, str]]:
    pairs = sorted({(row["a"], row["b"]) for row in rows if row["b"]})[::stride]
    chosen = {*pairs, *((b, a) for a, b in pairs)}
    return [row for row in rows if not row["b"] or (row["a"], row["b"]) in chosen]


def _atoms(row: Mapping[str, str]) -> Iterable[tuple[Atom, Part]]:
    for part in TEMPLATES[row["template"]]:
        a, b = (row["b"], row["a"]) if part.is_swapped else (row["a"], row["b"])
        yield (part.form, a, b), part


def _violating(row: Mapping[str, str], outcomes: Mapping[Atom, Outcome]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for atom, part in _atoms(row):
        found |= outcomes[atom].kept if part.is_turned else outcomes[atom].broken
    return found


def _complaint(row: Mapping[str, str], found: frozenset[str]) -> str | None:
    """Where the table's tool departs from the textbook, its hash is of other cases: then the number must do."""
    textbook = row["textbook_violating_cases"]
    hashed = hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()[:16]
    name = f"{row['template']}({row['a']}, {row['b']})"
    if len(found) != int(textbook or row["violating_cases"]):
        return f"{name}: {len(found)} cases instead of {textbook or row['violating_cases']}"
    if len(found) == int(row["violating_cases"]) and hashed != row["sha256_16_of_sorted_violating_case_ids"]:
        return f"{name}: as many cases, but others: {sorted(found)[:5]}..."
    return None


# --- judging ---------------------------------------------------------------------------------------------------------


def _judged(rows: Sequence[Mapping[str, str]], atoms: Sequence[Atom]) -> dict[Atom, Outcome]:
    log = _log(rows)
    names = sorted({event.event_name for event in log.events})
    vocabulary = Vocabulary.of(Catalogue(events=tuple(names)))
    outcomes: dict[Atom, Outcome] = {}
    size = min(RULES_PER_RUN, EVENTS_TIMES_RULES // len(rows))
    for start in range(0, len(atoms), size):
        chunk = atoms[start : start + size]
        rules = [
            replace(FORMS[form](a, b, names), rule_id=f"rule-{number}", within=AGES)
            for number, (form, a, b) in enumerate(chunk)
        ]
        outcomes |= dict(zip(chunk, _outcomes(log, rules, vocabulary), strict=True))
    return outcomes


def _outcomes(log: Log, rules: Sequence[Rule], vocabulary: Vocabulary) -> list[Outcome]:
    rows = [compiled(_without_spare_time(rule), vocabulary) for rule in rules]
    broken: dict[str, set[str]] = {rule.rule_id: set() for rule in rules}
    kept: dict[str, set[str]] = {rule.rule_id: set() for rule in rules}
    for one in judge([production_case("log", log, rows)]).verdicts:
        assert one.pending + one.unknown + one.excused == 0
        if one.broken:
            broken[one.rule_id].add(one.user_id)
        if one.judged > one.broken:
            kept[one.rule_id].add(one.user_id)
    return [Outcome(frozenset(broken[rule.rule_id]), frozenset(kept[rule.rule_id])) for rule in rules]


def _without_spare_time(rule: Rule) -> Rule:
    return replace(rule, within=None) if rule.kind == "count" else rule


def _log(rows: Sequence[Mapping[str, str]]) -> Log:
    found = tuple(
        CaseEvent(
            str(number),
            row["activity"],
            datetime.fromisoformat(row["ts"]).replace(tzinfo=None),
            row["case_id"],
            int(row["ord"]),
            fields={"item_id": row["case_id"]},
        )
        for number, row in enumerate(rows)
    )
    first = min(event.occurred_at for event in found)
    last = max(event.occurred_at for event in found)
    return Log(found, first, last + timedelta(seconds=1), last + 2 * AGES, first - 2 * AGES)


def _csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
