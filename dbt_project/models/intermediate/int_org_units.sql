-- The organisational unit under which each unit's figures appear, per tool and week. Units below the small-group
-- minimum are shown together; when together they are still too few, the next smallest unit joins them, so that no
-- small unit can be found by subtracting the shown ones from the total.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

sizes as (
    select tool_id, week_start, coalesce(org_unit, 'Unknown') as org_unit, count(*) as eligible
    from {{ ref('int_statuses') }}
    where {{ is_refreshed('tool_id', 'week_start') }}
    group by 1, 2, 3
),

ranked as (
    select
        sizes.*, calendar.small_group,
        {{ people_in_smaller('sizes.eligible', 'sizes.tool_id, sizes.week_start', 'sizes.org_unit') }} as eligible_in_smaller
    from sizes
    cross join {{ ref('stg_calendar') }} as calendar
)

select
    tool_id, week_start, org_unit,
    case when {{ is_small_group('eligible', 'eligible_in_smaller', 'small_group') }} then {{ small_groups_name() }} else org_unit end as shown_as
from ranked
