{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

movements as (
    select * from {{ ref('int_movements') }} where from_status is not null and {{ is_refreshed('tool_id', 'week_start') }}
),

-- Who has left counts with the unit they left. It may be gone with them, so small groups are asked for anew, beside those
-- that no figure shows alone. Nor is a unit shown alone that was not in the week before: where it came from would be
-- subtracted from the small groups of that week, and what is left is the units it was merged with.
sizes as (
    select tool_id, week_start, org_unit, count(*) as people from movements group by 1, 2, 3
),

ranked as (
    select
        sizes.*, calendar.small_group,
        {{ people_in_smaller('sizes.people', 'sizes.tool_id, sizes.week_start', 'sizes.org_unit') }} as people_in_smaller
    from sizes
    cross join {{ ref('stg_calendar') }} as calendar
),

units as (
    select
        ranked.tool_id, ranked.week_start, ranked.org_unit,
        case
            when {{ is_small_group('ranked.people', 'ranked.people_in_smaller', 'ranked.small_group') }}
                or earlier.shown_as = {{ small_groups_name() }} then {{ small_groups_name() }}
            else coalesce(shown.shown_as, ranked.org_unit)
        end as shown_as
    from ranked
    left join {{ ref('int_org_units') }} as shown
        on shown.tool_id = ranked.tool_id and shown.week_start = ranked.week_start and shown.org_unit = ranked.org_unit
    left join {{ ref('int_org_units') }} as earlier
        on earlier.tool_id = ranked.tool_id and earlier.week_start = {{ add_days('ranked.week_start', -7) }}
        and earlier.org_unit = ranked.org_unit
),

steps as (
    select
        movements.tool_id, movements.week_start, units.shown_as,
        movements.from_status, movements.from_reason, movements.to_status, movements.to_reason, count(*) as people
    from movements
    inner join units
        on units.tool_id = movements.tool_id and units.week_start = movements.week_start and units.org_unit = movements.org_unit
    group by 1, 2, 3, 4, 5, 6, 7
),

counted as (
    select
        tool_id, week_start, 'total' as org_level, 'All' as org_unit, from_status, from_reason, to_status, to_reason,
        sum(people) as people
    from steps
    group by 1, 2, 3, 4, 5, 6, 7, 8
    union all
    select tool_id, week_start, 'org_unit', shown_as, from_status, from_reason, to_status, to_reason, people
    from steps
)

select
    counted.tool_id,
    counted.org_level,
    counted.org_unit,
    counted.from_status,
    counted.from_reason,
    counted.to_status,
    counted.to_reason,
    {{ movement_name() }} as movement,
    cast(counted.people as bigint) as people,
    windows.is_provisional,
    counted.week_start
from counted
inner join {{ ref('int_tool_windows') }} as windows
    on windows.tool_id = counted.tool_id and windows.week_start = counted.week_start
