"""Who is to be trained in what: chosen from the published needs, with a hold-out by lot. No file, no database."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.effects.bounds import AFTER, FEWEST_PEOPLE

TRAIN, HOLD_OUT = "train", "hold_out"
LEFT_OUT = {
    "no_module": "their rule names no module",
    "on_a_plan": "they stand on an earlier plan that is not due yet",
    "held_out": "they were held out by an earlier plan, whose effect is still to be seen",
    "just_trained": "they completed the module after the judged weeks began, which cannot show it yet",
}
"""Why somebody who needs training does not stand on a plan."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person who is to learn one module for one rule; of a hold-out, who is not to yet."""

    person_key: str
    tool_id: str
    rule_id: str
    version: int
    module: str
    module_code: str
    severity: str
    judged: int
    broken: int
    week_start: date
    arm: str = TRAIN
    is_drawn: bool = False

    @property
    def unit(self) -> tuple[str, str]:
        """What is planned and drawn as one: nobody learns a module for one rule and not for another."""
        return self.person_key, self.module_code


@dataclass(frozen=True, slots=True)
class Plan:
    """A list as it was made. It never changes: `fingerprint` would tell."""

    plan_id: str
    publication_id: str
    hold_out: float
    seed: int | None
    due_date: date
    made_at: datetime
    entries: tuple[Entry, ...]
    fingerprint: str = ""

    def people(self, arm: str) -> int:
        return len({entry.person_key for entry in self.entries if entry.arm == arm})


@dataclass(frozen=True, slots=True)
class Choice:
    """The entries of a plan to be, and how many person-rule needs were left out, by reason (LEFT_OUT)."""

    entries: tuple[Entry, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


def choose(needs: Iterable[Mapping[str, Any]], earlier: Collection[Plan], today: date) -> Choice:
    """The needs (rows of fct_training_need with the tool's window_weeks) that a plan made today should hold."""
    planned = {one.unit for plan in earlier if plan.due_date >= today for one in plan.entries if one.arm == TRAIN}
    seen_until = timedelta(weeks=AFTER)
    waiting = {
        one.unit
        for plan in earlier
        if plan.due_date + seen_until >= today
        for one in plan.entries
        if one.arm == HOLD_OUT
    }
    entries, left_out = [], Counter[str]()
    for need in needs:
        why = _left_out(need, planned, waiting)
        if why:
            left_out[why] += 1
        else:
            entries.append(_entry(need))
    return Choice(tuple(sorted(entries, key=_order)), left_out)


def _left_out(need: Mapping[str, Any], planned: set[tuple[str, str]], waiting: set[tuple[str, str]]) -> str | None:
    unit = (need["person_key"], need["module_code"])
    if need["module"] is None:
        return "no_module"
    if unit in waiting:
        return "held_out"
    if unit in planned:
        return "on_a_plan"
    window_start = need["week_start"] - timedelta(weeks=need["window_weeks"] - 1)
    is_new = need["last_trained_on"] is not None and need["last_trained_on"] >= window_start
    return "just_trained" if is_new else None


def _entry(need: Mapping[str, Any]) -> Entry:
    return Entry(**{name: need[name] for name in Entry.__slots__ if name not in {"arm", "is_drawn"}})


def _order(entry: Entry) -> tuple[str, ...]:
    return entry.module_code, entry.person_key, entry.tool_id, entry.rule_id


def draw(entries: Sequence[Entry], hold_out: float, seed: int) -> tuple[Entry, ...]:
    """The entries with, of each module, that share of people held out by lot.

    Whoever breaks a rule that permits no breach is always trained, and takes no part in the lot. Nor does anybody where
    the lot would leave too few people on a side to see an effect by: then nobody is kept from learning for nothing.
    """
    grave = {entry.unit for entry in entries if entry.severity == "blocker"}
    by_module: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.unit not in grave:
            by_module[entry.module_code].add(entry.person_key)
    lot = random.Random(seed)  # noqa: S311 - a lot that anybody can draw again, not a secret
    arms: dict[tuple[str, str], str] = {}
    for module, people in sorted(by_module.items()):
        held = set(lot.sample(sorted(people), round(hold_out * len(people))))
        if min(len(held), len(people) - len(held)) >= FEWEST_PEOPLE:
            arms |= {(person, module): HOLD_OUT if person in held else TRAIN for person in people}
    return tuple(replace(one, arm=arms.get(one.unit, TRAIN), is_drawn=one.unit in arms) for one in entries)


def fingerprint(plan: Plan) -> str:
    """A hash of everything that a plan says."""
    head = (plan.plan_id, plan.publication_id, plan.hold_out, plan.seed, plan.due_date, plan.made_at)
    rows = [[getattr(entry, name) for name in Entry.__slots__] for entry in sorted(plan.entries, key=_order)]
    return hashlib.sha256(json.dumps([head, rows], default=str).encode()).hexdigest()
