"""Judge example events with the production models, in a warehouse of their own that is thrown away afterwards.

`takeup rules evaluate` and `takeup rules test` are thin layers over this: a case is one tool with its own events, rules
and period; any number of cases is judged in one dbt run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from orchestration.cases import Case, CaseAbsence, CaseDay, CaseEvent, CaseItem, CaseSpan, CaseTraining
from orchestration.raw_schema import raw_schema
from orchestration.rules.columns import MEASURES
from orchestration.transform import run_models
from orchestration.workspace import Workspace

__all__ = [
    "Case",
    "CaseAbsence",
    "CaseDay",
    "CaseEvent",
    "CaseItem",
    "CaseSpan",
    "CaseTraining",
    "Judgement",
    "ObligationRow",
    "VerdictRow",
    "judge",
]

MONDAY_TO_FRIDAY = 0b0011111
# Columns of raw.usage_event that a case's event may fill by name; everything else travels as an attribute.
EVENT_TEXTS = ("item_id", "session_id", "conversation_id", "use_case", "feature", "decision", "decision_source")
EVENT_TEXTS_TOO = ("predicted_value", "final_value", "model")
EVENT_NUMBERS = ("confidence", "dwell_ms", "cost")
EVENT_COUNTS = ("input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class ObligationRow:
    case_id: str
    rule_id: str
    user_id: str
    event_id: str | None
    outcome: str
    evidence_event_id: str | None
    weight: int
    version: int
    at: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class VerdictRow:
    case_id: str
    rule_id: str
    user_id: str
    version: int
    judged: int
    broken: int
    pending: int
    unknown: int
    excused: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Obligations in rule and event order, verdicts in rule and user order."""

    obligations: tuple[ObligationRow, ...]
    verdicts: tuple[VerdictRow, ...]


def judge(cases: Sequence[Case], on_model: Callable[[str], None] | None = None) -> Judgement:
    """Obligations and verdicts of all cases, from the production models; `on_model` hears the name of each.

    Raises DataError when a model fails.
    """
    with tempfile.TemporaryDirectory(prefix="takeup-judging-") as folder:
        workspace = Workspace(Path(folder))
        workspace.build.mkdir()
        book = _CaseBook(cases)
        with duckdb.connect(str(workspace.warehouse)) as connection:
            connection.execute(raw_schema())
            for table, rows in book.tables().items():
                insert_rows(connection, table, rows)
        run_models(workspace, select=["+int_verdicts"], on_model=on_model).raise_if_failed()
        with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
            return book.judgement(connection)


