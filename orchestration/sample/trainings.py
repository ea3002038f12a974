"""Who completed which training when: nobody who neglects it, and everybody else before their first use."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from orchestration.sample.faults import write_csv
from orchestration.sample.plans import Plan
from orchestration.sample.span import Span

COLUMNS = ("person_id", "module", "completed_at")
AT = "05:00:00Z"  # before anybody's first use of the day
CURIOUS_SHARE = 0.5  # of those who never use the tool but were trained
EXPIRED_SHARE = 0.4  # of those who were never trained in time but once before


def write_trainings(folder: Path, plans: Sequence[Plan], span: Span, rng: random.Random) -> None:
    """All completions of all modules in one file, as a learning system exports them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(_completions(plans, span, rng))
    write_csv(folder / f"completions_{span.until.year}.csv", COLUMNS, rows, span.until)


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
