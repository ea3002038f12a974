-- What became of those who began together. Only tools whose logs tell of use by event or by day: elsewhere nobody knows
-- the week in which somebody began. Weeks that the data have not reached have no row.
with

weeks as (select tool_id, week_start, is_provisional from {{ ref('int_tool_windows') }}),

first_weeks as (select tool_id, min(week_start) as first_week from weeks group by 1),

-- Who ever was meant to use it.
people as (
    select used.tool_id, used.person_no, min(used.week_start) as cohort_week
    from {{ ref('int_use_weeks') }} as used
    inner join {{ ref('int_day_told_tools') }} as day_told on day_told.tool_id = used.tool_id
    inner join (select tool_id, person_no from {{ ref('int_statuses') }} group by 1, 2) as meant
        on meant.tool_id = used.tool_id and meant.person_no = used.person_no
    group by 1, 2
),

cohorts as (select tool_id, cohort_week, count(*) as cohort_people from people group by 1, 2),

kept as (
    select
        people.tool_id, people.cohort_week, status.week_start,
        count(*) as people,
        count(used.person_no) as used,
        sum(case when status.is_active then 1 else 0 end) as active,
        sum(case when status.status = 'correct_user' then 1 else 0 end) as correct,
        sum(case when status.status = 'incorrect_user' then 1 else 0 end) as incorrect,
        sum(case when status.status = 'not_judged' then 1 else 0 end) as not_judged
    from people
    inner join {{ ref('int_statuses') }} as status
        on status.tool_id = people.tool_id and status.person_no = people.person_no
    left join {{ ref('int_use_weeks') }} as used
        on used.tool_id = status.tool_id and used.person_no = status.person_no and used.week_start = status.week_start
    group by 1, 2, 3
),

reached as (
    select
        cohorts.*, weeks.week_start, weeks.is_provisional, calendar.small_group,
        {{ people_in_smaller('cohorts.cohort_people', 'cohorts.tool_id, weeks.week_start', 'cohorts.cohort_week') }} as people_in_smaller
    from cohorts
    inner join weeks on weeks.tool_id = cohorts.tool_id and weeks.week_start >= cohorts.cohort_week
    cross join {{ ref('stg_calendar') }} as calendar
),

-- Fewer than the minimum, or what the cohorts shown of the same calendar week would lay open of those that are not.
shown as (
    select
        reached.*,
        {{ is_small_group('reached.cohort_people', 'reached.people_in_smaller', 'reached.small_group') }} as is_hidden
    from reached
),

filled as (
    select
        shown.*,
        {%- for count in ['people', 'used', 'active', 'correct', 'incorrect', 'not_judged'] %}
        case when not shown.is_hidden then coalesce(kept.{{ count }}, 0) end as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from shown
    left join kept
        on kept.tool_id = shown.tool_id and kept.cohort_week = shown.cohort_week and kept.week_start = shown.week_start
)

select
    filled.tool_id,
    cast({{ days_between('filled.cohort_week', 'filled.week_start') }} / 7 as bigint) as age_weeks,
    cast(case when not filled.is_hidden then filled.cohort_people end as bigint) as cohort_people,
    {%- for count in ['people', 'used', 'active', 'correct', 'incorrect', 'not_judged'] %}
    cast(filled.{{ count }} as bigint) as {{ count }},
    {%- endfor %}
    {%- for count in ['used', 'active', 'correct'] %}
    cast(filled.{{ count }} as double) / nullif(filled.people, 0) as {{ count }}_share,
    {%- endfor %}
    filled.is_hidden,
    filled.cohort_week <= first_weeks.first_week as began_before,
    filled.is_provisional,
    filled.cohort_week,
    filled.week_start
from filled
inner join first_weeks on first_weeks.tool_id = filled.tool_id
