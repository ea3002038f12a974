"""Publications: the marts as one read-only file each, put in place at once, and what the newest of them says."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import DataError
from orchestration.workspace import Workspace

KEPT_PUBLICATIONS = 20

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
ASIDE = ".aside-"
"""How the name of a file begins that is to become a publication."""
_NOTHING_YET = "nothing was published yet - takeup run makes the first publication"
_TOOLS = """
    select
        t.tool_id, w.week_start::varchar as week_start, w.eligible, w.active, w.non_user, w.incorrect_user,
        w.correct_user, w.not_judged, coalesce(w.is_provisional, true) as is_provisional, t.known_share,
        t.known_share < t.least_known_share as has_few_known
    from dim_tool as t
    left join (
        select distinct on (tool_id) *
        from fct_adoption_week
        where org_level = 'total'
        order by tool_id, is_provisional, week_start desc
    ) as w using (tool_id)
    order by t.position, t.tool_id
"""
_DRIFT = """
    select
        tool_id, source_id, change, column_name, event_name, words, detail, rule_ids,
        is_untrustworthy, is_blinding, is_open, first_date::varchar as first_date, last_date::varchar as last_date
    from fct_source_drift
    where is_open or last_date >= (select max(published_at)::date - 28 from dim_publication)
    order by is_untrustworthy desc, tool_id, first_date, column_name, change
"""
# Each target of a whole tool, or that a unit has of its own, that counts now, with the forecast for its date; a refused
# one says why.
_TARGETS = """
    select
        tool_id,{unit} measure, target_share as target, target_due::varchar as due,
        from_week_start::varchar as week_start, last_share as share, last_share - target_share as gap, p10, p50, p90,
        chance, needed_people_per_week, refusal
    from fct_forecast
    where is_current and is_due_week and {which}
    order by tool_id,{unit} measure, due
"""
# Of its production definition, how much of a tool holds: one row for each question.
_BEARING = """
    select tool_id, criterion, question, result, promised, observed, unit, weeks_held, weeks_judged
    from fct_load_bearing as bearing inner join dim_tool as tool using (tool_id)
    order by tool.position, bearing.position
"""
# What each rule's people need, by rule of a whole tool, the rule to begin with first; and what training has changed.
_NEEDS = """
    select
        tool_id, rule_id, module_code as module, severity, people, judged_people, priority,
        week_start::varchar as week_start, is_provisional
    from fct_training_need_unit
    where org_level = 'total' and people > 0
    order by priority
"""
_EFFECTS = """
    select
        tool_id, rule_id, module, measure, design, plan_id, finding, estimate, low, high, trained_people,
        comparison_people, refusal
    from fct_training_effect
    where is_current
    order by tool_id, rule_id, measure, design, plan_id
"""
_RESTATED = """
    select
        tool_id, source_id, count(distinct day) as days,
        min(day)::varchar as first_day, max(day)::varchar as last_day, max(restated_at)::varchar as restated_at
    from fct_source_restatement
    where restated_at = (select max(restated_at) from fct_source_restatement)
    group by tool_id, source_id
    order by tool_id, source_id
"""
_ALERTS = """
    select incident_id, kind, severity, status, tool_id, subject, summary, first_guess, runbook
    from fct_alert where status <> 'resolved'
    order by case severity when 'critical' then 0 when 'major' then 1 else 2 end, opened_at, incident_id
"""
_SENSITIVITY = """
    select noticed.* from fct_alert_sensitivity as noticed inner join dim_tool as tool using (tool_id)
    order by tool.position
"""
_LISTS = {
    "targets": ("fct_forecast", _TARGETS.format(unit="", which="org_level = 'total'")),
    "org_unit_targets": (
        "fct_forecast",
        _TARGETS.format(unit=" org_unit,", which="org_level <> 'total' and not is_target_of_company"),
    ),
    "load_bearing": ("fct_load_bearing", _BEARING),
    "training_needs": ("fct_training_need_unit", _NEEDS),
    "training_effects": ("fct_training_effect", _EFFECTS),
    "drift": ("fct_source_drift", _DRIFT),
    "restated": ("fct_source_restatement", _RESTATED),
    "alerts": ("fct_alert", _ALERTS),
    "alert_sensitivity": ("fct_alert_sensitivity", _SENSITIVITY),
}
"""What the status lists beside the tools: its mart, which an older publication may lack, and how it is found there."""
# Of each tool: whether its production definition holds, as far as it can be judged, and the score of its last audit.
_GOVERNANCE = """
    select
        tool.tool_id,
        count(*) filter (bearing.result = 'holds') as promises_held,
        count(*) filter (bearing.result = 'broken') as promises_broken,
        case
            when count(*) filter (bearing.result = 'broken') > 0 then false
            when count(*) filter (bearing.result = 'holds') > 0 then true
        end as production_holds,
        (select count(*) from fct_alert as alert where alert.tool_id = tool.tool_id and alert.status <> 'resolved')
            as open_alerts,
        (select count(*) from fct_audit_answer as one where one.tool_id = tool.tool_id and one.is_latest
            and one.answer = 'yes') as audit_yes,
        (select count(*) from fct_audit_answer as one where one.tool_id = tool.tool_id and one.is_latest)
            as audit_questions,
        (select max(pause.first_date)::varchar from dim_tool_pause as pause
            where pause.tool_id = tool.tool_id and pause.is_holding) as paused_from
    from dim_tool as tool
    left join fct_load_bearing as bearing using (tool_id)
    group by tool.tool_id
