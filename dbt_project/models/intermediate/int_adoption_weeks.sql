-- The people of each status and reason by tool, week and shown org unit, and in total.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

statuses as (
    select status.*, unit.shown_as
    from {{ ref('int_statuses') }} as status
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = status.tool_id and unit.week_start = status.week_start
        and unit.org_unit = coalesce(status.org_unit, 'Unknown')
    where {{ is_refreshed('status.tool_id', 'status.week_start') }}
),

grouped as (
    select 'total' as org_level, 'All' as org_unit, {{ adoption_counts() }} from statuses group by tool_id, week_start
    union all
    select 'org_unit', shown_as, {{ adoption_counts() }} from statuses group by tool_id, week_start, shown_as
)

select * from grouped order by week_start
