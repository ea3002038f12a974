-- How far each tool's telemetry reaches: it begins at live_from, and its data-through is the least, over its sources,
-- of the newest time loaded (of a snapshot: when it was taken). A source without any record leaves the tool without a watermark: nothing is judged.
with

runs as (select * from {{ ref('stg_runs') }}),

-- A source may bring events and counts; whichever is newer shows how far it reaches.
newest_records as (
    select
        source_id, max(reached_at) as newest_at, max({{ add_days('day', 1) }}) as complete_to,
        max(case when tells_of_use then 1 else 0 end) as tells_of_use
    from {{ ref('int_source_days') }}
    group by 1
),

-- An invoice that comes once a month must not hold up what daily logs tell: it counts only where there is nothing else.
placed as (
    select
        source.tool_id, newest.newest_at, newest.complete_to,
        coalesce(newest.tells_of_use, 1) as tells_of_use,
        max(coalesce(newest.tells_of_use, 1)) over (partition by source.tool_id) as any_tells_of_use
    from {{ ref('stg_tool_sources') }} as source
    left join newest_records as newest on newest.source_id = source.source_id
),

sources as (
    select
        tool_id,
        count(*) as sources,
        count(newest_at) as sources_with_records,
        min(newest_at) as newest_at,
        min(complete_to) as complete_to
    from placed
    where tells_of_use = any_tells_of_use
    group by 1
),

reached as (
    select
        tool.tool_id,
        tool.live_from,
        tool.late_days,
        tool.window_weeks,
        coalesce(period.starts_at, {{ start_of_date('tool.live_from') }}) as judged_from_at,
        coalesce(period.ends_at, timestamp '9999-12-31') as judged_to_at,
        coalesce(period.data_from_at, {{ start_of_date('tool.live_from') }}) as data_from_at,
        coalesce(
            period.watermark_at,
            case when sources.sources = sources.sources_with_records then least(sources.newest_at, runs.started_at) end
        ) as watermark_at,
        -- Records reach into this day, so weeks may end with it; never past the day asked for.
        case
            when sources.sources = sources.sources_with_records
            then least(sources.complete_to, {{ local_date('runs.as_of') }})
        end as judged_to_date,
        runs.as_of,
        period.tool_id is not null as has_own_period
    from {{ ref('stg_tools') }} as tool
    cross join runs
    left join sources on sources.tool_id = tool.tool_id
    left join {{ ref('stg_tool_periods') }} as period on period.tool_id = tool.tool_id
)

select * from reached
