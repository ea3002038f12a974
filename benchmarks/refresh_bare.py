"""The leanest SQL that somebody would write by hand for the same statuses, verdicts and obligations.

From the events as they were loaded to tables of its own (schema `bare`), over exactly the rules and terms of
refresh_company.py: no versions, outages, absences, rosters that change, other kinds or other marts. A day reads its
files, drops repeats, and rebuilds the weeks that it touches.
"""

from __future__ import annotations

from datetime import timedelta

import duckdb

from benchmarks.refresh_company import Size, files_of, new_day
from orchestration.workspace import Workspace

EVENT = "tool_id, person_no, event_no, event_id, event_name, item_id, occurred_at, confidence, dwell_ms"
ACCOUNTS = "(select alias_no, person_no from bare.account)"
LOADED = f"select * exclude (alias_no) from (select * from raw.usage_event) inner join {ACCOUNTS} using (alias_no)"
LINE = (
    "{'id': 'VARCHAR', 'source': 'VARCHAR', 'type': 'VARCHAR', 'subject': 'VARCHAR', 'time': 'TIMESTAMP', "
    "'data': 'STRUCT(\"user\" VARCHAR, confidence DOUBLE, dwell_ms DOUBLE)'}"
)
USES = """
    insert into bare.use_week
    select tool_id, person_no, cast(date_trunc('week', occurred_at) as date) as week_start, count(*) as uses,
        count(distinct cast(occurred_at as date)) as active_days
    from {events} where event_name = 'decide' and occurred_at >= date '{since}' group by all"""
OBLIGATIONS = """
    create or replace temporary table obligation as
    select tool_id, 'looked' as rule, person_no, event_no, event_id, occurred_at, null as evidence_no,
        case when dwell_ms >= 5000 then 'kept' else 'broken' end as outcome
    from {events} where event_name = 'decide' and confidence < 0.3 and occurred_at >= date '{since}'
    union all
    select tool_id, 'opened', person_no, event_no, event_id, occurred_at, null,
        case when found_at >= occurred_at - interval 1 day then 'kept'
             when occurred_at - interval 1 day < date '{begun}' then 'unknown' else 'broken' end
    from (
        select *, max(case when event_name = 'evidence_opened' then occurred_at end) over (
            partition by tool_id, person_no, item_id order by occurred_at
            range between unbounded preceding and current row
        ) as found_at
        from {events}
        where event_name in ('decide', 'evidence_opened') and occurred_at >= date '{since}' - interval 1 day
    ) where event_name = 'decide' and occurred_at >= date '{since}'"""
PROOF = """
    insert into bare.proof
    select tool_id, rule, person_no, event_id, occurred_at, outcome from obligation where outcome <> 'kept'"""
RULE_WEEKS = """
    insert into bare.rule_week
    select tool_id, rule, person_no, cast(date_trunc('week', occurred_at) as date) as week_start,
        count(case when outcome in ('kept', 'broken') then 1 end) as judged,
        count(case when outcome = 'broken' then 1 end) as broken
    from obligation group by all"""
BOUND = "(({p}) + 0.82124928 / judged - 1.2816 * sqrt(({p}) * (1 - ({p})) / judged + 0.41062464 / (judged * judged)))"
BOUND += " / (1 + 1.64249856 / judged)"
VERDICTS = f"""
    insert into bare.verdict
    select tool_id, rule, person_no, week_start, cast(judged as bigint), cast(broken as bigint),
        case when judged = 0 then 'not_triggered'
            when judged >= 5 and broken > 0 and {BOUND.format(p="broken / judged")} > 0.05 then 'violated'
            when judged >= 10 and broken / judged <= 0.05 then 'satisfied' else 'unproven' end
    from (
        select tool_id, rule, person_no, week.week_start, cast(sum(judged) as double) as judged, cast(sum(broken) as double) as broken
        from bare.rule_week as counted
        inner join week on counted.week_start between week.week_start - 21 and week.week_start
        group by all
    )"""  # noqa: E501
STATUSES = """
    insert into bare.status
    with rules as (
        select tool_id, person_no, week_start, count(case when verdict = 'violated' then 1 end) as violated,
            count(case when verdict = 'satisfied' then 1 end) as satisfied
        from bare.verdict where week_start >= date '{since}' group by all
    ),
    used as (
        select tool_id, person_no, week.week_start, sum(uses) as uses, sum(active_days) as active_days
        from bare.use_week as counted
        inner join week on counted.week_start between week.week_start - 21 and week.week_start
        group by all
    ),
    begun as (select tool_id, person_no, min(week_start) as first_week from bare.use_week group by all)
    select tool.tool_id, person.person_no, week.week_start, cast(coalesce(uses, 0) as bigint),
        cast(coalesce(active_days, 0) as bigint),
        case when coalesce(uses, 0) = 0
                then if(first_week < week.week_start - 21, 'non_user: lapsed', 'non_user: never')
            when violated > 0 then 'incorrect_user: major' when satisfied > 0 then 'correct_user: proven'
            else 'not_judged: unproven' end
    from raw.person as person
    cross join (select tool_id from raw.tool) as tool
    cross join week
    left join used using (tool_id, person_no, week_start)
    left join rules using (tool_id, person_no, week_start)
    left join begun using (tool_id, person_no)"""
