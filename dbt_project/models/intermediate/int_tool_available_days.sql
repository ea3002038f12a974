-- How many people could have used each tool on each day: eligible, at work, the tool neither down nor paused.
{{ config(materialized='incremental', pre_hook="{{ replaced('day') }}") }}
with

grid as (
    select
        span.tool_id, span.person_no, weeks.week_start,
        bit_or({{ day_mask('span.first_date', 'span.last_date', 'weeks.week_start') }}) as eligible_mask,
        max(weeks.open_mask) as open_mask
    from {{ ref('int_eligible_spans') }} as span
    inner join {{ ref('int_tool_weeks') }} as weeks
        on weeks.tool_id = span.tool_id and span.first_date < weeks.window_end and span.last_date >= weeks.week_start
    where {{ is_refreshed('weeks.tool_id', 'weeks.week_start') }}
    group by 1, 2, 3
),

counted as (
    select
        grid.tool_id, grid.week_start
        {%- for day in range(7) %},
        cast(sum(case when grid.eligible_mask & grid.open_mask & person.work_mask & {{ 2 ** day }} <> 0 then 1 else 0 end) as bigint) as people_{{ day }}
        {%- endfor %}
    from grid
    inner join {{ ref('int_person_weeks') }} as person
        on person.person_no = grid.person_no and person.week_start = grid.week_start
    group by 1, 2
),

daily as (
    {%- for day in range(7) %}
    select tool_id, {{ add_days('week_start', day) }} as day, people_{{ day }} as available_people from counted
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from daily
