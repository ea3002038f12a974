"""What each kind means, in words: the table of the language page. The meaning itself is one macro per kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """One obligation `per`, `kept` if and only if; what else a writer must know; the Declare templates it expresses."""

    per: str
    kept: str
    further: str
    declare: str = "-"


MEANINGS: Mapping[str, Meaning] = {
    "check": Meaning(
        "event of `each`",
        "`must` is true of the event itself",
        "Where `must` comes to null, because the log does not say, the outcome is unknown.",
        "absence, existence (with data)",
    ),
    "followed_by": Meaning(
        "event of `each`",
        "a `then` lies at or after it, no later than `within`, and no `before` lies strictly earlier than that `then`",
        "Pending until the time is over. The earliest `then` decides: it has the best chance.",
        "response, alternate response, chain response",
    ),
    "preceded_by": Meaning(
        "event of `each`",
        "a `first` lies at or before it, no earlier than `within`, and not before the latest `since`",
        "Decided at once and never pending, so this is the kind to prefer: put the rule on the risky act (sign, share,"
        " pay), and a suggestion that is abandoned breaks nothing. Where the log begins too late to tell, the outcome"
        " is unknown.",
        "precedence, alternate precedence, chain precedence",
    ),
    "not_followed_by": Meaning(
        "event of `each`",
        "no `never` lies strictly later within the time",
        "Pending until the time is over; broken as soon as a `never` is there.",
        "not response",
    ),
    "count": Meaning(
        "person and session, item, conversation, day or attribute (`per`) that has an `each`, if one is named",
        "`min` <= number of `of` <= `max`",
        "Too many is broken at once; anything else is pending until the group has been quiet for `settle`.",
        "existence n, absence n, exactly n",
    ),
    "share": Meaning(
        "event of `among`",
        "it is also an `of`; the person is judged by the share of those, which must lie from `min` to `max`",
        "Both ends can be wrong. Over daily counts, `of` and `among` name measures, and a day weighs as much as its"
        " `among` counts.",
    ),
    "cadence": Meaning(
        "person and week with at least two available days",
        "the number of `of`, or of days with one, is at least the need times available days / 5, rounded up",
        "Leave, holidays, part time and outages make a week shorter. `of` may name a measure of daily counts. Pending"
        " until the week is over.",
    ),
    "coverage": Meaning(
        "work item of the kinds `items` that was closed",
        "its owner has an event of `by` on the item at or before the closing",
        "An item opened before the log begins, and untouched since, is unknown.",
    ),
    "calibrated": Meaning(
        "event of `each` whose confidence is below `low`, or `high` and more",
        "it was accepted where the confidence was high, or not accepted where it was low; the person is judged by how"
        " much more often sure advice is accepted than unsure advice, which must be at least `gap`",
        "What lies between `low` and `high` says nothing.",
    ),
    "trained": Meaning(
        "event of `each`",
        "a completion of `module` lies in the time `valid_for` before it",
        "Where no completion of anybody was ever loaded, nothing is known about training: unknown, not untrained.",
        "precedence, across tables",
    ),
}
