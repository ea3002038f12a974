with

states as (
    select use.tool_id, use.week_start, unit.shown_as, use.use_state, use.is_provisional, count(*) as people
    from {{ ref('fct_intended_use') }} as use
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = use.tool_id and unit.week_start = use.week_start
        and unit.org_unit = coalesce(use.org_unit, 'Unknown')
    group by 1, 2, 3, 4, 5
),

counted as (
    select tool_id, week_start, 'total' as org_level, 'All' as org_unit, use_state, is_provisional, sum(people) as people
    from states
    group by 1, 2, 3, 4, 5, 6
    union all
    select tool_id, week_start, 'org_unit', shown_as, use_state, is_provisional, people
    from states
),

shared as (
    select *, cast(sum(people) over (partition by tool_id, org_level, org_unit) as bigint) as eligible from counted
)

select
    tool_id,
    org_level,
    org_unit,
    use_state,
    cast(people as bigint) as people,
    eligible,
    cast(people as double) / eligible as share,
    is_provisional,
    week_start
from shared
