-- Usage segments of every person and week over the calendar weeks that end with it, without regard to correctness.
-- `is_told`: the tool's logs tell of use by event or by day; coarser reports say nothing of single weeks.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

told as (
    select
        status.tool_id, status.person_no, status.week_start, coalesce(status.org_unit, 'Unknown') as org_unit, status.status,
        cast({{ days_between("date '2000-01-03'", 'status.week_start') }} / 7 as bigint) as week_number,
        coalesce(used.actions, 0) as week_actions,
        day_told.tool_id is not null as is_told
    from {{ ref('int_statuses') }} as status
    left join {{ ref('int_use_weeks') }} as used
        on used.tool_id = status.tool_id and used.person_no = status.person_no and used.week_start = status.week_start
    left join {{ ref('int_day_told_tools') }} as day_told on day_told.tool_id = status.tool_id
    where {{ is_refreshed('status.tool_id', 'status.week_start', days_before=7 * (segment_windows().keys() | max)) }}
),

windowed as (
    select
        tool_id, person_no, week_start, org_unit, status, is_told
        {%- for weeks in segment_windows() %},
        count(*) over last_{{ weeks }}_weeks as weeks_seen_{{ weeks }},
        sum(case when week_actions > 0 then 1 else 0 end) over last_{{ weeks }}_weeks as weeks_used_{{ weeks }},
        sum(week_actions) over last_{{ weeks }}_weeks as actions_{{ weeks }}
        {%- endfor %}
    from told
    window
        {%- for weeks in segment_windows() %}
        last_{{ weeks }}_weeks as (
            partition by tool_id, person_no order by week_number range between {{ weeks - 1 }} preceding and current row
        ){{ ',' if not loop.last }}
        {%- endfor %}
),

segmented as (
    select
        tool_id, person_no, week_start, org_unit, status
        {%- for weeks, habit in segment_windows().items() %},
        {{ usage_segment(weeks, habit) }} as segment_{{ weeks }}
        {%- endfor %}
    from windowed
    where {{ is_refreshed('tool_id', 'week_start') }}
)

select * from segmented order by week_start
