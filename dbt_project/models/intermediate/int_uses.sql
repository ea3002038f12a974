-- Qualified uses per person, tool and local day, from events, from daily aggregates, and from the days that coarser
-- reports name. A named day is at least one use, and none besides those that are counted exactly.
{{ config(materialized='incremental', pre_hook="{{ replaced('usage_date') }}") }}
with

event_uses as (
    select tool_id, person_no, {{ local_date('occurred_at') }} as usage_date, count(*) as uses, 0 as named_days
    from {{ ref('int_usage_events') }}
    where person_no is not null and {{ is_use() }} and {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }}
    group by 1, 2, 3
),

-- A source that brings events and counts tells of one use twice: on a day of which its events speak, they alone count.
-- Counts are by UTC day.
told_days as (
    select tool_id, person_no, cast(occurred_at as date) as usage_date
    from {{ ref('int_usage_events') }}
    where person_no is not null and {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }}
        and source_id in (select source_id from {{ ref('stg_usage_aggregates') }})
    group by 1, 2, 3
),

aggregate_uses as (
    select day.tool_id, day.person_no, day.usage_date, 1 as uses, 0 as named_days
    from {{ ref('int_usage_days') }} as day
    left join told_days as told
        on told.tool_id = day.tool_id and told.person_no = day.person_no and told.usage_date = day.usage_date
    where day.is_use and told.person_no is null
),

named_uses as (
    select tool_id, person_no, first_activity_date as usage_date, 0 as uses, 1 as named_days
    from {{ ref('int_reported_periods') }}
    where first_activity_date is not null
    union all
    select tool_id, person_no, last_activity_date, 0, 1
    from {{ ref('int_reported_periods') }}
    where last_activity_date is not null
),

daily as (
    select tool_id, person_no, usage_date, cast(greatest(sum(uses), max(named_days)) as bigint) as uses
    from (
        select * from event_uses
        union all
        select * from aggregate_uses
        union all
        select * from named_uses
    ) as all_uses
    group by 1, 2, 3
),

judged as (
    select daily.*
    from daily
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = daily.tool_id
    where daily.usage_date >= tool.live_from and {{ is_refreshed('daily.tool_id', 'daily.usage_date') }}
)

select * from judged order by usage_date
