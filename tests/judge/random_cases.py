"""Small random logs and rules, made so that what is hard happens often: ties, nulls, deadlines met to the second."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from orchestration.judging import CaseAbsence, CaseEvent
from tests.judge.conditions import (
    Between,
    Binary,
    Both,
    Coalesce,
    Column,
    Either,
    Greatest,
    IsNull,
    Literal,
    Not,
    OneOf,
    Term,
)
from tests.judge.language import Alternative, Log, Rule, Selector

NAMES = ("a", "b", "c", "d")
# Names that careless readers take for nothing.
USERS = ("ann", "bob", "NA", "null")
TEXTS = ("x", "y", "NA", "null", None)
AMOUNTS = (0.0, 1.0, 2.5, 10000.0, None)
ATTRIBUTES = {"claim_id": "text", "amount": "double", "flag": "boolean"}
MONDAY = datetime(2024, 1, 1)
KINDS = {"followed_by": 5, "preceded_by": 5, "not_followed_by": 3, "count": 4, "check": 2, "share": 2, "cadence": 2}


@dataclass(frozen=True, slots=True)
class RandomCase:
    """A log and the rules to judge it by; `seed` makes it again."""

    seed: int
    log: Log
    rules: tuple[Rule, ...]


def random_case(seed: int, rules: int = 2) -> RandomCase:
    """The case of that number, always the same one."""
    chance = random.Random(seed)
    step = chance.choice([timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=6), timedelta(days=1)])
    length = chance.choice([3, 8, 20, 40])
    log = _log(chance, step, length)
    return RandomCase(seed, log, tuple(_rule(chance, f"rule-{number + 1}", step, length) for number in range(rules)))


# --- logs ------------------------------------------------------------------------------------------------------------


def _log(chance: random.Random, step: timedelta, length: int) -> Log:
    start = MONDAY + timedelta(days=chance.randrange(7), hours=chance.choice([0, 0, 0, chance.randrange(24)]))
    end = start + step * (length + 1)
    size = chance.choice([1, 3, 6, 10, 15, 25])
    events = _events(chance, start, step, length, size)
    return Log(
        events=events,
        starts_at=start if chance.random() < 0.5 else start + step * chance.randrange(length // 2 + 1),
        ends_at=end if chance.random() < 0.5 else end - step * chance.randrange(length // 3 + 1),
        watermark_at=end + timedelta(days=400)
        if chance.random() < 0.5
        else start + step * chance.randrange(length + 1),
        data_from_at=start - timedelta(days=400)
        if chance.random() < 0.5
        else start + step * chance.randrange(length + 1),
        absences=_absences(chance, start, step * length),
        outages=_outages(chance, start, step, length),
    )


def _events(chance: random.Random, start: datetime, step: timedelta, length: int, size: int) -> tuple[CaseEvent, ...]:
    has_sequence = chance.random() < 0.5
    ids = [str(number) for number in chance.sample(range(1, 150), size)]
    if chance.random() < 0.2:
        ids = [f"e{number}" for number in ids]
    users = chance.choice([USERS[:1], USERS[:2], USERS, (*USERS, None)])
    names = NAMES[: chance.choice([2, 3, 4])]
    texts = chance.choice([TEXTS[:1], TEXTS[:2], TEXTS])
    events = []
    for event_id in ids:
        tick = chance.randrange(length + 1)
        ord_ = 3 * tick + chance.randrange(3) if has_sequence else None
        fields = {
            "item_id": chance.choice(texts),
            "session_id": chance.choice(texts),
            "claim_id": chance.choice(texts),
            "decision": chance.choice(["approve", "reject", None]),
            "amount": chance.choice(AMOUNTS),
            "confidence": chance.choice([0.0, 0.5, 1.0, None]),
            "flag": chance.choice([True, False, None]),
        }
        user = chance.choice(users)
        events.append(CaseEvent(event_id, chance.choice(names), start + step * tick, user, ord_, fields=fields))
    return tuple(events)


def _absences(chance: random.Random, start: datetime, length: timedelta) -> tuple[CaseAbsence, ...]:
    found = []
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        first = (start + length * chance.random()).date() - timedelta(days=chance.randrange(4))
        found.append(CaseAbsence(chance.choice(USERS[:3]), first, first + timedelta(days=chance.randrange(6))))
    return tuple(found)


def _outages(
    chance: random.Random, start: datetime, step: timedelta, length: int
) -> tuple[tuple[datetime, datetime], ...]:
    """Never beginning or ending at the moment of an event or a deadline."""
    found = []
    for _ in range(chance.choice([0, 0, 0, 0, 1, 2])):
        begins = start + step * chance.randrange(length + 1) - timedelta(milliseconds=500)
        found.append((begins, begins + step * chance.randrange(1, 5)))
    return tuple(found)


# --- rules -----------------------------------------------------------------------------------------------------------


def _rule(chance: random.Random, rule_id: str, step: timedelta, length: int) -> Rule:
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    common: dict[str, Any] = {
        "rule_id": rule_id,
        "kind": kind,
        "severity": chance.choice(["blocker", "major", "major", "minor"]),
        "incorrect": chance.choice([1, 2, 3, 5]),
        "correct": chance.choice([1, 2, 4, 10]),
        "effective_from": _day(chance) if chance.random() < 0.1 else None,
        "effective_to": _day(chance) + timedelta(days=14) if chance.random() < 0.1 else None,
        "tolerate": 0 if kind == "share" else chance.choice([0, 0, 10, 25, 50]),
    }
    of_the_kind = {"count": _count, "check": _check, "share": _share, "cadence": _cadence}.get(kind)
    own = of_the_kind(chance, step, length) if of_the_kind else _sequence(chance, kind, step, length)
    return Rule(**(common | own))


def _day(chance: random.Random) -> date:
    return MONDAY.date() + timedelta(days=chance.randrange(14))


def _sequence(chance: random.Random, kind: str, step: timedelta, length: int) -> dict[str, Any]:
    who = chance.choice(["same_user", "same_user", "other_user", "anyone"])
    keys = chance.choice([("item_id",), ("claim_id",), ("item_id", "claim_id"), ("amount",), ("session_id",)])
    has_fence = kind != "not_followed_by"
    return {
        "each": _selector(chance),
        "target": _selector(chance),
        "fence": _selector(chance) if has_fence and chance.random() < 0.4 else None,
        "who": who,
        "same": keys if who != "same_user" or chance.random() < 0.4 else (),
        "within": step * chance.choice([1, 2, 3, length, 10 * length]),
        "immediately": has_fence and chance.random() < 0.25,
    }


def _count(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    least = chance.choice([None, 0, 1, 2])
    return {
        "per": chance.choice(["item", "session", "day", "claim_id", "item_id"]),
        "of": _selector(chance),
        "each": _selector(chance) if chance.random() < 0.5 else None,
        "least": least,
        "most": chance.choice([0, 1, 2, 3]) if least is None else chance.choice([None, least, least + 1]),
        "settle": None if chance.random() < 0.3 else step * chance.randrange(1, length + 1),
    }


def _check(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    return {"each": _selector(chance), "must": _condition(chance)}


def _share(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    among = _selector(chance)
    of = _selector(chance, chance.sample(sorted(among.names), 1))
    least = chance.choice([None, 0, 20, 40, 50])
    most = chance.choice([60, 75, 95, 100]) if least is None else chance.choice([None, 60, 95])
    return {"of": of, "among": among, "least": least, "most": most}


def _cadence(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    return {"of": _selector(chance), "need": chance.randrange(1, 6), "unit": chance.choice(["days", "events"])}


def _selector(chance: random.Random, names: list[str] | None = None) -> Selector:
    first = _alternative(chance, names)
    return Selector((first, _alternative(chance, None)) if chance.random() < 0.15 else (first,))


def _alternative(chance: random.Random, names: list[str] | None) -> Alternative:
    chosen = names or chance.sample(NAMES[:3], chance.choice([1, 1, 2]))
    return Alternative(tuple(chosen), _condition(chance) if chance.random() < 0.3 else None)


def _condition(chance: random.Random, depth: int = 2) -> Term:
    if depth and chance.random() < 0.4:
        left, right = _condition(chance, depth - 1), _condition(chance, depth - 1)
        joined: list[Term] = [Both(left, right), Either(left, right), Not(left)]
        return chance.choice(joined)
    text = Column(chance.choice(["decision", "claim_id", "item_id"]))
    number = _number(chance)
    plain: list[Term] = [
        Binary(text, chance.choice(["=", "<>"]), Literal(chance.choice(["approve", "reject", "x", "NA", "null"]))),
        OneOf(text, (Literal("approve"), Literal("x"), Literal("null"))),
        IsNull(chance.choice([text, number]), is_negated=chance.random() < 0.5),
        Binary(number, chance.choice(["=", "<>", "<", "<=", ">", ">="]), Literal(chance.choice([0.5, 1.0, 10000.0]))),
        Between(number, Literal(0.5), Literal(2.5)),
        Binary(Column("flag"), "=", Literal(content=chance.random() < 0.5)),
        Column("flag"),
    ]
    return chance.choice(plain)


def _number(chance: random.Random) -> Term:
    plain = [Column("amount"), Column("confidence")]
    known = Coalesce(plain[0], Literal(1.0)), Coalesce(plain[1], Literal(0.5))
    numbers: list[Term] = [
        *plain,
        *plain,
        Binary(plain[0], chance.choice(["+", "-", "*"]), plain[1]),
        Binary(plain[0], "/", plain[1]),
        known[0],
        Greatest(known, is_least=chance.random() < 0.5),
    ]
    return chance.choice(numbers)
