-- Qualified uses per person, tool and local day, from events and from daily aggregates.
with

event_uses as (
    select tool_id, person_no, {{ local_date('occurred_at') }} as usage_date, count(*) as uses
    from {{ ref('int_usage_events') }}
    where person_no is not null and {{ is_use() }}
    group by 1, 2, 3
),

aggregate_uses as (
    select tool_id, person_no, usage_date, 1 as uses
    from {{ ref('int_usage_days') }}
    where is_use
),

daily as (
    select tool_id, person_no, usage_date, cast(sum(uses) as bigint) as uses
    from (select * from event_uses union all select * from aggregate_uses) as all_uses
    group by 1, 2, 3
),

judged as (
    select daily.*
    from daily
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = daily.tool_id
    where daily.usage_date >= tool.live_from
)

select * from judged
