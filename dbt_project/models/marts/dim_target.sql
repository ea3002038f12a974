with

last_weeks as (
    select tool_id, max(week_start) as week_start from {{ ref('int_tool_windows') }} group by 1
),

in_force as (
    select weeks.tool_id, weeks.org_level, weeks.org_unit, weeks.measure, weeks.due_date
    from {{ ref('int_target_weeks') }} as weeks
    inner join last_weeks on last_weeks.tool_id = weeks.tool_id and last_weeks.week_start = weeks.week_start
    where not weeks.is_of_company
),

targets as (
    select *, case when org_unit is null then 'total' else 'org_unit' end as org_level, coalesce(org_unit, 'All') as cell
    from {{ ref('stg_targets') }}
),

-- A minimum that was raised since hides what was frozen before.
baselines as (
    select frozen.*, cast(frozen.reached as double) / nullif(frozen.eligible, 0) as share
    from {{ ref('stg_target_baselines') }} as frozen
    cross join {{ ref('stg_calendar') }} as calendar
    where frozen.org_level = 'total' or frozen.eligible >= calendar.small_group
)

select
    targets.tool_id,
    targets.org_unit,
    targets.measure,
    targets.owner,
    cast(targets.value as double) as value,
    baselines.share as baseline_share,
    baselines.eligible as baseline_eligible,
    in_force.tool_id is not null as is_in_force,
    targets.due_date,
    targets.baseline_week,
    {{ as_utc('baselines.frozen_at') }} as baseline_frozen_at
from targets
left join in_force
    on in_force.tool_id = targets.tool_id and in_force.org_level = targets.org_level and in_force.org_unit = targets.cell
    and in_force.measure = targets.measure and in_force.due_date = targets.due_date
left join baselines
    on baselines.tool_id = targets.tool_id and baselines.org_level = targets.org_level and baselines.org_unit = targets.cell
    and baselines.measure = targets.measure and baselines.week_start = targets.baseline_week
