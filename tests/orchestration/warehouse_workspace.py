"""A small workspace for the warehouse tests: real files, a real DuckDB file, no mocks."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.warehouse import LoadReport, Warehouse, open_warehouse
from orchestration.workspace import Workspace

NOW = datetime(2026, 6, 1, 12)
TOOL = "doc-extract"
ASSISTANT = "code-assistant"
DATA_TABLES = (
    "usage_event",
    "usage_aggregate",
    "identity_link",
    "unresolved_namespace",
    "quarantine",
    "roster_row",
    "person",
    "person_span",
    "identity_alias",
    "absence",
    "outage",
    "training_completion",
    "training_voiding",
    "work_item",
    "eligible",
)
_HISTORY = {"load_id", "line_no", "byte_offset", "raw_sealed", "lines"}


def make_workspace(root: Path) -> Workspace:
    """An empty workspace with two tools: human-decision events and Copilot aggregates."""
    for folder in (f"inbox/{TOOL}", f"inbox/{ASSISTANT}", "config", *(f"inbox/{name}" for name in _COMPANY)):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "config/tools.yml").write_text("tools: []\n")
    return Workspace.at(root)


_COMPANY = ("people", "absences", "outages", "training", "work_items", "eligible")


def registry() -> dict[str, list[dict[str, Any]]]:
    """The rows that the registry would give for the two tools."""
    sources = [(TOOL, "human-decision", "event"), (ASSISTANT, "github-copilot-users", "day")]
    return {
        "tool": [_tool(tool_id, place) for place, (tool_id, _, _) in enumerate(sources)],
        "tool_source": [
            {
                "source_id": f"{tool_id}/{name}",
                "tool_id": tool_id,
                "format": name,
                "grain": grain,
                "path": f"inbox/{tool_id}",
                "late_days": 3,
                "freshness_hours": None,
            }
            for tool_id, name, grain in sources
        ],
    }


def _tool(tool_id: str, position: int) -> dict[str, Any]:
    return {
        "tool_id": tool_id,
        "title": tool_id,
        "owner_name": "Owner",
        "owner_email": "owner@corp.example",
        "escalation_email": None,
        "live_from": "2026-01-01",
        "eligible_kind": "people",
        "eligible_sql": None,
        "uses_sql": None,
        "window_weeks": 4,
        "min_uses": 1,
        "min_available_days": 5,
        "grace_days": 14,
        "late_days": 3,
        "is_paused": False,
        "rollup_unproven": None,
        "has_work_items": False,
        "can_prove": True,
        "reads_aggregates": tool_id == ASSISTANT,
        "production": {"expected_people_per_day": 10},
        "position": position,
    }


def event(number: int, **data: Any) -> str:
    """One human-decision line; `time`, `subject` and fields of data may be given."""
    time = data.pop("time", f"2026-03-{1 + number % 28:02d}T09:00:00Z")
    subject = data.pop("subject", f"invoice-{number}")
    data = {"user": f"user{number % 7}@corp.example", "confidence": 0.5} | data
    content = {"specversion": "1.0", "id": f"e{number}", "source": "/app", "type": "corp.prediction.accepted"}
    return json.dumps(content | {"subject": subject, "time": time, "data": data})


def usage_day(login: str, day: str, **counts: Any) -> str:
    """One Copilot row; further fields as given."""
    content = {"day": day, "user_login": login, "user_id": sum(login.encode()), "organization_id": "1"}
    return json.dumps(content | {"user_initiated_interaction_count": 1} | counts)


def write(path: Path, lines: Iterable[str | bytes], *, at: datetime | None = None) -> Path:
    """Write lines (gzip when the name says so); `at` (UTC) becomes the modification time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    if at is not None:
        touch(path, at)
    return path


def touch(path: Path, at: datetime) -> None:
    import os
    from datetime import UTC

    seconds = int(at.replace(tzinfo=UTC).timestamp())
    os.utime(path, (seconds, seconds))


def load_everything(workspace: Workspace, *, now: datetime = NOW, is_full: bool = False) -> LoadReport:
    """One run of all loads, with the ledger verified at the end."""
    with open_warehouse(workspace, now=now) as warehouse:
        warehouse.replace_registry(registry())
        if is_full:
            warehouse.forget_loads()
        report = load_all(warehouse)
        warehouse.verify_ledger()
    assert report.is_balanced
    return report


def load_all(warehouse: Warehouse) -> LoadReport:
    return warehouse.load_people() + warehouse.load_tool(TOOL) + warehouse.load_tool(ASSISTANT)


def query(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        return connection.execute(sql).fetchall()


def contents(workspace: Workspace, *, but: frozenset[str] = frozenset()) -> dict[str, str]:
    """A hash of every data table, without what tells the history of loading (load_id, line_no, sealed bytes)."""
    hashes = {}
    with duckdb.connect(str(workspace.warehouse)) as connection:
        for table in set(DATA_TABLES) - but:
            names = [str(row[0]) for row in connection.execute(f"describe raw.{table}").fetchall()]
            kept = ", ".join(f"{name}::varchar" for name in names if name not in _HISTORY)
            rows = connection.execute(f"select {kept} from raw.{table} order by all").fetchall()
            hashes[table] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()[:12]}"
    return hashes
