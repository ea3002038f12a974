-- How old each source's newest record ever was in a week, by when its files came: oldest just before the next one.
-- Before the first file came nobody looked, so earlier weeks have no row.
with

arrivals as (
    select tool_id, source_id, arrived_at, max(reached_at) as reached_at
    from (
        select tool_id, source_id, arrived_at, reached_at from {{ ref('int_arrivals') }}
        union all
        select
            record.tool_id, record.source_id, coalesce(record.first_file_at, loads.modified_at), record.reached_at
        from {{ ref('int_source_records') }} as record
        inner join {{ ref('stg_loads') }} as loads on loads.load_id = record.load_id
        where not record.has_own_day
    ) as all_records
    group by 1, 2, 3
),

newest as (
    select
        tool_id, source_id, arrived_at,
        max(reached_at) over (
            partition by source_id order by arrived_at rows between unbounded preceding and 1 preceding
        ) as newest_before,
        max(reached_at) over (partition by source_id order by arrived_at rows unbounded preceding) as newest_after,
        lead(arrived_at) over (partition by source_id order by arrived_at) as next_arrived_at
    from arrivals
),

-- Each look: at an arrival, and at the end of each week until the next arrival.
looks as (
    select
        tool_id, source_id, {{ iso_week(local_date('arrived_at')) }} as week_start,
        {{ hours_between('newest_before', 'arrived_at') }} as age_hours
    from newest
    where newest_before is not null
    union all
    select
        newest.tool_id, newest.source_id, weeks.week_start,
        {{ hours_between('newest.newest_after', start_of_date(add_days('weeks.week_start', 7))) }}
    from newest
    inner join {{ ref('int_tool_weeks') }} as weeks
        on weeks.tool_id = newest.tool_id
        and newest.arrived_at < {{ start_of_date(add_days('weeks.week_start', 7)) }}
        and coalesce(newest.next_arrived_at, timestamp '9999-12-31') >= {{ start_of_date(add_days('weeks.week_start', 7)) }}
),

aged as (
    select tool_id, source_id, week_start, greatest(max(age_hours), 0.0) as oldest_hours
    from looks
    group by 1, 2, 3
)

select * from aged
