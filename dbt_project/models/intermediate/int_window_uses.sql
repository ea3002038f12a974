-- What the coarse reports of a tool say of a person's window, where they are all there is: `uses` is 1 when a period of
-- activity lies wholly in the window, `is_unused` says that nothing was used for certain. Neither: nobody can know, for
-- the activity may lie on either side of the window's edge, or no report speaks of the time.
{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

windows as (
    select
        available.tool_id, available.person_no, available.week_start, tool_window.window_end,
        tool_window.window_start,
        greatest(tool_window.window_start, tool.live_from) as first_date,
        {{ add_days('tool_window.window_end', -1) }} as last_date
    from {{ ref('int_available_weeks') }} as available
    inner join {{ ref('int_tool_windows') }} as tool_window
        on tool_window.tool_id = available.tool_id and tool_window.week_start = available.week_start
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = available.tool_id
    where available.is_eligible and not tool.has_own_period
        and {{ is_refreshed('available.tool_id', 'available.week_start') }}
        and available.tool_id not in (select tool_id from {{ ref('int_day_told_tools') }})
),

active as (
    select
        windows.tool_id, windows.person_no, windows.week_start,
        max(case when period.period_start >= windows.window_start and period.period_end <= windows.window_end then 1 else 0 end) as uses,
        max(case when period.period_end <= windows.window_start then 1 else 0 end) as has_used_before
    from windows
    inner join {{ ref('int_reported_periods') }} as period
        on period.tool_id = windows.tool_id and period.person_no = windows.person_no and period.is_active
        and period.period_end <= windows.window_end
    group by 1, 2, 3
),

told as (
    select
        windows.tool_id, windows.person_no, windows.week_start,
        cast(coalesce(active.uses, 0) as bigint) as uses,
        coalesce(active.has_used_before, 0) = 1 as has_used_before,
        unused.person_no is not null as is_unused
    from windows
    left join active
        on active.tool_id = windows.tool_id and active.person_no = windows.person_no
        and active.week_start = windows.week_start
    left join {{ ref('int_unused_spans') }} as unused
        on unused.tool_id = windows.tool_id and unused.person_no = windows.person_no
        and unused.first_date <= windows.first_date and unused.last_date >= windows.last_date
)

select * from told
