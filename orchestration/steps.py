"""The steps of a run, each on its own: what the assets call. Their order stands in the assets alone.

Every step returns its counts, which Dagster shows beside the asset.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version

from orchestration.alerting import Sent, find_alerts, send_waiting, unsent_reasons
from orchestration.auditing import audit_tools
from orchestration.counterfactual import judge_as_formerly
from orchestration.errors import DataError
from orchestration.forecasting.cells import METHOD, Cell, Forecast
from orchestration.health import write_health
from orchestration.leadership import deliver, write_page
from orchestration.loading.report import LoadReport
from orchestration.registry import load_registry
from orchestration.registry.production_rows import contact_rows
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
    rows["tool_contact"] = contact_rows(registry)
    with open_warehouse(workspace) as warehouse:
        begin(workspace, stamp_now(workspace, as_of))
        warehouse.remember_publication()
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


def judge_as_before(workspace: Workspace, tell: Callable[[str], None]) -> Counts:
    """Judge what is loaded by the rules and terms of the last publication, of the tools where these have changed.

    A rule whose former text is lost, or no longer runs, cannot be tried: then every move of its tool counts as its
    doing, and `tell` hears why. Nothing is published less for it.
    """
    with open_warehouse(workspace) as warehouse:
        tools, rules = warehouse.former_judgement()
        warehouse.keep_former_judgement(tools, None)
    if not tools:
        return {"tools": 0, "dagster/row_count": 0}
    if rules is None:
        tell(f"the former rules of {', '.join(tools)} are lost")
        return {"tools": len(tools), "dagster/row_count": 0}
    former = workspace.build / "former.duckdb"
    try:
        judge_as_formerly(workspace, rules, tool_ids=tools, into=former, on_model=tell)
        with open_warehouse(workspace) as warehouse:
            kept = warehouse.keep_former_judgement(tools, former)
    except DataError as error:
        tell(f"the former rules of {', '.join(tools)} cannot be tried: {error}")
        kept = 0
    finally:
        former.unlink(missing_ok=True)
    return {"tools": len(tools), "dagster/row_count": kept}


def forecast(workspace: Workspace) -> Counts:
    """Freeze baselines, and foretell every measure that has a target; what nothing has changed of still holds."""
    with open_warehouse(workspace) as warehouse:
        frozen = warehouse.freeze_baselines()
        cells, held = warehouse.cells_to_forecast(), warehouse.held_forecasts()
        same = {cell.key for cell in cells if held.get(cell.key, ("",))[0] == cell.inputs_hash(METHOD)}
        made = _foretold([cell for cell in cells if cell.key not in same])
        warehouse.keep_forecasts(made, [held[key][1] for key in same], METHOD)
    refused = sum(one.refusal is not None for one in made)
    return {"made": len(made) - refused, "refused": refused, "unchanged": len(same), "baselines": frozen}


def _foretold(cells: Sequence[Cell]) -> list[Forecast]:
    if not cells:
        return []
    from orchestration.forecasting.outlook import forecasts  # numpy and scipy: half a second that no other step needs

    return forecasts(cells)


def govern(workspace: Workspace) -> Counts:
    """Find what is wrong with each tool, and answer its readiness audit; both are kept over time."""
    registry = load_registry(workspace)
    with open_warehouse(workspace) as warehouse:
        counts = find_alerts(warehouse.session, workspace, registry)
        return counts | {"gaps": audit_tools(warehouse.session, workspace, registry)}


def send_alerts(workspace: Workspace) -> Sent:
    """Send what waits in the outbox."""
    registry = load_registry(workspace)
    with open_warehouse(workspace) as warehouse:
        return send_waiting(warehouse.session, registry)


def undelivered(workspace: Workspace) -> tuple[str, ...]:
    """Why messages that were tried have not arrived, each reason once."""
    with open_warehouse(workspace) as warehouse:
        return unsent_reasons(warehouse.session)


def measure_training(workspace: Workspace) -> Counts:
    """Estimate what each training has changed; what nothing has changed of still holds."""
    from orchestration.loading.effects import key_of

    with open_warehouse(workspace) as warehouse:
        warehouse.training_plans()  # a lot that was altered would be believed
        made, still_hold = [], []
        held = warehouse.held_effects()
        for asked in warehouse.training_to_measure():
            digest, number = held.get(key_of(asked.question), ("", 0))
            if digest == asked.inputs_hash:
                still_hold.append(number)
            else:
                from orchestration.effects.answers import answer  # statsmodels: seconds that nothing else needs

                made.append((asked.inputs_hash, answer(asked.question, asked.panel, asked.lot)))
        warehouse.keep_effects(made, still_hold)
    refused = sum(one.refusal is not None for _, one in made)
    return {"made": len(made) - refused, "refused": refused, "unchanged": len(still_hold)}


def publish(workspace: Workspace, run_id: str) -> Counts:
    """Publish the marts and note that the run's inputs are done with."""
    with open_warehouse(workspace) as warehouse:
        path = warehouse.publish(run_id)
        write_health(workspace, run_id, warehouse.sources_health())
    finish(workspace)
    return {"bytes": path.stat().st_size}


def leadership_page(workspace: Workspace) -> Counts:
    """Write the leadership page of the newest final week and send it to whom it was not sent yet."""
    page = write_page(workspace)
    sent = deliver(workspace, page, again=False)
    return {"bytes": sum(file.stat().st_size for file in page.files), "sent": len(sent)}


def _counts(report: LoadReport) -> Counts:
    """The ledger of a load; rows are what Dagster charts over time."""
    return {"dagster/row_count": report.loaded} | asdict(report)