class _CaseBook:
    """Numbers users, events and rules over all cases, and translates back."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.users: list[tuple[str, str]] = []
        self.events: list[str] = []
        self.rules: list[tuple[str, str, int]] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for case in cases:
            self._add(case)

    def tables(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return self._rows

    def _put(self, table: str, **row: Any) -> None:
        self._rows.setdefault(table, []).append(row)

    def _add(self, case: Case) -> None:
        if not self._rows:
            self._add_company()
        self._put("tool", **_tool(case, len(self.rules)))
        self._put("tool_source", **_tool_source(case))
        self._put(
            "tool_period",
            tool_id=case.case_id,
            starts_at=case.starts_at,
            ends_at=case.ends_at,
            watermark_at=case.watermark_at,
            data_from_at=case.data_from_at,
        )
        users = self._add_users(case)
        for event in sorted(case.events, key=_event_order):
            self.events.append(event.event_id)
            self._put("usage_event", **_usage_event(case, event, len(self.events), users))
        for rule in case.rules:
            self.rules.append((case.case_id, str(rule["rule_id"]), int(rule["version"])))
            self._put("rule_book", **{**rule, "rule_no": len(self.rules), "tool_id": case.case_id})
        for starts_at, ends_at in case.outages:
            self._put("outage", tool_id=case.case_id, starts_at=starts_at, ends_at=ends_at, load_id=0)
        self._add_records(case, users)

    def _add_records(self, case: Case, users: Mapping[str, int]) -> None:
        """What is known beside the events: counts of days, completions, work items."""
        for day in case.days:
            number = len(self._rows.get("usage_aggregate", ())) + 1
            self._put("usage_aggregate", **_usage_aggregate(case, day, number, users))
        for one in case.trainings:
            self._put(
                "training_completion",
                alias_no=users[one.user_id],
                module=one.module,
                completed_at=one.completed_at,
                load_id=0,
            )
        for item in case.items:
            self._put(
                "work_item",
                item_id=item.item_id,
                alias_no=users[item.user_id],
                tool_id=case.case_id,
                kind=item.kind,
                opened_at=item.opened_at,
                closed_at=item.closed_at,
                load_id=0,
            )

    def _add_company(self) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        self._put("calendar", timezone="UTC", working_days=MONDAY_TO_FRIDAY, org_unit="department", small_group=1)
        self._put(
            "run",
            run_id="judging",
            started_at=now,
            as_of=datetime(9999, 1, 1),
            contract_version=1,
            code_version="",
            rule_book_hash="",
        )

    def _add_users(self, case: Case) -> Mapping[str, int]:
        numbers = {name: len(self.users) + position for position, name in enumerate(case.users, start=1)}
        for name, number in numbers.items():
            self.users.append((case.case_id, name))
            if name in case.strangers:
                continue
            self._put("person", person_no=number, person_key=name)
            for span in case.spans_of(name):
                self._put("person_span", **_person_span(span, number))
            self._put("identity_alias", namespace="case", alias_no=number, person_no=number)
            self._put("eligible_listed", tool_id=case.case_id, alias_no=number)
        for absence in case.absences:
            if absence.user_id in numbers:
                self._put(
                    "absence",
                    person_no=numbers[absence.user_id],
                    first_date=absence.first_date,
                    last_date=absence.last_date,
                    load_id=0,
                )
        return numbers

    def judgement(self, connection: duckdb.DuckDBPyConnection) -> Judgement:
        obligations = connection.execute(
            "select rule_no, person_no, event_no, outcome, evidence_event_no, weight, obligation_at, due_at"
            " from intermediate.int_obligations"
            " order by rule_no, event_no, person_no, obligation_at, outcome"
        ).fetchall()
        verdicts = connection.execute(
            "select rule_no, person_no, judged, broken, pending, unknown, excused, verdict"
            " from intermediate.int_verdicts order by rule_no, person_no"
        ).fetchall()
        return Judgement(
            tuple(self._obligation(*row) for row in obligations), tuple(self._verdict(*row) for row in verdicts)
        )

    def _obligation(
        self, rule: int, person: int, event: int | None, outcome: str, evidence: int | None, *weight_and_times: Any
    ) -> ObligationRow:
        case_id, rule_id, version = self.rules[rule - 1]
        weight, at, due = weight_and_times
        user, event_id, evidence_id = self.users[person - 1][1], self._event(event), self._event(evidence)
        return ObligationRow(case_id, rule_id, user, event_id, outcome, evidence_id, weight, version, at, due)

    def _verdict(self, rule: int, person: int, *counts_and_verdict: Any) -> VerdictRow:
        case_id, rule_id, version = self.rules[rule - 1]
        return VerdictRow(case_id, rule_id, self.users[person - 1][1], version, *counts_and_verdict)

    def _event(self, number: int | None) -> str | None:
        return None if number is None else self.events[number - 1]


def _event_order(event: CaseEvent) -> tuple[int, int, str]:
    """Whole-number ids in numeric order, others as text: the tie-break among concurrent candidates of evidence."""
    is_number = event.event_id.isdecimal()
    return (0 if is_number else 1, int(event.event_id) if is_number else 0, event.event_id)


def _tool(case: Case, position: int) -> dict[str, Any]:
    return {
        "tool_id": case.case_id,
        "title": case.case_id,
        "owner_name": "",
        "owner_email": "",
        "live_from": case.starts_at.date(),
        "eligible_kind": "list",
        "window_weeks": 1,
        "min_uses": 1,
        "min_available_days": 0,
        "grace_days": 0,
        "late_days": 0,
        "is_paused": False,
        "has_work_items": False,
        "can_prove": True,
        "reads_aggregates": False,
        "position": position,
    }


def _tool_source(case: Case) -> dict[str, Any]:
    return {
        "source_id": case.case_id,
        "tool_id": case.case_id,
        "format": "case",
        "grain": "event",
        "path": "",
        "late_days": 0,
    }


def _person_span(span: CaseSpan, number: int) -> dict[str, Any]:
    return {
        "person_no": number,
        "valid_from": span.valid_from,
        "valid_to": span.valid_to,
        "role": span.role,
        "working_days": span.working_days,
    }


def _usage_event(case: Case, event: CaseEvent, number: int, users: Mapping[str, int]) -> dict[str, Any]:
    named = (*EVENT_TEXTS, *EVENT_TEXTS_TOO, *EVENT_NUMBERS, *EVENT_COUNTS)
    return {
        **{name: event.fields.get(name) for name in named},
        "event_no": number,
        "key_rest": 0,
        "event_id": event.event_id,
        "tool_id": case.case_id,
        "source_id": case.case_id,
        "event_name": event.event_name,
        "occurred_at": event.occurred_at,
        "ord": event.ord,
        "alias_no": None if event.user_id is None else users[event.user_id],
        "actor_type": event.actor_type,
        "is_user_initiated": True,
        "attributes": orjson.dumps({k: v for k, v in event.fields.items() if k not in named}).decode(),
        "load_id": 0,
        "line_no": number,
        "lines": 1,
    }


def _usage_aggregate(case: Case, day: CaseDay, number: int, users: Mapping[str, int]) -> dict[str, Any]:
    key = f"{number:032x}"
    return {
        **{name: day.measures.get(name) for name in MEASURES},
        "record_key": key,
        "record_hash": key,
        "tool_id": case.case_id,
        "source_id": case.case_id,
        "alias_no": users[day.user_id],
        "actor_type": "human",
        "part": "",
        "scope": "",
        "grain": "day",
        "period_start": day.day,
        "period_end": day.day + timedelta(days=1),
        "attributes": orjson.dumps({k: v for k, v in day.measures.items() if k not in MEASURES}).decode(),
        "coverage": "unknown",
        "as_of": datetime.combine(day.day, time()),
        "is_final": True,
        "load_id": 0,
        "line_no": number,
        "lines": 1,
    }


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows into a raw table by column name; DuckDB casts texts to uuid and json."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    batch = pa.table({name: [row.get(name) for row in rows] for name in columns})
    connection.register("batch", batch)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"insert into raw.{table} ({names}) select {names} from batch")
    connection.unregister("batch")
