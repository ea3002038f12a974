"""Judge example events with the production models, in a warehouse of their own that is thrown away afterwards.

`takeup rules evaluate` and `takeup rules test` are thin layers over this: a case is one tool with its own events, rules
and period; any number of cases is judged in one dbt run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from orchestration.transform import run_models
from orchestration.workspace import Workspace

SCHEMA = Path(__file__).with_name("raw_schema.sql")
MONDAY_TO_FRIDAY = 0b0011111
# Columns of raw.usage_event that a case's event may fill by name; everything else travels as an attribute.
EVENT_TEXTS = ("item_id", "session_id", "conversation_id", "use_case", "feature", "decision", "decision_source")
EVENT_TEXTS_TOO = ("predicted_value", "final_value", "model")
EVENT_NUMBERS = ("confidence", "dwell_ms", "cost")
EVENT_COUNTS = ("input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One event of a case. `ord`: equal is concurrent; None: the time decides. `user_id` None: nobody is named."""

    event_id: str
    event_name: str
    occurred_at: datetime
    user_id: str | None
    ord: int | None = None
    actor_type: str = "human"
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseAbsence:
    user_id: str
    first_date: date
    last_date: date


@dataclass(frozen=True, slots=True)
class Case:
    """One tool, judged over one period [starts_at, ends_at). `rules` are rows of raw.rule_book without rule_no."""

    case_id: str
    events: Sequence[CaseEvent]
    rules: Sequence[Mapping[str, Any]]
    starts_at: datetime
    ends_at: datetime
    watermark_at: datetime
    data_from_at: datetime
    absences: Sequence[CaseAbsence] = ()
    outages: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True, slots=True)
class ObligationRow:
    case_id: str
    rule_id: str
    user_id: str
    event_id: str | None
    outcome: str
    evidence_event_id: str | None
    weight: int


@dataclass(frozen=True, slots=True)
class VerdictRow:
    case_id: str
    rule_id: str
    user_id: str
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


def judge(cases: Sequence[Case]) -> Judgement:
    """Obligations and verdicts of all cases, from the production models. Raises DataError when a model fails."""
    with tempfile.TemporaryDirectory(prefix="takeup-judging-") as folder:
        workspace = Workspace(Path(folder))
        workspace.build.mkdir()
        book = _CaseBook(cases)
        with duckdb.connect(str(workspace.warehouse)) as connection:
            connection.execute(SCHEMA.read_text())
            for table, rows in book.tables().items():
                _insert(connection, table, rows)
        run_models(workspace, select=["+int_verdicts"]).raise_if_failed()
        with duckdb.connect(str(workspace.warehouse), read_only=True) as connection:
            return book.judgement(connection)


class _CaseBook:
    """Numbers users, events and rules over all cases, and translates back."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.users: list[tuple[str, str]] = []
        self.events: list[str] = []
        self.rules: list[tuple[str, str]] = []
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
            self.rules.append((case.case_id, str(rule["rule_id"])))
            self._put("rule_book", **{**rule, "rule_no": len(self.rules), "tool_id": case.case_id})
        for starts_at, ends_at in case.outages:
            self._put("outage", tool_id=case.case_id, starts_at=starts_at, ends_at=ends_at, load_id=0)

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
        names = sorted({event.user_id for event in case.events if event.user_id is not None})
        numbers = {name: len(self.users) + position for position, name in enumerate(names, start=1)}
        for name, number in numbers.items():
            self.users.append((case.case_id, name))
            self._put("person", person_no=number, person_key=name)
            self._put("person_span", person_no=number, valid_from=date(1, 1, 1), valid_to=date(9999, 12, 31), role=None)
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
            "select rule_no, person_no, event_no, outcome, evidence_event_no, weight from intermediate.int_obligations"
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
        self, rule: int, person: int, event: int | None, outcome: str, evidence: int | None, weight: int
    ) -> ObligationRow:
        case_id, rule_id = self.rules[rule - 1]
        return ObligationRow(
            case_id, rule_id, self.users[person - 1][1], self._event(event), outcome, self._event(evidence), weight
        )

    def _verdict(self, rule: int, person: int, *counts_and_verdict: Any) -> VerdictRow:
        case_id, rule_id = self.rules[rule - 1]
        return VerdictRow(case_id, rule_id, self.users[person - 1][1], *counts_and_verdict)

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


def _usage_event(case: Case, event: CaseEvent, number: int, users: Mapping[str, int]) -> dict[str, Any]:
    named = (*EVENT_TEXTS, *EVENT_TEXTS_TOO, *EVENT_NUMBERS, *EVENT_COUNTS)
    key = f"{number:032x}"
    return {
        **{name: event.fields.get(name) for name in named},
        "record_key": key,
        "record_hash": key,
        "event_no": number,
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


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by column name; DuckDB casts texts to uuid and json."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    batch = pa.table({name: [row.get(name) for row in rows] for name in columns})
    connection.register("batch", batch)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"insert into raw.{table} ({names}) select {names} from batch")
    connection.unregister("batch")
