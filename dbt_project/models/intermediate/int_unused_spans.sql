-- When a person is known not to have used a tool of which only coarse reports tell: what a report says of its period,
-- what a last activity says of the time after it, and what a list says of those who are not on it.
-- A tool with events or with days that tell of use is not here: there, no record is no use.
with

periods as (
    select * from {{ ref('int_reported_periods') }}
    where tool_id not in (select tool_id from {{ ref('int_day_told_tools') }})
),

reports as (
    select tool_id, source_id, grain, period_start, period_end
    from periods
    where is_whole_list
    group by 1, 2, 3, 4, 5
),

people as (
    select tool_id, person_no from {{ ref('int_eligible_spans') }} group by 1, 2
),

-- A snapshot lists who holds a licence on its day: somebody it no longer lists may have used the tool before. Only who
-- was on none of them has used nothing.
unlisted as (
    select people.tool_id, people.person_no, reports.period_start as first_date, {{ add_days('reports.period_end', -1) }} as last_date
    from reports
    inner join people on people.tool_id = reports.tool_id
    left join periods
        on periods.tool_id = reports.tool_id and periods.source_id = reports.source_id
        and periods.person_no = people.person_no and periods.grain = reports.grain
        and periods.period_start = case when reports.grain = 'snapshot' then periods.period_start else reports.period_start end
        and periods.period_end = case when reports.grain = 'snapshot' then periods.period_end else reports.period_end end
    where periods.person_no is null
),

spans as (
    select tool_id, person_no, period_start as first_date, {{ add_days('period_end', -1) }} as last_date
    from periods
    where not is_active
    union all
    select tool_id, person_no, {{ add_days('last_activity_date', 1) }}, {{ add_days('period_end', -1) }}
    from periods
    where last_activity_date < {{ add_days('period_end', -1) }}
    union all
    select tool_id, person_no, period_start, {{ add_days('first_activity_date', -1) }}
    from periods
    where first_activity_date > period_start
    union all
    select * from unlisted
),

merged as ({{ merged_spans('spans') }})

select * from merged
