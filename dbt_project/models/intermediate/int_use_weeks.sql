-- Uses of each calendar week. `actions` are what the log counts of the person's own acts: every use that is an event, or
-- the largest counter of a day of which only counts are known, at least one on a day of use.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

days as (
    select
        uses.tool_id, uses.person_no, uses.usage_date, uses.uses,
        greatest(uses.uses, {% for counter in activity_counters() %}coalesce(counted.{{ counter }}, 0){{ ', ' if not loop.last }}{% endfor %}) as actions
    from {{ ref('int_uses') }} as uses
    left join {{ ref('int_usage_days') }} as counted
        on counted.tool_id = uses.tool_id and counted.person_no = uses.person_no and counted.usage_date = uses.usage_date
    where {{ is_refreshed('uses.tool_id', 'uses.usage_date') }}
)

select
    tool_id, person_no, {{ iso_week('usage_date') }} as week_start,
    cast(sum(uses) as bigint) as uses,
    cast(sum(actions) as bigint) as actions,
    cast(count(*) as bigint) as active_days
from days
group by 1, 2, 3
order by week_start
