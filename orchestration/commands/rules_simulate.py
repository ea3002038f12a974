"""`takeup rules simulate`: who would flip under other rules, before anything is enacted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.commands.output import progress_of, records, say, say_json, table, warn
from orchestration.counterfactual import judge_with, published_rule_book
from orchestration.errors import DataError, UsageError
from orchestration.explain import Publication, week_of
from orchestration.publication import latest_publication
from orchestration.registry.proposal import Proposal, read_proposal
from orchestration.run_stamp import last_run
from orchestration.simulate import ALL_UNITS, RuleEffect, Simulation, compare, proposed_book
from orchestration.vault import Vault
from orchestration.warehouse import inputs_fingerprint
from orchestration.workspace import Workspace

JUDGING = "Judging with the new rules"
PEOPLE = {"person_key": "person_key", "before": "before", "after": "after", "rule_id": "rule"}
VERDICTS = ("violated", "satisfied", "unproven", "pending", "not_triggered")
OBLIGATIONS = ("judged", "broken", "pending", "unknown", "excused")
_KNOWN_WEEKS = """
    select min(week_start) as first, max(week_start) as last, coalesce(bool_or(week_start = $week), false) as is_known
    from fct_person_tool_week where tool_id = $tool
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is simulated. `week` None: the latest final one; `alone`: the tool's other rules are dropped.

    `with_people` lists those who move, by key; `why` is then written to the vault's access log.
    """

    rules_file: Path
    week: str | None = None
    alone: bool = False
    with_people: bool = False
    why: str = "not stated"


def show_simulation(workspace: Workspace, question: Question, *, as_json: bool) -> int:
    """Print who flips; 0. Raises ConfigError for the rule file, DataError when there is nothing to compare with."""
    proposal = read_proposal(workspace, question.rules_file)
    for problem in proposal.warnings:
        warn(str(problem))
    if question.with_people and not workspace.vault.is_dir():
        raise UsageError(f"{workspace.vault}: no vault, so nobody's reading can be logged - leave out --people")
    found = _simulate(workspace, question, proposal)
    if question.with_people:
        Vault(workspace).note("simulate", len(found.people), question.why)
    notes = list(_notes(workspace, found))
    if as_json:
        say_json(document(found, notes, with_people=question.with_people))
    else:
        for line in lines(found, notes, with_people=question.with_people):
            say(line)
    return 0


def _simulate(workspace: Workspace, question: Question, proposal: Proposal) -> Simulation:
    book = published_rule_book(workspace)
    published = latest_publication(workspace)
    week_start = _week_start(workspace, proposal.tool_id, question.week)
    rows = proposed_book(book, [row.as_row() for row in proposal.rows], alone=question.alone)
    with progress_of(JUDGING) as on_progress:
        on_progress(0, 1, JUDGING, "")
        told = judge_with(
            workspace, rows, tool_ids=[proposal.tool_id], on_model=lambda model: on_progress(0, 1, JUDGING, model)
        )
        with told as simulated:
            if published is None or published != latest_publication(workspace):
                raise DataError("a run has published meanwhile - simulate again")
            return compare(published, simulated, proposal.tool_id, week_start)


def _week_start(workspace: Workspace, tool_id: str, week: str | None) -> date:
    with Publication(workspace) as publication:
        monday = week_of(publication, tool_id, week)
        first, last, is_known = publication.rows(_KNOWN_WEEKS, tool=tool_id, week=monday)[0].values()
    if not is_known:
        known = f"known weeks lie in {first:%G-W%V} to {last:%G-W%V}" if first else "no week has been judged yet"
        raise DataError(f"nobody was judged for {tool_id} in {monday:%G-W%V} - {known}")
    return monday


def _notes(workspace: Workspace, found: Simulation) -> Iterator[str]:
    """What the figures leave open."""
    stamp = last_run(workspace)
    if stamp is None or stamp.inputs != inputs_fingerprint(workspace):
        yield (
            "Files, configuration or the program have changed since the last run; both sides are judged on what that "
            "run read, and the rules that are not simulated are those of that run."
        )
    if found.is_provisional:
        yield f"Under these rules {found.week} is not final yet: late records or open deadlines may still change it."
    if any(unit.units > 1 for unit in found.units):
        yield (
            f"Moves of fewer than {found.small_group} people of a unit are shown together with those of other units, "
            "of as many as it takes that none can be worked out."
        )


def lines(found: Simulation, notes: Sequence[str], *, with_people: bool) -> Iterator[str]:
    """The simulation as plain text."""
    yield f"{found.tool_id} · {found.week} · as if these rules had been in force all along; nothing is enacted"
    yield ""
    yield from (_rule_line(one) for one in found.changed_rules)
    unchanged = len(found.rules) - len(found.changed_rules)
    yield f"{unchanged} other rule{'' if unchanged == 1 else 's'} unchanged"
    yield f"\n{found.moved:,} of {found.eligible:,} people change their class"
    yield ""
    yield records([asdict(one) for one in found.classes], {"status": "class", "before": "before", "after": "after"})
    if found.flips:
        yield ""
        moves = [
            (_class(f.from_status, f.from_reason), _class(f.to_status, f.to_reason), f.people) for f in found.flips
        ]
        yield table(("from", "to", "people"), moves)
    if found.units:
        yield ""
        yield table(
            ("unit", "from", "to", "people"), [(_unit(u), u.from_status, u.to_status, u.people) for u in found.units]
        )
    for one in found.changed_rules:
        yield ""
        yield from _effect_lines(one)
    if with_people:
        yield ""
        yield records([_person(one) for one in found.people], PEOPLE)
    for note in notes:
        yield f"\n{note}"


def _rule_line(effect: RuleEffect) -> str:
    return f"{effect.change}: {effect.rule_id} ({_versions(effect)})"


def _versions(effect: RuleEffect) -> str:
    before, after = (", ".join(map(str, one.versions)) for one in (effect.before, effect.after))
    what = f"{before} -> {after}" if before and after and before != after else after or before
    return f"version{'s' if ',' in what else ''} {what}"


def _effect_lines(effect: RuleEffect) -> Iterator[str]:
    yield f"{effect.rule_id}: {effect.violated:,} newly violate it, {effect.cleared:,} no longer do"
    yield f"  {effect.sentence}"
    before, after = asdict(effect.before), asdict(effect.after)
    rows = [
        *(
            (f"people: {one.replace('_', ' ')}", *(side["verdicts"].get(one, 0) for side in (before, after)))
            for one in VERDICTS
        ),
        *((f"obligations: {one}", before[one], after[one]) for one in OBLIGATIONS),
    ]
    shown = [row for row in rows if row[1] or row[2]]
    yield table(("", "before", "after"), shown) if shown else "  nobody had an obligation, before or after"


def _class(status: str, reason: str) -> str:
    return f"{status.replace('_', ' ')}: {reason.replace('_', ' ')}"


def _unit(unit: Any) -> str:
    return unit.org_unit if unit.units == 1 or unit.org_unit == ALL_UNITS else f"{unit.org_unit} ({unit.units})"


def _person(person: Any) -> dict[str, Any]:
    return {
        "person_key": person.person_key,
        "before": _class(person.from_status, person.from_reason),
        "after": _class(person.to_status, person.to_reason),
        "rule_id": person.rule_id,
    }


def document(found: Simulation, notes: Sequence[str], *, with_people: bool) -> dict[str, Any]:
    """The simulation for programs; `people` only when it was asked for."""
    said = {name: value for name, value in asdict(found).items() if with_people or name != "people"}
    return {**said, "week": found.week, "eligible": found.eligible, "moved": found.moved, "notes": list(notes)}
