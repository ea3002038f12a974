"""Rule books for random companies: every kind that a run of three tools can meet, of every severity."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tests.judge.conditions import Binary, Both, Column, IsNull, Literal
from tests.judge.language import Alternative, Rule, Selector, events

EVENTS = ("recommendation_shown", "evidence_opened", "decide", "second_review", "reopen", "sync")
ATTRIBUTES = {"claim_id": "text", "amount": "double", "reason": "text", "dwell_s": "double", "decision": "text"}
EVIDENCE_WITHIN = timedelta(hours=36)
REVIEW_WITHIN = timedelta(days=3)
REOPEN_WITHIN = timedelta(days=5)
LARGE = 10_000
SEVERITIES = ("major", "minor", "minor", "major")


def decisions(random: Random, first_day: date, last_day: date) -> tuple[Rule, ...]:
    """Rules on events. The second reviewer is always a blocker, so that all three severities occur."""
    severities = iter([*random.sample(SEVERITIES, len(SEVERITIES)), "minor"])
    middle = first_day + (last_day - first_day) / 2
    return (
        Rule(
            "gives-a-reason",
            "check",
            each=_decide("decision", "=", "overridden"),
            must=Both(IsNull(Column("claim_id"), is_negated=True), Binary(Column("dwell_s"), ">=", Literal(4.0))),
            tolerate=random.choice([0, 5, 20]),
            severity=next(severities),
            incorrect=random.choice([3, 5]),
            correct=random.choice([4, 10]),
            effective_from=random.choice([None, middle]),
        ),
        Rule(
            "opens-evidence",
            "preceded_by",
            each=_decide("amount", ">=", 1000),
            target=events("evidence_opened"),
            fence=random.choice([None, events("recommendation_shown")]),
            same=("claim_id",),
            within=EVIDENCE_WITHIN,
            tolerate=random.choice([0, 10]),
            severity=next(severities),
            correct=random.choice([5, 10]),
        ),
        Rule(
            "four-eyes",
            "followed_by",
            each=Selector(
                (
                    Alternative(
                        ("decide",),
                        Both(
                            Binary(Column("decision"), "=", Literal("accepted")),
                            Binary(Column("amount"), ">=", Literal(float(LARGE))),
                        ),
                    ),
                )
            ),
            target=events("second_review"),
            who="other_user",
            same=("claim_id",),
            within=REVIEW_WITHIN,
            severity="blocker",
            correct=3,
            reach=random.choice([None, (4, 7)]),
        ),
        Rule(
            "settles-claims",
            "not_followed_by",
            each=events("decide"),
            target=events("reopen"),
            same=("claim_id",),
            within=REOPEN_WITHIN,
            tolerate=10,
            severity=next(severities),
        ),
        Rule(
            "overrides-sometimes",
            "share",
            of=_decide("decision", "=", "overridden"),
            among=events("decide"),
            least=random.choice([None, 3]),
            most=random.choice([40, 60]),
            severity=next(severities),
            reach=(12, random.choice([5, 8])),
            effective_to=random.choice([None, middle]),
        ),
        Rule(
            "decides-often",
            "cadence",
            of=events("decide"),
            need=random.choice([2, 3]),
            unit=random.choice(["days", "events"]),
            tolerate=random.choice([0, 25]),
            severity=next(severities),
            incorrect=2,
            correct=random.choice([2, 4]),
            reach=random.choice([None, (6, 9)]),
        ),
    )


def counts(random: Random, prompts: str) -> tuple[Rule, ...]:
    """Rules on daily counts; `prompts` is the measure of how often a person asked."""
    severities = random.sample(["major", "minor", "minor"], 3)
    return (
        Rule(
            f"accepts-with-judgement-{prompts}",
            "share",
            of=events("accepted"),
            among=events("offered"),
            least=random.choice([None, 20]),
            most=random.choice([50, 80]),
            severity=severities[0],
            incorrect=20,
            correct=30,
        ),
        Rule(
            f"uses-weekly-{prompts}",
            "cadence",
            of=events(prompts),
            need=random.choice([1, 2]),
            unit="days",
            tolerate=30,
            severity=severities[1],
            incorrect=2,
            correct=3,
        ),
        Rule(
            f"asks-enough-{prompts}",
            "cadence",
            of=events(prompts),
            need=random.choice([5, 12]),
            unit="events",
            severity=severities[2],
            incorrect=2,
            correct=2,
        ),
    )


def _decide(column: str, sign: str, content: str | float) -> Selector:
    return Selector((Alternative(("decide",), Binary(Column(column), sign, Literal(content))),))
