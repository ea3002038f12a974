"""The steps of a run, each on its own: what the assets call. Their order stands in the assets alone.

Every step returns its counts, which Dagster shows beside the asset.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version

from orchestration.loading.report import LoadReport
from orchestration.registry import load_registry
from orchestration.registry.raw_rows import listed_people, raw_rows
from orchestration.registry.rule_timeline import Moment, book_of
from orchestration.registry.rule_versions import record
from orchestration.run_stamp import begin, finish, local_day, parse_as_of, stamp_now
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

Counts = dict[str, int]
LISTED = ("tool_id", "namespace", "value")


def load_rule_book(workspace: Workspace, run_id: str, as_of: str | None, *, full: bool) -> Counts:
    """Check and compile the configuration and put it in place of the last one. Raises ConfigError.

    `full` also forgets what was loaded, so that the steps that follow read the whole inbox anew.
    """
    registry = load_registry(workspace)
    now = datetime.now(UTC).replace(tzinfo=None)
    moment = parse_as_of(as_of, registry.calendar.timezone) if as_of else now
    book = book_of(workspace, registry, Moment(run_id, local_day(moment, registry.calendar.timezone)))
    rows = raw_rows(registry, moment.date()) | {"rule_book": [rule.as_row() for rule in book.rows]}
    rows["eligible_listed"] = [dict(zip(LISTED, one, strict=True)) for one in listed_people(registry)]
    with open_warehouse(workspace) as warehouse:
        begin(workspace, stamp_now(workspace, as_of))
        if full:
            warehouse.forget_loads()
        warehouse.replace_registry(rows)
        warehouse.set_run(run_id, moment, code_version=version("takeup"), rule_book_hash=book.hash)
    record(workspace, book.versions)
    return {f"{table}_rows": len(found) for table, found in rows.items()}


def load_people(workspace: Workspace) -> Counts:
    """Load rosters, absences, outages, training, work items and seats."""
    with open_warehouse(workspace) as warehouse:
        return _counts(warehouse.load_people())


def load_logs(workspace: Workspace, tool_id: str) -> Counts:
    """Load what has come for one tool."""
    with open_warehouse(workspace) as warehouse:
        return _counts(warehouse.load_tool(tool_id))


def publish(workspace: Workspace, run_id: str) -> Counts:
    """Publish the marts and note that the run's inputs are done with."""
    with open_warehouse(workspace) as warehouse:
        path = warehouse.publish(run_id)
    finish(workspace)
    return {"bytes": path.stat().st_size}


def _counts(report: LoadReport) -> Counts:
    """The ledger of a load; rows are what Dagster charts over time."""
    return {"dagster/row_count": report.loaded} | asdict(report)
