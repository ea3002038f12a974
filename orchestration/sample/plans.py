"""What each person does with each tool, week by week, and therefore what is true of them in the last four weeks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

from orchestration.sample.people import Person
from orchestration.sample.span import Span
from orchestration.sample.tools import LOW, OVERRIDE, PACES, SHARED, STAKE, WRONG, SampleTool

GRACE_DAYS = 14
REGULAR = 5  # items a week of somebody who works with the tool; fewer are visits
PROOF = 10  # evidence.correct: judged obligations of one major or blocker rule that prove a correct user

# Behaviour -> weight before maturity and pace; 'correct' takes the tool's maturity instead.
OTHER_BEHAVIOURS = {
    "careless": 0.16,
    "never": 0.17,
    "lapsed": 0.08,
    "tried": 0.05,
    "few": 0.05,
    "one_minor": 0.015,
    "several_minor": 0.015,
    "hasty_breach": 0.01,
    "idle": 0.05,
}
# How often an item has a trait with those who must meet it often: see _fit_traits.
OFTEN = {LOW: 0.7, OVERRIDE: 0.45, STAKE: 0.3, SHARED: 0.3, WRONG: 0.3}


class Plan:
    """One person's way with one tool.

    `items[w]` is how much is done in week w (0: nothing) and `masks[w]` which controls are neglected then, as bits.
    Everything that must come out at a stated rate goes through a quota (it comes up every 1/rate-th time) instead of a
    die: a correct user then cannot be unlucky, and what is true of a person needs no confidence interval.
    """

    # fmt: off
    __slots__ = (
        "behaviour", "broken", "end_day", "first_day", "is_new", "items", "judged", "lapse", "masks", "person",
        "quotas", "slips", "tool", "trait_rates", "traits", "user", "uses_before", "uses_in_window",
    )
    # fmt: on

    def __init__(self, person: Person, tool: SampleTool, first_day: int, end_day: int, weeks: int) -> None:
        self.person = person
        self.tool = tool
        self.first_day, self.end_day = first_day, end_day  # ordinals; the end is exclusive
        self.behaviour = "never"
        self.items = bytearray(weeks)
        self.masks = bytearray(weeks)
        self.is_new = False
        self.lapse = 0.5
        self.slips: list[float] = []
        self.quotas: list[float] = []
        self.trait_rates = [0.0] * len(tool.rates)
        self.traits = [0.0] * len(tool.rates)
        self.judged = [0] * len(tool.controls)
        self.broken = [0] * len(tool.controls)
        self.uses_before = 0
        self.uses_in_window = 0
        self.user = ""

    @property
    def training(self) -> int | None:
        """The place of the control that is kept by being trained."""
        places = (place for place, one in enumerate(self.tool.controls) if one.rule_id.endswith("-trained"))
        return next(places, None)

    def breaks(self, control: int, mask: int, tally: bool) -> bool:
        """Whether this obligation is broken; counts it when `tally` says that the week is in the window."""
        rate = self.lapse if mask >> control & 1 else self.slips[control]
        is_broken = False
        if rate:
            self.quotas[control] += rate
            if self.quotas[control] >= 1:
                self.quotas[control] -= 1
                is_broken = True
        if tally:
            self.note(control, 1, is_broken)
        return is_broken

    def turn(self, trait: int) -> bool:
        """Whether the next item has this trait."""
        self.traits[trait] += self.trait_rates[trait]
        if self.traits[trait] < 1:
            return False
        self.traits[trait] -= 1
        return True

    def note(self, control: int, judged: int, broken: int) -> None:
        """Count obligations of the window."""
        self.judged[control] += judged
        self.broken[control] += broken

    def use(self, tally: bool, count: int = 1) -> None:
        """Count qualified uses, before the window or in it."""
        if tally:
            self.uses_in_window += count
        else:
            self.uses_before += count

    def days(self, monday: int, holidays: frozenset[int]) -> list[int]:
        """The ordinals of the days of that week on which the person can use the tool."""
        days = self.person.works_in(monday, holidays)
        if self.first_day > monday or self.end_day < monday + 7:
            return [day for day in days if self.first_day <= day < self.end_day]
        return days


def build_plans(people: Sequence[Person], tool: SampleTool, span: Span, rng: random.Random) -> list[Plan]:
    """One plan for everyone who was ever meant to use the tool, in the order of `people`."""
    plans = []
    for person in people:
        days = _eligible(person, tool, span)
        if days is not None:
            plan = Plan(person, tool, *days, span.weeks)
            plan.is_new = plan.first_day > span.until.toordinal() + 1 - GRACE_DAYS
            _decide(plan, span, rng)
            plans.append(plan)
    return plans


def _eligible(person: Person, tool: SampleTool, span: Span) -> tuple[int, int] | None:
    """First day and exclusive end of eligibility as ordinals; a person moves once at most, so it is one stretch."""
    last = min(person.last_roster, len(span.rosters) - 1)
    numbers = [n for n in range(person.first_roster, last + 1) if tool.is_for(person.unit_at(n))]
    if not numbers:
        return None
    first = span.rosters[numbers[0]].toordinal()
    if person.eligible_from is not None:
        first = max(first, person.eligible_from.toordinal())
    is_open = numbers[-1] == len(span.rosters) - 1
    return first, span.until.toordinal() + 366 if is_open else span.rosters[numbers[-1] + 1].toordinal()


def _decide(plan: Plan, span: Span, rng: random.Random) -> None:
    tool = plan.tool
    plan.lapse = rng.uniform(0.45, 0.65)
    for control in tool.controls:
        plan.slips.append(rng.uniform(0.02, 0.035) if control.is_tolerant else 0.0)
        plan.quotas.append(rng.random() if control.is_tolerant else 0.6)
    plan.trait_rates = [rng.uniform(*rates) for rates in tool.rates]
    plan.traits = [rng.random() for _ in tool.rates]
    plan.behaviour = _draw(plan, span, rng)
    _WAYS[plan.behaviour.split(":", maxsplit=1)[0]](plan, span, rng)
    _fit_traits(plan)


def _draw(plan: Plan, span: Span, rng: random.Random) -> str:
    tool = plan.tool
    _, level = PACES.get(plan.person.department, (0.5, 0.8))
    weights = {"correct": tool.maturity * level} | OTHER_BEHAVIOURS
    weights["never"] /= level * level
    for behaviour, control in (("one_minor", tool.one_minor), ("hasty_breach", tool.hasty_breach)):
        if control is None:
            weights[behaviour] = 0.0
    if not tool.has_work_items:
        weights["idle"] = 0.0
    if not tool.several_minor or not _is_there_all_along(plan, span):
        weights["several_minor"] = 0.0
    return rng.choices(list(weights), cum_weights=list(accumulate(weights.values())))[0]


def _is_there_all_along(plan: Plan, span: Span) -> bool:
    """In every week of the window: a rhythm is judged by the week, and the last week is still pending."""
    opens = span.monday(span.window).toordinal()
    return plan.first_day <= opens and all(last < opens for _, last, _ in plan.person.leaves)


def _start(plan: Plan, span: Span, rng: random.Random, latest: int) -> int:
    """The first week of use: an S-curve over the company's time, and never before the person was eligible."""
    middle, _ = PACES.get(plan.person.department, (0.5, 0.8))
    earliest = max(0, -((span.start.toordinal() - plan.first_day) // 7))
    for _ in range(20):
        week = round(rng.gauss(middle * span.weeks, 0.18 * span.weeks))
        if earliest <= week <= latest:
            return week
    return min(max(earliest, min(latest, round(middle * span.weeks))), span.weeks - 1)


def _work(plan: Plan, first: int, end: int, rng: random.Random) -> None:
    amount = rng.randrange(6, 10)
    for week in range(first, end):
        plan.items[week] = max(REGULAR, amount + rng.randrange(-1, 2) - 2 * (week == first))


def _neglect(plan: Plan, controls: Sequence[int], first: int, end: int) -> None:
    mask = sum(1 << control for control in controls)
    for week in range(first, end):
        plan.masks[week] |= mask


def _pick_control(plan: Plan, rng: random.Random) -> int:
    grave = [
        place
        for place, control in enumerate(plan.tool.controls)
        if control.severity != "minor" and control.is_for(plan.person.role)
    ]
    return rng.choice(grave)


def _never(plan: Plan, span: Span, rng: random.Random) -> None:
    del plan, span, rng


def _correct(plan: Plan, span: Span, rng: random.Random) -> None:
    """More than half begin careless and learn before the window opens."""
    start = _start(plan, span, rng, span.window)
    _work(plan, start, span.weeks, rng)
    if rng.random() < 0.6:
        _neglect(plan, [_pick_control(plan, rng)], start, min(start + rng.randrange(2, 11), span.window))


def _careless(plan: Plan, span: Span, rng: random.Random) -> None:
    """Most never learnt; some were correct once and grew careless."""
    start = _start(plan, span, rng, span.window)
    control = _pick_control(plan, rng)
    decayed = rng.randrange(start, max(start, span.window) + 1) if rng.random() < 0.35 else start
    _work(plan, start, span.weeks, rng)
    _neglect(plan, [control], decayed, span.weeks)
    plan.behaviour = f"careless:{plan.tool.controls[control].rule_id}"


def _lapsed(plan: Plan, span: Span, rng: random.Random) -> None:
    start = _start(plan, span, rng, span.window - 2)
    stop = rng.randrange(start + 2, span.window + 1) if start + 2 <= span.window else span.window
    _work(plan, start, stop, rng)
    if rng.random() < 0.5:
        _neglect(plan, [_pick_control(plan, rng)], start, stop)


def _tried(plan: Plan, span: Span, rng: random.Random) -> None:
    """Looks at the tool once in the window; half of them had looked once before."""
    plan.items[rng.randrange(span.window, span.weeks)] = 1
    if rng.random() < 0.5:
        plan.items[rng.randrange(0, span.window)] = 1


def _few(plan: Plan, span: Span, rng: random.Random) -> None:
    """A use a week: a user, but with four obligations in the window at most, too few for any verdict."""
    for week in range(_start(plan, span, rng, span.window), span.weeks):
        plan.items[week] = 1
    majors = [place for place, control in enumerate(plan.tool.controls) if control.severity == "major"]
    _neglect(plan, majors if rng.random() < 0.5 else [], span.window, span.weeks)


def _one_minor(plan: Plan, span: Span, rng: random.Random) -> None:
    """Neglects one rule that does not make an incorrect user on its own."""
    start = _start(plan, span, rng, span.window)
    _work(plan, start, span.weeks, rng)
    _neglect(plan, [plan.tool.one_minor or 0], start, span.weeks)


def _several_minor(plan: Plan, span: Span, rng: random.Random) -> None:
    start = _start(plan, span, rng, span.window)
    _work(plan, start, span.weeks, rng)
    _neglect(plan, plan.tool.several_minor, start, span.weeks)


def _hasty_breach(plan: Plan, span: Span, rng: random.Random) -> None:
    """One use, below the threshold of a user, and in it a proven breach."""
    week = rng.randrange(span.window, span.weeks)
    plan.items[week] = 1
    _neglect(plan, [plan.tool.hasty_breach or 0], week, week + 1)


_WAYS = {
    "never": _never,
    "idle": _never,
    "correct": _correct,
    "careless": _careless,
    "lapsed": _lapsed,
    "tried": _tried,
    "few": _few,
    "one_minor": _one_minor,
    "several_minor": _several_minor,
    "hasty_breach": _hasty_breach,
}


def _fit_traits(plan: Plan) -> None:
    """Give the careless enough occasions: what they neglect must be able to happen often enough to be proven."""
    neglected = 0
    for mask in plan.masks:
        neglected |= mask
    for place, control in enumerate(plan.tool.controls):
        if control.occasion is not None and neglected >> place & 1:
            plan.trait_rates[control.occasion] = OFTEN[control.occasion]
            plan.traits[control.occasion] = 0.8
