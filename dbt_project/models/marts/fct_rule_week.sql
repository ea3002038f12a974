{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

verdicts as (select * from {{ ref('int_verdicts') }}),

-- The first three of a window are among the first three of its weeks.
first_broken_of_weeks as (
    select rule_no, person_no, week_start, obligation_at, event_id
    from (
        select
            *, row_number() over (partition by rule_no, person_no, week_start order by obligation_at, event_id) as place
        from {{ ref('int_obligation_events') }}
        where outcome = 'broken' and {{ is_refreshed_rule('rule_no', 'week_start', 'proof_from') }}
    ) as placed
    where place <= 3
),

first_broken as (
    select
        windows.rule_key, broken.person_no, windows.week_start,
        {{ first_three('broken.event_id', 'broken.obligation_at, broken.event_id') }} as first_broken_event_ids
    from first_broken_of_weeks as broken
    inner join {{ ref('int_rule_windows') }} as windows
        on windows.rule_no = broken.rule_no and windows.obligation_week = broken.week_start
    left join verdicts
        on windows.is_before_window and verdicts.rule_key = windows.rule_key and verdicts.person_no = broken.person_no
        and verdicts.week_start = windows.week_start
    where not windows.is_before_window or verdicts.reached_to_week <= broken.week_start
    group by 1, 2, 3
)

select
    person.person_key,
    rule.tool_id,
    rule.rule_id,
    rule.severity,
    verdicts.verdict,
    statuses.org_unit,
    first_broken.first_broken_event_ids,
    cast(rule.version as bigint) as version,
    verdicts.judged,
    verdicts.broken,
    verdicts.pending,
    verdicts.unknown,
    verdicts.excused,
    cast(verdicts.judged - verdicts.broken as double) / nullif(verdicts.judged, 0) as value,
    statuses.is_provisional,
    verdicts.reached_to_week,
    verdicts.week_start
from verdicts
inner join {{ ref('stg_rule_book') }} as rule on rule.rule_no = verdicts.rule_no
inner join {{ ref('stg_people') }} as person on person.person_no = verdicts.person_no
inner join {{ ref('int_statuses') }} as statuses
    on statuses.tool_id = rule.tool_id and statuses.person_no = verdicts.person_no
    and statuses.week_start = verdicts.week_start and {{ is_refreshed('statuses.tool_id', 'statuses.week_start') }}
left join first_broken
    on first_broken.rule_key = verdicts.rule_key and first_broken.person_no = verdicts.person_no
    and first_broken.week_start = verdicts.week_start
order by verdicts.week_start
