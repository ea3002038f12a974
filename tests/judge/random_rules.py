"""Random rules of all kinds, made so that what is hard happens often: overlaps, deadlines met to the second."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

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
from tests.judge.language import Alternative, Rule, Selector

NAMES = ("a", "b", "c", "d")
ATTRIBUTES = {"claim_id": "text", "amount": "double", "flag": "boolean"}
MEASURES = ("reviews",)
MONDAY = datetime(2024, 1, 1)
ROLES = ("clerk", "NA", "null")
USE_CASES = ("intake", "NA", "null")
MODULES = ("CT-1", "NA")
ITEM_KINDS = ("claim", "note", "null")
KINDS = {
    "followed_by": 5, "preceded_by": 5, "not_followed_by": 3, "count": 4, "check": 2, "share": 3, "cadence": 3,
    "coverage": 3, "calibrated": 3, "trained": 3,
}  # fmt: skip


def random_rules(chance: random.Random, number: int, step: timedelta, length: int) -> Iterator[Rule]:
    """That many rules; now and then one of them in two versions, the second in force when the first is no more."""
    for position in range(1, number + 1):
        rule = _rule(chance, f"rule-{position}", step, length)
        if chance.random() < 0.85:
            yield rule
            continue
        last = _day(chance)
        yield replace(rule, effective_from=None, effective_to=last)
        newer = _rule(chance, rule.rule_id, step, length, rule.kind)
        yield replace(newer, version=2, effective_from=last + timedelta(days=1), effective_to=None)


def _rule(chance: random.Random, rule_id: str, step: timedelta, length: int, kind: str | None = None) -> Rule:
    kind = kind or chance.choices(list(KINDS), list(KINDS.values()))[0]
    common: dict[str, Any] = {
        "rule_id": rule_id,
        "kind": kind,
        "severity": chance.choice(["blocker", "major", "major", "minor"]),
        "incorrect": chance.choice([1, 2, 3, 5]),
        "correct": chance.choice([1, 2, 4, 10]),
        "effective_from": _day(chance) if chance.random() < 0.1 else None,
        "effective_to": _day(chance) + timedelta(days=14) if chance.random() < 0.1 else None,
        "tolerate": 0 if kind in ("share", "calibrated") else chance.choice([0, 0, 10, 25, 50]),
        "roles": _some(chance, ROLES) if chance.random() < 0.15 else (),
        "use_cases": _some(chance, USE_CASES) if chance.random() < 0.15 else (),
    }
    own = OWN[kind](chance, step, length) if kind in OWN else _sequence(chance, kind, step, length)
    if kind == "coverage":
        common["use_cases"] = ()  # no event obliges
    return Rule(**(common | own))


def _some(chance: random.Random, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(chance.sample(names, chance.choice([1, 2])))


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
    band = {"least": least, "most": most}
    if chance.random() < 0.3:
        return band | {"of_measure": chance.choice(["accepted", "reviews"]), "among_measure": "offered"}
    return band | {"of": of, "among": among}


def _cadence(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    need = {"need": chance.randrange(1, 6), "unit": chance.choice(["days", "events"])}
    if chance.random() < 0.3:
        return need | {"of_measure": chance.choice(["accepted", "reviews"])}
    return need | {"of": _selector(chance)}


def _coverage(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    return {"items": chance.choice([("any",), ("claim",), ("note", "null")]), "by": _selector(chance)}


def _calibrated(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    low = chance.choice([0, 35, 50, 80])
    each = _selector(chance)
    accepted = _selector(chance, chance.sample(sorted(each.names), 1))
    return {
        "each": each,
        "accepted": accepted if chance.random() < 0.4 else _condition(chance),
        "confidence": _number(chance) if chance.random() < 0.3 else None,
        "low": low,
        "high": max(low, chance.choice([35, 50, 80, 100])),
        "gap": chance.choice([0, 10, 20, 50, 100]),
    }


def _trained(chance: random.Random, step: timedelta, length: int) -> dict[str, Any]:
    valid_for = step * chance.choice([1, 2, length, 10 * length])
    return {"each": _selector(chance), "module": chance.choice(MODULES), "valid_for": valid_for}


OWN: Mapping[str, Callable[[random.Random, timedelta, int], dict[str, Any]]] = {
    "count": _count,
    "check": _check,
    "share": _share,
    "cadence": _cadence,
    "coverage": _coverage,
    "calibrated": _calibrated,
    "trained": _trained,
}


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
