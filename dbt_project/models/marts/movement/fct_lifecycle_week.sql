{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

states as (
    select movement.tool_id, movement.week_start, unit.shown_as, movement.lifecycle, count(*) as people
    from {{ ref('int_movements') }} as movement
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = movement.tool_id and unit.week_start = movement.week_start and unit.org_unit = movement.org_unit
    where movement.lifecycle is not null and {{ is_refreshed('movement.tool_id', 'movement.week_start') }}
    group by 1, 2, 3, 4
),

counted as (
    select tool_id, week_start, 'total' as org_level, 'All' as org_unit, lifecycle, sum(people) as people
    from states
    group by 1, 2, 3, 4, 5
    union all
    select tool_id, week_start, 'org_unit', shown_as, lifecycle, people
    from states
),

shared as (
    select
        *, cast(sum(people) over (partition by tool_id, week_start, org_level, org_unit) as bigint) as eligible
    from counted
)

select
    shared.tool_id,
    shared.org_level,
    shared.org_unit,
    shared.lifecycle,
    cast(shared.people as bigint) as people,
    shared.eligible,
    cast(shared.people as double) / shared.eligible as share,
    windows.is_provisional,
    shared.week_start
from shared
inner join {{ ref('int_tool_windows') }} as windows
    on windows.tool_id = shared.tool_id and windows.week_start = shared.week_start
