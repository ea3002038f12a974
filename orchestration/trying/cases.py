"""An example of a rule as a case for the judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from orchestration.judging import Case, CaseAbsence, CaseDay, CaseEvent, CaseItem, CaseTraining
from orchestration.rules.compile import RuleRow
from orchestration.rules.example_log import ExampleLog

# An example tells everything about training: a completion that it does not name has not happened. The judge would
# otherwise call it unknown, for want of any training record.
_TRAINING_IS_KNOWN = CaseTraining("(nobody)", "(no module)", datetime(2000, 1, 1))


def case_of(case_id: str, log: ExampleLog, rules: Sequence[RuleRow]) -> Case:
    """`log` under `rules`, which get the ids '0', '1', ... so that a rule and its mutants can share the case."""
    return Case(
        case_id=case_id,
        events=[
            CaseEvent(one.event_id, one.event_name, one.occurred_at, one.user_id, None, one.actor_type, one.fields)
            for one in log.events
        ],
        rules=[_always_in_force(row, str(number)) for number, row in enumerate(rules)],
        starts_at=log.starts_at,
        ends_at=log.ends_at,
        watermark_at=log.watermark_at,
        data_from_at=log.data_from_at,
        absences=[CaseAbsence(one.user_id, one.first_date, one.last_date) for one in log.absences],
        outages=log.outages,
        days=[CaseDay(one.user_id, one.day, one.measures) for one in log.days],
        trainings=[
            *_known_training(rules),
            *(CaseTraining(t.user_id, t.module, t.completed_at) for t in log.trainings),
        ],
        items=[CaseItem(i.user_id, i.item_id, i.kind, i.opened_at, i.closed_at) for i in log.items],
        roles=log.roles,
    )


def _known_training(rules: Sequence[RuleRow]) -> Sequence[CaseTraining]:
    return [_TRAINING_IS_KNOWN] if any(row.kind == "trained" for row in rules) else []


def _always_in_force(row: RuleRow, rule_id: str) -> Mapping[str, Any]:
    """Examples are of no date, so the dates between which a version is in force do not touch them."""
    return replace(row, rule_id=rule_id, effective_from=None, effective_to=None).as_row()
