"""What the last finished refresh of the models was made from, so that the next one rebuilds only what may differ.

dbt works out from where on to rebuild (int_refresh) by comparing with schema `built`. This is written here, in one
transaction when a run has published: a run that dies before leaves the state of the one before it, and the next run
rebuilds the same weeks again.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import duckdb

from orchestration.loading.session import Session
from orchestration.opening import at_hand
from orchestration.parsed_project import project_digest
from orchestration.workspace import Workspace

_IS_WHOLE = """
    select count(*) > 0 and bool_and(model.run_id is not distinct from run.run_id)
    from built.model as model cross join raw.run as run
"""
_REFRESH = """
    insert into built.refresh by name
    select
        $project as project, run.run_id, $after_run_id as after_run_id, max(touched.load_id) as load_id,
        max(touched.touch_no) as touch_no
    from intermediate.int_touched as touched cross join raw.run as run
    group by run.run_id
"""
_TOOLS = """
    delete from built.tool;
    insert into built.tool
    select
        touched.tool_id, touched.sources_hash, reached.watermark_at, min(pending.week_start) as pending_week,
        refresh.cut_week
    from intermediate.int_touched as touched
    inner join intermediate.int_tool_watermarks as reached on reached.tool_id = touched.tool_id
    inner join intermediate.int_refresh as refresh on refresh.tool_id = touched.tool_id
    left join raw.rule_book as rule on rule.tool_id = touched.tool_id
    left join intermediate.int_obligation_events as pending
        on pending.rule_no = rule.rule_no and pending.outcome = 'pending'
    group by all
"""
# Groups with an event in the weeks that were rebuilt have been read from their first event on.
_GROUPS = """
    delete from built.count_group as known
    where not exists (
        select 1 from intermediate.int_refresh as refresh
        where refresh.tool_id = known.tool_id and cast(known.last_at as date) < refresh.cut_week - 1
    );
    delete from built.count_group as known using intermediate.int_count_groups as found
    where found.tool_id = known.tool_id and found.group_no = known.group_no;
    insert into built.count_group select * from intermediate.int_count_groups
"""
_COPIES = """
    create or replace table built.input as select * from intermediate.int_refresh_inputs;
    create or replace table built.alias as
    select tool_id, alias_no, min(first_date) as first_date from intermediate.int_alias_weeks
    where alias_no is not null group by all
"""


@cache
def _models_now() -> str:
    """Once per process: what is built by the models as they were is never taken for built by what they have become."""
    return project_digest()


def starts_anew(workspace: Workspace) -> bool:
    """Whether nothing that was built can be kept: nothing was, or by other models."""
    if not workspace.warehouse.is_file():
        return True
    with at_hand(workspace) as connection:
        try:
            return connection.execute("select project from built.refresh").fetchall() != [(_models_now(),)]
        except duckdb.CatalogException:
            return True


def note_built(workspace: Workspace, models: Collection[str], done: Collection[str]) -> None:
    """Remember that the run under way has built `done` of all the `models` that keep rows from run to run."""
    with at_hand(workspace, read_only=False) as connection:
        connection.execute("delete from built.model where model not in (select unnest(?::varchar[]))", [list(models)])
        connection.execute(
            "insert or ignore into built.model select unnest(?::varchar[]), null",
            [list(models)],
        )
        connection.execute(
            "update built.model set run_id = (select max(run_id) from raw.run) "
            "where model in (select unnest(?::varchar[]))",
            [list(done)],
        )


def forget(session: Session) -> None:
    """For `--full`: nothing counts as built."""
    session.run("delete from built.refresh")


def finish(session: Session) -> None:
    """The run's models are built and published: the next refresh compares with what they were built from.

    Nothing changes when the run has built only some of the models; then the next one rebuilds from where this one did.
    """
    if not session.value(_IS_WHOLE):
        return
    with session.transaction():
        after = session.value("select run_id from built.refresh")
        session.run("delete from built.refresh")
        session.connection.execute(_REFRESH, {"project": _models_now(), "after_run_id": after})
        session.run(_TOOLS)
        session.run(_GROUPS)
        session.run(_COPIES)
