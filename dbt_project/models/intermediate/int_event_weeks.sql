-- How many events of each name a tool has had, by week.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
select tool_id, event_name, {{ iso_week(local_date('occurred_at')) }} as week_start, count(*) as events
from {{ ref('stg_usage_events') }}
where {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }} and {{ is_refreshed('tool_id', local_date('occurred_at')) }}
group by 1, 2, 3
