"""Plans of training in the warehouse: added once, read ever after, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from orchestration.errors import DataError
from orchestration.loading.session import Session
from orchestration.training_plans import Entry, Plan, fingerprint

_HEAD = "plan_id, publication_id, hold_out, seed, due_date, made_at, fingerprint"
_ENTRY = ", ".join(Entry.__slots__)


def plans(session: Session) -> list[Plan]:
    """All plans, the oldest first. Raises DataError when one is no longer what was made."""
    found = _read(session)
    for plan in found:
        if fingerprint(plan) != plan.fingerprint:
            raise DataError(
                f"plan {plan.plan_id} was changed after it was made - restore {session.workspace.warehouse}"
            )
    return found


@contextmanager
def entries_may_go(session: Session) -> Iterator[None]:
    """Plans from which people are erased meanwhile hold without them; one that was altered before stays refused."""
    whole = {plan.plan_id for plan in _read(session) if fingerprint(plan) == plan.fingerprint}
    yield
    for plan in _read(session):
        if plan.plan_id in whole:
            digest = fingerprint(plan)
            session.run("update raw.training_plan set fingerprint = ? where plan_id = ?", [digest, plan.plan_id])


def _read(session: Session) -> list[Plan]:
    return [_plan(session, row) for row in session.rows(f"select {_HEAD} from raw.training_plan order by made_at, 1")]


def _plan(session: Session, row: tuple[Any, ...]) -> Plan:
    plan_id, publication_id, hold_out, seed, due_date, made_at, digest = row
    entries = session.rows(f"select {_ENTRY} from raw.training_plan_entry where plan_id = ?", [plan_id])
    return Plan(
        plan_id, publication_id, hold_out, seed, due_date, made_at, tuple(Entry(*one) for one in entries), digest
    )


def next_id(session: Session, today: date) -> str:
    """The day and a number that no other plan has."""
    made = session.rows("select plan_id from raw.training_plan where plan_id like ?", [f"{today}-%"])
    return f"{today}-{len(made) + 1}"


def add(session: Session, plan: Plan) -> Plan:
    """Keep the plan for good, with its fingerprint."""
    kept = replace(plan, fingerprint=fingerprint(plan))
    rows = [asdict(entry) | {"plan_id": plan.plan_id} for entry in plan.entries]
    with session.transaction():
        values: list[str | float | int | date | datetime | None] = [getattr(kept, name) for name in _HEAD.split(", ")]
        session.run(f"insert into raw.training_plan ({_HEAD}) values (?, ?, ?, ?, ?, ?, ?)", values)
        session.connection.register("batch", pa.Table.from_pylist(rows))
        session.run("insert into raw.training_plan_entry by name select * from batch")
        session.connection.unregister("batch")
    return kept
