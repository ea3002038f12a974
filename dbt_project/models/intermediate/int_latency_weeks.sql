-- How fast the answers came of tools that promise a latency, where their events carry `latency_ms`.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

timed as (
    select
        event.tool_id, {{ iso_week(local_date('event.occurred_at')) }} as week_start,
        {{ typed(json_text('event.attributes', 'latency_ms'), 'double') }} as latency_ms,
        promised.latency_within_ms
    from {{ ref('stg_usage_events') }} as event
    inner join {{ ref('stg_tool_productions') }} as promised on promised.tool_id = event.tool_id
    where promised.latency_within_ms is not null
        and {{ is_refreshed('event.tool_id', 'event.occurred_at', 'read_from_at') }}
        and {{ is_refreshed('event.tool_id', local_date('event.occurred_at')) }}
),

counted as (
    select
        tool_id, week_start, count(*) as answers,
        cast(sum(case when latency_ms <= latency_within_ms then 1 else 0 end) as bigint) as answers_in_time
    from timed
    where latency_ms is not null
    group by 1, 2
)

select * from counted
