"""Who completed which training when.

The module that a tool's use needs: nobody who neglects it, and everybody else before their first use. Beside it two
modules that are meant to mend how people work: one with which most really learn, and one that changes nothing.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from orchestration.sample.faults import write_csv
from orchestration.sample.plans import Plan
from orchestration.sample.span import Span

COLUMNS = ("person_id", "module", "completed_at")
AT = "05:00:00Z"  # before anybody's first use of the day
CURIOUS_SHARE = 0.5  # of those who never use the tool but were trained
EXPIRED_SHARE = 0.4  # of those who were never trained in time but once before
TRUTH_COLUMNS = ("tool_id", "rule_id", "module", "trained", "change")
# Chance that somebody who neglects a rule completes a lesson that changes nothing for them, each week from the third.
# It must not depend on how long they go on: else those would be trained who stop by themselves, or who never do.
USELESS_CHANCE = 0.07
DEAF_CHANCE = 0.03  # of those who never learn: they complete the useful one as well
SEEN_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """A module about one rule, as config/rules names it. `helps`: who has learnt the rule has learnt it there."""

    rule_id: str
    module: str
    helps: bool


LESSONS = (
    Lesson("doc-extract-blind-acceptance", "DX-102", helps=True),
    Lesson("coding-agent-edits-reviewed", "AG-201", helps=False),
)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who completed a lesson. `change` is what it did to the rate at which the person breaks the rule."""

    plan: Plan
    lesson: Lesson
    day: date
    change: float


def learners(plans: Sequence[Plan], span: Span, rng: random.Random) -> list[Learner]:
    """Everybody who completed a lesson, in the order of `plans`."""
    found = []
    for plan in plans:
        for lesson in LESSONS:
            places = [place for place, one in enumerate(plan.tool.controls) if one.rule_id == lesson.rule_id]
            found += [learner for place in places for learner in _taught(plan, lesson, place, span, rng)]
    return found


def _taught(plan: Plan, lesson: Lesson, place: int, span: Span, rng: random.Random) -> Iterator[Learner]:
    neglected = [week for week in range(span.weeks) if plan.masks[week] >> place & 1 and plan.items[week]]
    if not neglected:
        return
    last = neglected[-1]
    has_learnt = last + 1 < span.weeks and plan.items[last + 1] > 0
    if lesson.helps and has_learnt:
        yield Learner(plan, lesson, span.monday(last + 1), plan.slips[place] - plan.lapse)
    else:
        chance = DEAF_CHANCE if lesson.helps else USELESS_CHANCE
        week = next((week for week in neglected[SEEN_BEFORE:] if rng.random() < chance), None)
        if week is not None:
            yield Learner(plan, lesson, span.monday(week), 0.0)


def write_trainings(
    folder: Path, plans: Sequence[Plan], taught: Sequence[Learner], span: Span, rng: random.Random
) -> None:
    """All completions of all modules in one file, as a learning system exports them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(_completions(plans, span, rng))
    rows += [(one.plan.person.person_id, one.lesson.module, f"{one.day}T{AT}") for one in taught]
    write_csv(folder / f"completions_{span.until.year}.csv", COLUMNS, rows, span.until)


def write_lessons(path: Path, taught: Sequence[Learner]) -> None:
    """What each lesson has changed in truth: the mean change of the share of broken cases of who completed it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TRUTH_COLUMNS)
        for lesson in LESSONS:
            mine = [one for one in taught if one.lesson == lesson]
            change = sum(one.change for one in mine) / len(mine) if mine else 0.0
            tool_id = mine[0].plan.tool.tool_id if mine else ""
            writer.writerow((tool_id, lesson.rule_id, lesson.module, len(mine), f"{change:.4f}"))


def _completions(plans: Sequence[Plan], span: Span, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    for plan in plans:
        day = completed_on(plan, span, rng) if plan.tool.module else None
        if day is not None:
            yield plan.person.person_id, str(plan.tool.module), f"{day}T{AT}"


def completed_on(plan: Plan, span: Span, rng: random.Random) -> date | None:
    """The day of the one completion that explains in which weeks the person neglects to be trained; None: never."""
    used = [week for week in range(span.weeks) if plan.items[week]]
    bit = 1 << (plan.training or 0)
    neglected = [week for week in range(span.weeks) if plan.masks[week] & bit]
    if not neglected:
        is_trained = used or rng.random() < CURIOUS_SHARE
        return span.monday(used[0] if used else 0) - timedelta(days=rng.randrange(1, 60)) if is_trained else None
    if neglected[-1] < span.weeks - 1:
        return span.monday(neglected[-1] + 1)
    validity = timedelta(days=plan.tool.valid_days)
    if used[0] < neglected[0]:
        return span.monday(neglected[0]) - validity  # it expires on that Monday
    expired = span.monday(used[0]) - validity - timedelta(days=rng.randrange(1, 40))
    return expired if rng.random() < EXPIRED_SHARE else None
