"""The only writer of warehouse.duckdb: registry tables, loads, the ledger, the quarantine, the publication.

    with open_warehouse(workspace) as warehouse:
        warehouse.replace_registry(rows)
        warehouse.load_people()
        warehouse.load_tool("doc-extract")
        warehouse.publish("20260302-1")

Small files of a source share a transaction, a large one has its own. What a file brings does not depend on which
file came before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from orchestration import publication, refresh
from orchestration.errors import DataError
from orchestration.forecasting.cells import Cell, Forecast
from orchestration.health import SourceHealth
from orchestration.loading import forecasts, history, layout, plans, quarantine
from orchestration.loading.alert_facts import sources_health
from orchestration.loading.inbox import (
    company_files,
    company_format,
    inputs_fingerprint,
    tool_files,
)
from orchestration.loading.ledger import LedgerLine, forget_loads, ledger, verify_ledger
from orchestration.loading.loader import load_files
from orchestration.loading.lock import writer_lock
from orchestration.loading.observing import observe
from orchestration.loading.people import rebuild_people
from orchestration.loading.quarantine import Quarantined
from orchestration.loading.replay import ReplayReport, replay
from orchestration.loading.report import LoadReport
from orchestration.loading.session import Session
from orchestration.loading.source import Source
from orchestration.opening import writing
from orchestration.publication import latest_publication, status
from orchestration.raw_schema import raw_schema
from orchestration.training_plans import Entry, Plan
from orchestration.vault import Vault
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.effects.results import Answer
    from orchestration.loading import effects

__all__ = [
    "LedgerLine",
    "LoadReport",
    "Quarantined",
    "ReplayReport",
    "Warehouse",
    "inputs_fingerprint",
    "latest_publication",
    "open_warehouse",
    "status",
    "writer_lock",
]

REGISTRY_TABLES = (
    "tool",
    "tool_source",
    "tool_production",
    "tool_contact",
    "tool_link",
    "tool_pause",
    "eligible_listed",
    "target",
    "rule_book",
    "calendar",
    "holiday",
    "identity_column",
    "roster_column",
    "tool_period",
)


@contextmanager
def open_warehouse(workspace: Workspace, *, now: datetime | None = None) -> Iterator[Warehouse]:
    """The workspace's warehouse, created when it is missing, for this process alone.

    `now` (UTC, no zone; default: the clock) stamps loads, dates rosters without a date and bounds future times.
    Raises DataError when another process is writing, naming it.
    """
    at = now or datetime.now(UTC).replace(tzinfo=None)
    with writing(workspace) as connection:
        yield Warehouse(Session(workspace, connection, Vault(workspace), at))


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The open warehouse of one workspace. Obtained from open_warehouse, valid until its block ends."""

    session: Session

    @property
    def vault(self) -> Vault:
        """The workspace's sealed identities."""
        return self.session.vault

    def replace_registry(self, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Replace each given registry table as a whole; tables that are not given stay as they are.

        Keys are table names without `raw.`, rows have column names as keys. Rows of `eligible_listed` may name people
        as {tool_id, namespace, value}. Dicts and lists become JSON. All tables change at once, or none.
        """
        unknown = set(rows) - set(REGISTRY_TABLES)
        if unknown:
            raise DataError(f"{', '.join(sorted(unknown))}: not a registry table - use {', '.join(REGISTRY_TABLES)}")
        with self.session.transaction():
            for table, entries in rows.items():
                self._replace(table, [self._registry_row(entry) for entry in entries])

    def set_run(
        self,
        run_id: str,
        as_of: datetime,
        *,
        code_version: str,
        rule_book_hash: str,
        contract_version: int = 1,
        started_at: datetime | None = None,
    ) -> None:
        """Say what this run is: the one row of raw.run. Times are UTC without a zone."""
        row = {
            "run_id": run_id,
            "started_at": started_at or self.session.now,
            "as_of": as_of,
            "contract_version": contract_version,
            "code_version": code_version,
            "rule_book_hash": rule_book_hash,
        }
        with self.session.transaction():
            self._replace("run", [row])

    def remember_publication(self) -> None:
        """Keep what the latest publication says; see orchestration.loading.history.remember."""
        history.remember(self.session)

    def former_judgement(self) -> tuple[list[str], list[Mapping[str, Any]] | None]:
        """The tools that are judged otherwise than in the last publication, and the rules they had then.

        None for the rules when the text of one is lost.
        """
        tools = history.changed_tools(self.session)
        return tools, history.former_rules(self.session, tools)

    def keep_former_judgement(self, tool_ids: list[str], marts: Path | None) -> int:
        """Keep how the run's data are judged by the former rules (None: unknown); the number of statuses."""
        return history.keep_former(self.session, tool_ids, marts)

    def freeze_baselines(self) -> int:
        """Keep where targets began, see orchestration.loading.forecasts; what was never published is taken back first.

        The number of baselines kept.
        """
        forecasts.take_back(self.session)
        return forecasts.freeze_baselines(self.session)

    def cells_to_forecast(self) -> list[Cell]:
        """Every measure with a target, as the marts of this run have it."""
        return forecasts.cells(self.session)

    def held_forecasts(self) -> dict[forecasts.Key, tuple[str, int]]:
        """The forecasts that hold now: hash of their inputs and number, by cell."""
        return forecasts.held(self.session)

    def keep_forecasts(self, made: Sequence[Forecast], still_hold: Sequence[int], method: str) -> None:
        """Keep new forecasts for good and let them hold, beside those named in `still_hold`."""
        forecasts.keep(self.session, made, still_hold, method)

    def held_effects(self) -> dict[effects.Key, tuple[str, int]]:
        """The effects that hold now: hash of their inputs and number, by question.

        What was never published is taken back first.
        """
        from orchestration.loading import effects  # numpy: only this step needs it

        effects.take_back(self.session)
        return effects.held(self.session)

    def training_to_measure(self) -> Iterator[effects.Asked]:
        """Of which trainings the effect is asked, see orchestration.loading.effects; one at a time: they are large."""
        from orchestration.loading import effects

        return effects.asked(self.session)

    def keep_effects(self, made: Sequence[tuple[str, Answer]], still_hold: Sequence[int]) -> None:
        """Keep new answers for good and let them hold, beside those named in `still_hold`."""
        from orchestration.loading import effects

        effects.keep(self.session, made, still_hold)

    def training_plans(self) -> list[Plan]:
        """All plans that were ever made, the oldest first. Raises DataError when one was changed afterwards."""
        return plans.plans(self.session)

    def keep_training_plan(
        self, publication_id: str, hold_out: float, seed: int | None, due_date: date, entries: Sequence[Entry]
    ) -> Plan:
        """Make a plan of these entries, under the day and a number."""
        plan_id = plans.next_id(self.session, self.session.now.date())
        made_at = self.session.now.replace(microsecond=0)
        return plans.add(self.session, Plan(plan_id, publication_id, hold_out, seed, due_date, made_at, tuple(entries)))

    def load_people(self) -> LoadReport:
        """Load rosters, absences, outages, training, work items and eligible lists; rebuild spans and aliases.

        The tools must be known (replace_registry), since eligible lists are named after them.
        """
        reports = load_files(self.session, company_files(self.session))
        # Always, not only after news: a run that died between loading a roster and this line left spans behind.
        self._rebuild_people()
        return sum(reports.values(), LoadReport())

    def load_tool(self, tool_id: str) -> LoadReport:
        """Load all new files of a tool's sources (raw.tool_source). Files without news are not in the report.

        Raises DataError when the warehouse is of a former layout.
        """
        layout.require_present(self.session)
        report = sum(load_files(self.session, tool_files(self.session, tool_id)).values(), LoadReport())
        observe(self.session, tool_id)
        return report

    def forget_loads(self) -> None:
        """For `--full`: empty the usage tables, their ledger and quarantine, so that loading reads the inbox anew.

        Rosters and other company files are forgotten only while the inbox still has them: their history stays.
        """
        forget_loads(self.session)
        layout.renew(self.session.connection, raw_schema())
        refresh.forget(self.session)
        self.session.run("checkpoint")

    def ledger(self, tool_id: str | None = None) -> list[LedgerLine]:
        """One line per source: files and lines by fate; of one tool or of everything."""
        return ledger(self.session, tool_id)

    def verify_ledger(self, tool_id: str | None = None) -> None:
        """Compare every load's counts with the rows that are stored under it; DataError names those that differ."""
        verify_ledger(self.session, tool_id)

    def quarantine(self, tool_id: str | None = None) -> list[Quarantined]:
        """The entries of the quarantine, by file and line, without their bytes."""
        return quarantine.entries(self.session, tool_id)

    def quarantined_bytes(self, load_id: int, line_no: int) -> list[bytes]:
        """The bytes of the entries at one line, as they came."""
        rows = self.session.rows(
            "select raw_sealed from raw.quarantine where load_id = ? and line_no = ? order by byte_offset",
            [load_id, line_no],
        )
        return [self.vault.unseal(row[0]) for row in rows]

    def replay(self, tool_id: str | None = None) -> ReplayReport:
        """Parse quarantined lines again and load what parses now."""
        report = replay(self.session, self._source_of, tool_id)
        if report.mended:
            self._rebuild_people()
        return report

    def sources_health(self) -> list[SourceHealth]:
        """How far each source reaches by the marts of the run under way, and by when it must reach further."""
        return sources_health(self.session)

    def publish(self, publication_id: str) -> Path:
        """Publish the finished marts and note what they were built from; see publication.publish, refresh.finish."""
        path = publication.publish(self.session.workspace, publication_id)
        refresh.finish(self.session)
        return path

    def _rebuild_people(self) -> None:
        with self.session.transaction():
            rebuild_people(self.session)

    def _source_of(self, source_id: str) -> Source | None:
        """The source as the registry and the ledger know it; None when its tool or format has gone."""
        rows = self.session.rows(
            "select format, tool_id from raw.tool_source where source_id = ? "
            "union all select format, tool_id from raw.load where source_id = ? "
            "and dataset not in ('events', 'aggregates') limit 1",
            [source_id, source_id],
        )
        return Source(source_id, rows[0][1], company_format(self.session, rows[0][0])) if rows else None

    def _registry_row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        entry = dict(row)
        if "namespace" in entry:
            entry["alias_no"] = self.vault.pseudonymiser.alias_no(entry.pop("namespace"), entry.pop("value"))
        return {
            name: orjson.dumps(value).decode() if isinstance(value, dict | list) else value
            for name, value in entry.items()
        }

    def _replace(self, table: str, rows: list[dict[str, Any]]) -> None:
        self.session.run(f"delete from raw.{table}")
        if rows:
            self.session.connection.register("batch", pa.Table.from_pylist(rows))
            self.session.run(f"insert into raw.{table} by name select * from batch")
            self.session.connection.unregister("batch")