"""
_LINES = """
    select
        coalesce(sum(lines_read), 0)::bigint as read, coalesce(sum(lines_loaded), 0)::bigint as loaded,
        coalesce(sum(lines_duplicate), 0)::bigint as duplicate,
        coalesce(sum(lines_superseded), 0)::bigint as superseded,
        coalesce(sum(lines_quarantined), 0)::bigint as quarantined, coalesce(sum(lines_blank), 0)::bigint as blank
    from fct_load
"""


def publish(workspace: Workspace, publication_id: str) -> Path:
    """Copy the finished marts to `published/takeup-<publication_id>.duckdb` and make it the latest.

    Readers see the old publication or the new one, never a part: the copy is written aside, synced and renamed, then
    the link is replaced. Raises DataError when the marts are missing, unfinished or still open elsewhere.
    """
    if not _NAME.fullmatch(publication_id):
        raise DataError(f"{publication_id!r}: cannot be part of a file name - use letters, digits, '.', '_' and '-'")
    _close_marts(workspace.marts)
    workspace.published.mkdir(parents=True, exist_ok=True)
    _sweep_orphans(workspace.published)
    final = workspace.published / f"takeup-{publication_id}.duckdb"
    aside = workspace.published / f"{ASIDE}{publication_id}"
    _copy_synced(workspace.marts, aside)
    aside.replace(final)
    _link(workspace.latest, final.name)
    _sync_folder(workspace.published)
    _prune(workspace)
    return final


def latest_publication(workspace: Workspace) -> Path | None:
    """The newest publication's own path (a reader keys its caches by it); None when there is none."""
    if not workspace.latest.is_symlink():
        return None
    path = workspace.latest.resolve()
    is_ours = path.parent == workspace.published.resolve()
    return path if is_ours and path.is_file() else None


def status(workspace: Workspace) -> dict[str, Any]:
    """What `takeup status --json` says: the latest final week of each tool and the lines of all loads, each target and
    whether it will be reached, how much of each production definition holds, what people need to learn and what
    training has changed, what has changed in the form of the sources, and which days the last restatement moved.

    Reads the published file alone, so it answers while a run is writing. A tool without a final week shows its latest
    provisional one. Without a publication the lists are empty and `reason` says why.
    """
    path = latest_publication(workspace)
    if path is None:
        lines = dict.fromkeys(("read", "loaded", "duplicate", "superseded", "quarantined", "blank"), 0)
        nothing: dict[str, Any] = {
            "publication": None,
            "published_at": None,
            "tools": [],
            "lines": lines,
            "reason": _NOTHING_YET,
        }
        return nothing | {name: [] for name in _LISTS}
    with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as connection:
        published = _rows(
            connection, "select epoch_us(published_at) as at_us, publication_id, run_id from dim_publication"
        )
        if not published:
            raise DataError(f"{path}: holds no dim_publication row - run takeup run to publish anew")
        return {
            "publication": str(path),
            "publication_id": published[0]["publication_id"],
            "run_id": published[0]["run_id"],
            "published_at": datetime.fromtimestamp(published[0]["at_us"] / 1e6, UTC).isoformat(),
            "tools": _with_governance(connection, _rows(connection, _TOOLS)),
            "lines": _rows(connection, _LINES)[0],
            **{name: _rows_if_any(connection, mart, sql) for name, (mart, sql) in _LISTS.items()},
        }


def _with_governance(connection: duckdb.DuckDBPyConnection, tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tools with their open alerts and how much of their promises holds; older publications say nothing of it."""
    known = {row.pop("tool_id"): row for row in _rows_if_any(connection, "fct_load_bearing", _GOVERNANCE)}
    return [tool | known.get(tool["tool_id"], {}) for tool in tools]


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _rows_if_any(connection: duckdb.DuckDBPyConnection, mart: str, sql: str) -> list[dict[str, Any]]:
    """Nothing of a mart that the publication does not hold yet: it was made before the mart existed."""
    found = connection.execute("select 1 from information_schema.tables where table_name = ?", [mart]).fetchall()
    return _rows(connection, sql) if found else []


def _close_marts(marts: Path) -> None:
    """Make sure that the marts file alone holds everything: open it, fold its log in, close it."""
    if not marts.is_file():
        raise DataError(f"{marts}: there are no marts to publish - build them first")
    try:
        with duckdb.connect(str(marts)) as connection:
            rows = connection.execute("select count(*) from dim_publication").fetchone()
            connection.execute("force checkpoint")
    except duckdb.Error as error:
        raise DataError(f"{marts}: the marts cannot be published: {error} - build them again") from error
    if rows != (1,):
        raise DataError(f"{marts}: dim_publication must have exactly one row - build the marts again")
    if marts.with_name(marts.name + ".wal").exists():
        raise DataError(f"{marts}: something still writes to the marts - let it end, then publish again")


def _copy_synced(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    target.chmod(0o444)


def _link(link: Path, target: str) -> None:
    aside = link.with_name(f"{ASIDE}{link.name}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publications(folder: Path) -> Iterator[Path]:
    """All that are kept, in no order."""
    return folder.glob("takeup-*.duckdb")


def _sweep_orphans(folder: Path) -> None:
    """What a killed publication left behind."""
    for orphan in (*folder.glob(f"{ASIDE}*"), *folder.glob("takeup-*.duckdb.wal")):
        orphan.unlink(missing_ok=True)


def _prune(workspace: Workspace) -> None:
    """Keep the newest publications; a reader that still has an older one open keeps reading it."""
    latest = latest_publication(workspace)
    oldest_first = sorted(publications(workspace.published), key=lambda path: (path.stat().st_mtime_ns, path.name))
    for path in oldest_first[:-KEPT_PUBLICATIONS]:
        if path.resolve() != latest:
            path.unlink(missing_ok=True)
