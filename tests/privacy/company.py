"""A company made to be attacked: per seed a tool with small units that grow, shrink and swap people between weeks."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

FIRST = date(2026, 3, 2)
WEEKS = 3
MINIMUM = 10
UNITS = ("Audit", "Brand", "Claims", "Data", "Estates", "Finance", "Grants", "Helpdesk")
# One unit too small, others around the minimum, which are alone in one week and merged in the next, and large ones. In
# every second seed two more units are far too small: then those merged are enough by themselves.
SIZES = ((3, 7), (10, 13), (10, 13), (9, 14), (10, 16), (14, 24), (20, 30), (25, 40))
MORE_SMALL_SIZES = (*SIZES[:1], (2, 6), (3, 8), *SIZES[3:])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's unit in each week (None: not eligible), and what they do in it: cases kept and broken."""

    person_id: str
    units: tuple[str | None, ...]
    deeds: tuple[tuple[int, int], ...]


def tool_of(seed: int) -> str:
    """The tool that stands for a seed."""
    return f"seed-{seed:02d}"


def people_of(seed: int) -> list[Person]:
    """Three in ten join, leave or move to another unit between two weeks."""
    random = Random(seed)
    sizes = MORE_SMALL_SIZES if seed % 2 else SIZES
    homes = [unit for unit, size in zip(UNITS, sizes, strict=True) for _ in range(random.randint(*size))]
    return [
        Person(
            f"s{seed:02d}-{number:03d}",
            _course(random, home, has_moves(seed)),
            tuple(_deeds(random) for _ in range(WEEKS)),
        )
        for number, home in enumerate(homes)
    ]


def has_moves(seed: int) -> bool:
    """Whether people change units. Where they do not, and this is known, more can be worked out."""
    return seed % 4 >= 2


def _course(random: Random, home: str, may_move: bool) -> tuple[str | None, ...]:
    units: list[str | None] = [home] * WEEKS
    if random.random() > 0.3:
        return tuple(units)
    change = random.randrange(1, WEEKS)
    kind = random.choice(["joins", "leaves", "moves"] if may_move else ["joins", "leaves"])
    for week in range(WEEKS):
        if kind == "joins" and week < change:
            units[week] = None
        if kind == "leaves" and week >= change:
            units[week] = None
        if kind == "moves" and week >= change:
            units[week] = UNITS[(UNITS.index(home) + 1) % len(UNITS)]
    return tuple(units)


def _deeds(random: Random) -> tuple[int, int]:
    """No use, too little to judge, correct use, incorrect use."""
    return random.choice([(0, 0), (1, 0), (6, 0), (5, 0), (1, 5)])


def write(workspace: Path, seeds: Sequence[int]) -> None:
    """The configuration, rosters, seats and logs of all seeds, into a workspace that `takeup init` has made."""
    people = {tool_of(seed): people_of(seed) for seed in seeds}
    _yaml(workspace / "config" / "tools.yml", {"tools": [_tool(tool) for tool in people]})
    _yaml(workspace / "config" / "privacy.yml", {"small_group": MINIMUM})
    everybody = [person for members in people.values() for person in members]
    for week in range(WEEKS):
        rows = [{"person_id": person.person_id, "department": _unit(person, week)} for person in everybody]
        _csv(workspace / "inbox" / "people" / f"people_{_monday(week)}.csv", rows)
    for tool, members in people.items():
        _yaml(workspace / "config" / "rules" / f"{tool}.yml", _rules(tool))
        _csv(workspace / "inbox" / "eligible" / f"{tool}.csv", [seat for person in members for seat in _seats(person)])
        log = workspace / "inbox" / tool / "log.jsonl"
        log.parent.mkdir(parents=True)
        log.write_text("".join(json.dumps(event) + "\n" for event in _events(tool, members)))


def _monday(week: int) -> date:
    return FIRST + timedelta(weeks=week)


def _unit(person: Person, week: int) -> str:
    """Somebody who is not eligible stays on the roster, in the unit where they are or were eligible."""
    return person.units[week] or next(unit for unit in person.units if unit)


def _seats(person: Person) -> Iterator[dict[str, Any]]:
    held = [week for week, unit in enumerate(person.units) if unit]
    last = _monday(held[-1]) + timedelta(days=6) if held[-1] < WEEKS - 1 else ""
    yield {"person_id": person.person_id, "from": _monday(held[0]), "to": last}


def _events(tool: str, members: Sequence[Person]) -> Iterator[dict[str, Any]]:
    for person in members:
        for week, (kept, broken) in enumerate(person.deeds):
            for number in range(kept + broken if person.units[week] else 0):
                at = datetime.combine(_monday(week), time(9, number))
                said = "rejected" if number < broken else "accepted"
                user = {"namespace": "person_id", "value": person.person_id}
                yield _event(tool, f"{person.person_id}-{week}-{number}", at, {"user": user, "decision": said})
    # The log reaches past the last week, so that every week is final; the tool itself is nobody.
    at = datetime.combine(_monday(WEEKS) + timedelta(days=1), time(9))
    yield _event(tool, f"{tool}-end", at, {"actor_type": "service", "decision": "accepted"})


def _event(tool: str, event_id: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    head = {"specversion": "1.0", "id": event_id, "source": tool, "type": "corp.decide"}
    return head | {"subject": "item", "time": f"{at.isoformat()}Z", "data": data}


def _tool(tool: str) -> dict[str, Any]:
    return {
        "id": tool,
        "title": tool,
        "owner": {"name": "Olga Owner", "email": "olga@corp.example"},
        "escalation": {"email": "head@corp.example"},
        "live_from": FIRST.isoformat(),
        "sources": [{"format": "human-decision", "path": f"inbox/{tool}", "late_days": 0}],
        "eligible": "seats",
        "window_weeks": 1,
        "min_available_days": 1,
        "grace_days": 0,
    }


def _rules(tool: str) -> dict[str, Any]:
    rule = {
        "id": f"{tool}-accepted",
        "version": 1,
        "kind": "check",
        "title": "Decisions are accepted",
        "each": "decide",
        "must": "decision = 'accepted'",
        "tolerate": "10%",
        "severity": "major",
        "evidence": {"incorrect": 2, "correct": 5},
        "owner": "risk",
        "why": "It matters.",
        "train": "T-1 Accepting",
    }
    return {"tool": tool, "catalogue": {"events": ["decide"]}, "rules": [rule]}


def _yaml(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    YAML().dump(value, path)


def _csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
