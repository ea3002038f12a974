-- Where everybody stands, where they stood the week before, and what that makes of them as users. Who is no longer meant
-- to use the tool has one row more, in the week after: they have left. In a tool's first week nobody comes from anywhere.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

weeks as (
    select tool_id, min(week_start) as first_week, max(week_start) as last_week
    from {{ ref('int_tool_windows') }}
    group by 1
),

chained as (
    select
        status.tool_id, status.person_no, status.week_start, coalesce(status.org_unit, 'Unknown') as org_unit,
        status.status, status.reason, status.is_active, status.uses,
        lag(status.week_start) over person_weeks as earlier_week,
        lag(status.status) over person_weeks as earlier_status,
        lag(status.reason) over person_weeks as earlier_reason,
        lag(status.is_active) over person_weeks as was_active,
        lead(status.week_start) over person_weeks as later_week,
        case when users.first_user_week < status.week_start then 1 else 0 end as has_been_user
    from {{ ref('int_statuses') }} as status
    left join {{ ref('int_first_users') }} as users
        on users.tool_id = status.tool_id and users.person_no = status.person_no
    where {{ is_refreshed('status.tool_id', 'status.week_start', 'grid_from') }}
    window person_weeks as (partition by status.tool_id, status.person_no order by status.week_start)
),

present as (
    select
        chained.*, weeks.first_week,
        coalesce(chained.earlier_week = {{ add_days('chained.week_start', -7) }}, false) as was_eligible
    from chained
    inner join weeks on weeks.tool_id = chained.tool_id
),

placed as (
    select
        tool_id, person_no, week_start, org_unit,
        case when was_eligible then earlier_status when week_start > first_week then 'not_eligible' end as from_status,
        case when was_eligible then earlier_reason when week_start > first_week then 'joined' end as from_reason,
        status as to_status,
        reason as to_reason,
        {{ lifecycle_state() }} as lifecycle
    from present
),

left_behind as (
    select
        chained.tool_id, chained.person_no, {{ add_days('chained.week_start', 7) }} as week_start, chained.org_unit,
        chained.status as from_status, chained.reason as from_reason,
        'not_eligible' as to_status, 'left' as to_reason, cast(null as varchar) as lifecycle
    from chained
    inner join weeks on weeks.tool_id = chained.tool_id
    where chained.week_start < weeks.last_week
        and (chained.later_week is null or chained.later_week > {{ add_days('chained.week_start', 7) }})
)

select *
from (
    select * from placed
    union all
    select * from left_behind
) as moved
where {{ is_refreshed('tool_id', 'week_start') }}
order by week_start
