"""What was published before: remembered from the published file itself when the next run begins.

A publication that readers saw is never missed, and none that they did not see is kept, wherever a run was killed: the
link `published/latest.duckdb` decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import DataError
from orchestration.loading.session import Session
from orchestration.publication import latest_publication

TERMS = (
    "uses_sql", "window_weeks", "min_uses", "min_available_days", "grace_days", "pauses", "rollup_unproven",
    "has_work_items", "can_prove",
)  # fmt: skip
"""Columns of raw.tool that say how people are judged, beside the rules: a change of theirs restates as a rule does."""

_SMALL_GROUPS = "Small groups"  # as int_org_units names them
_CELL = "tool_id, week_start, org_level, org_unit"
_COUNTS = "eligible, active, non_user, incorrect_user, correct_user, not_judged, is_provisional"
# A person_no is the first half of the person_key, as a signed integer (orchestration/identity.py).
_PERSON_NO = (
    "cast(case when key_no >= 9223372036854775808 then key_no - 18446744073709551616 else key_no end as bigint)"
)
# Weeks before those that the publication's run has rebuilt stand as they were remembered of the publication before it.
_KEPT = "select 1 from cut where cut.tool_id = status.tool_id and status.week_start < cut.cut_week"
_FORGET_STATUSES = f"delete from raw.published_status as status where not exists ({_KEPT})"
_STATUSES = f"""
    insert into raw.published_status
    select
        status.tool_id, {_PERSON_NO} as person_no, status.week_start,
        coalesce(shown.org_unit, '{_SMALL_GROUPS}') as org_unit, status.status
    from (select *, ('0x' || person_key[1:16])::hugeint as key_no from published.fct_person_tool_week) as status
    left join published.fct_adoption_week as shown
        on shown.tool_id = status.tool_id and shown.week_start = status.week_start
        and shown.org_level = 'org_unit' and shown.org_unit = coalesce(status.org_unit, 'Unknown')
    where status.week_start >= $least and not exists ({_KEPT})
    order by status.week_start
"""
_CUTS = """
    create or replace temporary table cut as
    select tool.tool_id, tool.cut_week
    from built.tool as tool cross join built.refresh as refresh
    where refresh.run_id = $publication_id and refresh.after_run_id = $known_id
"""
_TOOLS = """
    create or replace table raw.published_tool as
    select tool.*, timezone('UTC', published.watermark_at) as data_through_at
    from raw.tool as tool inner join published.dim_tool as published on published.tool_id = tool.tool_id
"""
_LOADS = """
    create or replace table raw.published_load as
    select distinct source_id, fingerprint from raw.load
    where cast(load_id as varchar) in (select load_id from published.fct_load)
"""
# A rule that the warehouse no longer holds as it was published (its text was lost with an unfinished run) has no spec.
_RULES = """
    create or replace table raw.published_rule as
    select
        book.* replace (
            published.tool_id as tool_id, published.rule_id as rule_id, cast(published.version as integer) as version,
            published.semantic_hash as semantic_hash,
            published.effective_from as effective_from, published.effective_to as effective_to
        )
    from published.dim_rule as published
    left join raw.rule_book as book
        on book.rule_id = published.rule_id and book.version = published.version
        and book.semantic_hash = published.semantic_hash
"""
_RULE = "tool_id, rule_id, version, semantic_hash, effective_from, effective_to"
_TERM = f"tool_id, {', '.join(TERMS)}"
_CHANGED = f"""
    select distinct tool_id from (
        (select {_RULE} from raw.rule_book except select {_RULE} from raw.published_rule)
        union all (select {_RULE} from raw.published_rule except select {_RULE} from raw.rule_book)
    )
    union
    (select tool_id from (select {_TERM} from raw.tool except select {_TERM} from raw.published_tool))