TABLES = """
    create or replace table bare.use_week (tool_id varchar, person_no bigint, week_start date, uses bigint, active_days bigint);
    create or replace table bare.rule_week (tool_id varchar, rule varchar, person_no bigint, week_start date, judged bigint, broken bigint);
    create or replace table bare.proof (tool_id varchar, rule varchar, person_no bigint, event_id varchar, occurred_at timestamp, outcome varchar);
    create or replace table bare.verdict (tool_id varchar, rule varchar, person_no bigint, week_start date, judged bigint, broken bigint, verdict varchar);
    create or replace table bare.status (tool_id varchar, person_no bigint, week_start date, uses bigint, active_days bigint, branch varchar)"""  # noqa: E501
SAME = "select count(*) from (({left} except all {right}) union all ({right} except all {left}))"


def full_statements(size: Size) -> list[str]:
    """Everything from nothing."""
    begin = [f"create schema if not exists bare; {TABLES}"]
    return [*begin, *_build(f"({LOADED})", size, str(size.since), day=0), "checkpoint"]


def day_statements(workspace: Workspace, size: Size, number: int) -> list[str]:
    """The new day, before anybody else has loaded it: read, drop repeats, rebuild the weeks that it touches."""
    touched = new_day(number) - timedelta(days=7)
    since = touched - timedelta(days=touched.weekday())
    names = ", ".join(f"'{path}'" for path in files_of(workspace, size, number))
    read = f"""
        create or replace table bare.day as
        select distinct on (source, id)
            'tool' || replace(source, '/', '-') as tool_id, named.person_no,
            cast(hash(source, id) >> 1 as bigint) as event_no, id as event_id, split_part(type, '.', -1) as event_name,
            subject as item_id, time as occurred_at, data.confidence, data.dwell_ms
        from read_json([{names}], format = 'newline_delimited', columns = {LINE}) as line
        inner join bare.account as named on named.name = line.data."user"
        where not exists (
            select 1 from raw.usage_event as known
            where known.event_id = line.id and known.occurred_at >= date '{touched}'
        )"""
    events = f"(select {EVENT} from ({LOADED}) where occurred_at >= date '{since}' - interval 1 day"
    events += f" union all select {EVENT} from bare.day)"
    forget = [
        f"delete from bare.{name} where week_start >= date '{since}'"
        for name in ("use_week", "rule_week", "verdict", "status")
    ]
    forget.append(f"delete from bare.proof where occurred_at >= date '{since}'")
    return [read, *forget, *_build(events, size, str(since), day=number), "checkpoint"]


def _build(events: str, size: Size, since: str, day: int) -> list[str]:
    last = new_day(day)
    last_week = last - timedelta(days=(last.weekday() + 1) % 7 + 6)  # the last that is over
    series = f"generate_series(timestamp '{since}', timestamp '{last_week}', interval 7 day)"
    weeks = f"create or replace temporary table week as select cast(unnest({series}) as date) as week_start"
    terms = {"events": events, "since": since, "begun": size.since}
    return [weeks, *(one.format(**terms) for one in (USES, OBLIGATIONS, PROOF, RULE_WEEKS, VERDICTS, STATUSES))]


def differences(workspace: Workspace) -> dict[str, int]:
    """Rows that the marts and the bare tables do not share, by result."""
    person = "select person_no, person_key from raw.person"
    key = f"inner join ({person}) using (person_no)"
    pairs = {
        "statuses": (
            f"select person_key, tool_id, week_start, uses, active_days, branch from bare.status {key}",
            "select person_key, tool_id, week_start, uses, active_days, status || ': ' || reason"
            " from marts.fct_person_tool_week",
        ),
        "verdicts": (
            f"select person_key, tool_id, rule, week_start, judged, broken, verdict from bare.verdict {key}",
            "select person_key, tool_id, split_part(rule_id, '-', 1), week_start, judged, broken, verdict"
            " from marts.fct_rule_week",
        ),
        "obligations": (
            f"select person_key, tool_id, rule, event_id, outcome from bare.proof {key}",
            "select person_key, tool_id, split_part(rule_id, '-', 1), obligation_event_id, outcome"
            " from marts.fct_obligation",
        ),
    }
    with duckdb.connect(str(workspace.warehouse), read_only=True, config={"memory_limit": "3GB"}) as connection:
        connection.execute(f"set enable_progress_bar = false; attach '{workspace.marts}' as marts (read_only)")
        counts = {
            name: connection.execute(SAME.format(left=left, right=right)).fetchall()[0][0]
            for name, (left, right) in pairs.items()
        }
    return {name: count for name, count in counts.items() if count}
