"""Small random logs and rules, made so that what is hard happens often: ties, nulls, deadlines met to the second."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orchestration.judging import CaseAbsence, CaseDay, CaseEvent, CaseItem, CaseSpan, CaseTraining
from tests.judge.language import Log, Rule
from tests.judge.random_rules import ITEM_KINDS, MODULES, MONDAY, NAMES, ROLES, USE_CASES, random_rules

# Names that careless readers take for nothing.
USERS = ("ann", "bob", "NA", "null")
TEXTS = ("x", "y", "NA", "null", None)
ITEMS = ("x", "y", "NA", "null", "z")
AMOUNTS = (0.0, 1.0, 2.5, 10000.0, None)


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
    return RandomCase(seed, log, tuple(random_rules(chance, rules, step, length)))


# --- logs ------------------------------------------------------------------------------------------------------------


def _log(chance: random.Random, step: timedelta, length: int) -> Log:
    start = MONDAY + timedelta(days=chance.randrange(7), hours=chance.choice([0, 0, 0, chance.randrange(24)]))
    end = start + step * (length + 1)
    size = chance.choice([1, 3, 6, 10, 15, 25])
    events = _events(chance, start, step, length, size)
    watermark = end + timedelta(days=400) if chance.random() < 0.5 else start + step * chance.randrange(length + 1)
    return Log(
        events=events,
        starts_at=start if chance.random() < 0.5 else start + step * chance.randrange(length // 2 + 1),
        ends_at=end if chance.random() < 0.5 else end - step * chance.randrange(length // 3 + 1),
        watermark_at=watermark,
        data_from_at=start - timedelta(days=400)
        if chance.random() < 0.5
        else start + step * chance.randrange(length + 1),
        absences=_absences(chance, start, step * length),
        outages=_outages(chance, start, step, length),
        days=_days(chance, start, step * length),
        trainings=_trainings(chance, start, step, length),
        items=_items(chance, start, step, length),
        spans=_spans(chance, start, step * length),
        strangers=chance.choice([(), (), (), ("bob",), ("NA", "null")]),
    )


def _events(chance: random.Random, start: datetime, step: timedelta, length: int, size: int) -> tuple[CaseEvent, ...]:
    has_sequence = chance.random() < 0.5
    ids = [str(number) for number in chance.sample(range(1, 150), size)]
    if chance.random() < 0.2:
        ids = [f"e{number}" for number in ids]
    users = chance.choice([USERS[:1], USERS[:2], USERS, (*USERS, None)])
    actors = chance.choice([("human",), ("human",), ("human",), ("human", "service", "unknown")])
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
            "confidence": chance.choice([0.0, 0.35, 0.5, 0.8, 1.0, None]),
            "use_case": chance.choice((*USE_CASES, None)),
            "flag": chance.choice([True, False, None]),
        }
        user, actor = chance.choice(users), chance.choice(actors)
        events.append(CaseEvent(event_id, chance.choice(names), start + step * tick, user, ord_, actor, fields))
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
    """Half of them begin and end at the moments of events and deadlines."""
    found = []
    for _ in range(chance.choice([0, 0, 0, 0, 1, 2])):
        begins = start + step * chance.randrange(length + 1) - timedelta(milliseconds=chance.choice([0, 500]))
        found.append((begins, begins + step * chance.randrange(1, 5)))
    return tuple(found)


def _days(chance: random.Random, start: datetime, length: timedelta) -> tuple[CaseDay, ...]:
    """At most one for a person and day."""
    found: dict[tuple[str, date], CaseDay] = {}
    for _ in range(chance.choice([0, 0, 2, 8, 30])):
        user, day = chance.choice(USERS), (start + length * chance.random()).date()
        measures: dict[str, float | None] = {
            "offered": chance.choice([0, 1, 5, None]),
            "accepted": chance.choice([0, 1, 3, None]),
            "reviews": chance.choice([0, 1, 2, None]),
        }
        found[user, day] = CaseDay(user, day, measures)
    return tuple(found.values())


def _trainings(chance: random.Random, start: datetime, step: timedelta, length: int) -> tuple[CaseTraining, ...]:
    return tuple(
        CaseTraining(chance.choice(USERS), chance.choice(MODULES), start + step * chance.randrange(-length, length + 1))
        for _ in range(chance.choice([0, 1, 3, 8]))
    )


def _items(chance: random.Random, start: datetime, step: timedelta, length: int) -> tuple[CaseItem, ...]:
    """An item is told by its id alone; it may be closed after the watermark."""
    found = []
    for item_id in chance.sample(ITEMS, chance.choice([0, 0, 2, len(ITEMS)])):
        closes = start + step * chance.randrange(length + 1)
        opens = closes - step * chance.randrange(length + 1)
        found.append(
            CaseItem(
                chance.choice(USERS),
                item_id,
                chance.choice(ITEM_KINDS),
                opens if chance.random() < 0.9 else None,
                closes if chance.random() < 0.9 else None,
            )
        )
    return tuple(found)


def _spans(chance: random.Random, start: datetime, length: timedelta) -> tuple[CaseSpan, ...]:
    """The roster says the same of a person for ever, or something else from some day on."""
    found = []
    for user in USERS if chance.random() < 0.6 else ():
        turn = (start + length * chance.random()).date() if chance.random() < 0.5 else date.max
        found.append(CaseSpan(user, date.min, turn, *_duties(chance)))
        if turn < date.max:
            found.append(CaseSpan(user, turn + timedelta(days=1), date.max, *_duties(chance)))
    return tuple(found)


def _duties(chance: random.Random) -> tuple[str | None, int | None]:
    patterns = (None, None, 0b0001111, 0b0010101, 0b1100000, 0b1111111, 0b0000100, 0)
    return chance.choice((*ROLES, None)), chance.choice(patterns)
