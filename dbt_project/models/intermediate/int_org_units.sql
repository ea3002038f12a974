-- The organisational unit under which each unit's figures appear, per tool and week. Units below the small-group
-- minimum are shown together; when together they are still too few, the next smallest unit joins them, so that no
-- small unit can be found by subtracting the shown ones from the total.
with

sizes as (
    select tool_id, week_start, coalesce(org_unit, 'Unknown') as org_unit, count(*) as eligible
    from {{ ref('int_statuses') }}
    group by 1, 2, 3
),

ranked as (
    select
        sizes.*, calendar.small_group,
        coalesce(sum(eligible) over (
            partition by sizes.tool_id, sizes.week_start order by sizes.eligible, sizes.org_unit rows between unbounded preceding and 1 preceding
        ), 0) as eligible_in_smaller
    from sizes
    cross join {{ ref('stg_calendar') }} as calendar
)

select
    tool_id, week_start, org_unit,
    case
        when eligible < small_group or (eligible_in_smaller > 0 and eligible_in_smaller < small_group) then 'Small groups'
        else org_unit
    end as shown_as
from ranked