"""


def remember(session: Session) -> None:
    """Keep what the latest publication says, unless it is known already. Belongs before anything of a run is written.

    Replaces what was known of the publication before it at the level of people. Raises DataError when the file is
    unreadable.
    """
    path = latest_publication(session.workspace)
    if path is None:
        return
    place = str(path).replace("'", "''")
    try:
        session.run(f"attach '{place}' as published (read_only)")
    except duckdb.Error as error:
        mend = f"put it back, or take {session.workspace.latest} away to begin a new history"
        raise DataError(f"{path}: the last publication cannot be read: {error} - {mend}") from error
    try:
        is_known = "publication_id in (select publication_id from raw.publication)"
        if not session.value(f"select bool_or({is_known}) from published.dim_publication"):
            with session.transaction():
                _remember(session)
    finally:
        session.run("detach published")


def changed_tools(session: Session) -> list[str]:
    """The tools of the last publication whose rules or terms of judgement are others now."""
    return [
        str(tool_id)
        for (tool_id,) in session.rows(
            f"select tool_id from ({_CHANGED}) where tool_id in (select tool_id from raw.published_tool) order by 1"
        )
    ]


def former_rules(session: Session, tool_ids: list[str]) -> list[Mapping[str, Any]] | None:
    """Rows of raw.rule_book as they were published last, of these tools; None when the text of one of them is lost."""
    result = session.connection.execute(
        "select * from raw.published_rule where tool_id in (select unnest(?::varchar[])) order by rule_no", [tool_ids]
    )
    names = [column[0] for column in result.description or ()]
    rows: list[Mapping[str, Any]] = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return rows if all(row["spec"] is not None for row in rows) else None


def keep_former(session: Session, tool_ids: list[str], marts: Path | None) -> int:
    """Replace the former judgement by that of `marts` (None: nothing is known); the number of statuses."""
    with session.transaction():
        session.run("delete from raw.former_tool; delete from raw.former_status")
        session.run("insert into raw.former_tool select unnest(?::varchar[])", [tool_ids])
    if marts is None:
        return 0
    place = str(marts).replace("'", "''")
    session.run(f"attach '{place}' as former (read_only)")
    try:
        session.run(
            f"insert into raw.former_status select tool_id, {_PERSON_NO}, week_start, status "
            "from (select *, ('0x' || person_key[1:16])::hugeint as key_no from former.fct_person_tool_week)"
        )
    finally:
        session.run("detach former")
    return int(session.value("select count(*) from raw.former_status"))


def _remember(session: Session) -> None:
    _remember_statuses(session)
    session.run(
        "insert into raw.publication select coalesce((select max(publication_no) from raw.publication), 0) + 1, "
        "publication_id, timezone('UTC', published_at) from published.dim_publication"
    )
    number = int(session.value("select max(publication_no) from raw.publication"))
    _copy(session, "published_week", number, f"{_CELL}, {_COUNTS}", otherwise="fct_adoption_week")
    _copy(session, "restatement", number, f"{_CELL}, status, before, after, behaviour, rule, population, late_data")
    for statement in (_TOOLS, _LOADS, _RULES):
        session.run(statement)


def _remember_statuses(session: Session) -> None:
    """Who stands where, of the weeks that the publication's run has rebuilt: of all, unless it went on from the
    publication that is known."""
    known_id = session.value("select arg_max(publication_id, publication_no) from raw.publication")
    publication_id = session.value("select publication_id from published.dim_publication")
    session.connection.execute(_CUTS, {"publication_id": publication_id, "known_id": known_id})
    least = session.value("select coalesce(min(cut_week), date '0001-01-01') from cut")
    session.run(_FORGET_STATUSES)
    session.connection.execute(_STATUSES, {"least": least})
    session.run("drop table cut")


def _copy(session: Session, table: str, number: int, columns: str, otherwise: str | None = None) -> None:
    """Copy what a publication says of itself. One made before there was a history says it in `otherwise`, or not."""
    has_mart = session.value(
        "select count(*) from duckdb_tables() where database_name = 'published' and table_name = ?", [f"fct_{table}"]
    )
    if has_mart:
        own = "where publication_id = (select publication_id from published.dim_publication)"
        session.run(f"insert into raw.{table} select {number}, {columns} from published.fct_{table} {own}")
    elif otherwise:
        session.run(f"insert into raw.{table} select {number}, {columns} from published.{otherwise}")
