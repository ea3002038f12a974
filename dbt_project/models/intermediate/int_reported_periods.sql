-- What reports coarser than a day say of a person: weeks, months, 28 days, and snapshots. The period of a snapshot is
-- the time it looks back on. A period is never spread over its days; all that is known of days are the first and the
-- last one on which the report itself says the person was active. A period that still runs ends with the report.
with

reports as (
    select
        tool_id, source_id, alias_no, grain, period_start, {{ reported_end() }} as period_end, coverage, is_active,
        {{ activity_date('first_activity') }} as first_activity_date,
        {{ activity_date('last_activity') }} as last_activity_date,
        {{ is_activity() }} as is_activity
    from {{ ref('stg_usage_aggregates') }}
    where grain <> 'day' and actor_type <> 'service'
),

resolved as (
    select
        report.tool_id, report.source_id, alias.person_no, report.grain, report.period_start, report.period_end,
        -- With coverage unknown, that others are listed says nothing about who is not.
        max(case when report.coverage <> 'unknown' then 1 else 0 end) = 1 as is_whole_list,
        max(case
            when report.is_activity or report.last_activity_date between report.period_start and {{ add_days('report.period_end', -1) }} then 1
            when not report.is_active then 0
        end) = 1 as is_active,
        min(report.first_activity_date) as first_activity_date,
        max(report.last_activity_date) as last_activity_date
    from reports as report
    inner join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = report.alias_no
        and {{ add_days('report.period_end', -1) }} between alias.valid_from and alias.valid_to
    group by 1, 2, 3, 4, 5, 6
)

select * from resolved
