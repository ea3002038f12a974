"""A judge of its own, written from the rule language alone: slow, plain, and with nothing of production in it.

It looks at every event for every obligation. Where the language leaves room, concurrency never convicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tests.judge.language import Log, Rule
from tests.judge.obligations import Obligation, is_asked
from tests.judge.records import cadence, coverage, share_of_counts, trained
from tests.judge.sequences import followed_by, not_followed_by, preceded_by
from tests.judge.single_events import calibrated, check, count, share
from tests.judge.verdicts import Verdict, of_outcomes, verdicts, verdicts_of_versions

__all__ = ["Obligation", "Verdict", "obligations", "of_outcomes", "verdicts", "verdicts_of_versions"]

KINDS: Mapping[str, Callable[[Rule, Log], Iterator[Obligation]]] = {
    "check": check,
    "followed_by": followed_by,
    "preceded_by": preceded_by,
    "not_followed_by": not_followed_by,
    "count": count,
    "share": share,
    "cadence": cadence,
    "coverage": coverage,
    "calibrated": calibrated,
    "trained": trained,
}


def obligations(rule: Rule, log: Log) -> list[Obligation]:
    """What the rule asks of the people of the log within its period, and what came of it."""
    kind = share_of_counts if rule.among_measure else KINDS[rule.kind]
    return [_excused(one, log) for one in kind(rule, log) if is_asked(rule, log, one.user_id, one.at)]


def _excused(one: Obligation, log: Log) -> Obligation:
    hit = any(starts_at <= one.due and ends_at > one.at for starts_at, ends_at in log.outages)
    return replace(one, outcome="excused") if one.outcome == "broken" and hit else one
