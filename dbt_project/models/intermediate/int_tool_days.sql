-- Every day of every tool since it went live, whether anything came of it or not: a day of which the logs do not tell yet
-- is unknown, a day of which they tell nothing is zero.
with

tools as (
    select *, {{ local_date('as_of') }} as as_of_date
    from {{ ref('int_tool_watermarks') }}
    where not has_own_period
),

weeks as (
    select
        tool_id, live_from, as_of_date, watermark_at,
        {{ week_series(iso_week('live_from'), iso_week(add_days('as_of_date', -1))) }} as week_start
    from tools
    where live_from < as_of_date
),

days as (
    select tool_id, watermark_at, day
    from (
        {%- for day in range(7) %}
        select tool_id, live_from, as_of_date, watermark_at, {{ add_days('week_start', day) }} as day from weeks
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as whole_weeks
    where day >= live_from and day < as_of_date
),

used as (select * from {{ ref('int_tool_use_days') }}),

decided as (
    select
        tool_id, day, cast(sum(decisions) as bigint) as decisions, cast(sum(overridden) as bigint) as overridden,
        cast(sum(edited) as bigint) as edited
    from {{ ref('int_decision_days') }}
    group by 1, 2
),

last_known as (
    select tool_id, max(day) as day from {{ ref('int_tool_available_days') }} group by 1
),

outages as (
    select distinct days.tool_id, days.day
    from days
    inner join {{ ref('stg_outages') }} as outage
        on outage.tool_id = days.tool_id
        and {{ local_date('outage.starts_at') }} <= days.day
        and {{ local_date(add_microseconds('outage.ends_at', -1)) }} >= days.day
),

pauses as (
    select distinct days.tool_id, days.day
    from days
    inner join {{ ref('int_tool_pauses') }} as pause
        on pause.tool_id = days.tool_id and days.day between pause.first_date and pause.last_date
),

-- The week under way is not in the grid yet: its days have the people of the same weekday in the last week that is.
placed as (
    select
        days.tool_id, days.day,
        days.day < {{ local_date('days.watermark_at') }} and told.tool_id is not null as is_told,
        outages.tool_id is not null as is_outage,
        pauses.tool_id is not null as is_paused,
        holiday.holiday_date is not null as is_holiday,
        case
            when days.day > last_known.day
            then {{ add_days('days.day', '-7 * cast(ceil(' ~ days_between('last_known.day', 'days.day') ~ ' / 7.0) as integer)') }}
            else days.day
        end as like_day
    from days
    left join {{ ref('int_day_told_tools') }} as told on told.tool_id = days.tool_id
    left join outages on outages.tool_id = days.tool_id and outages.day = days.day
    left join pauses on pauses.tool_id = days.tool_id and pauses.day = days.day
    left join {{ ref('stg_holidays') }} as holiday on holiday.holiday_date = days.day
    left join last_known on last_known.tool_id = days.tool_id
),

counted as (
    select
        placed.tool_id, placed.day,
        case
            when placed.is_outage or placed.is_paused or placed.is_holiday then 0
            else available.available_people
        end as available_people,
        case when placed.is_told then coalesce(used.people, 0) end as people,
        case when placed.is_told then coalesce(used.uses, 0) end as uses,
        case when placed.is_told then coalesce(records.records, 0) end as records,
        case when placed.is_told then coalesce(records.service_records, 0) end as service_records,
        case when placed.is_told then coalesce(records.unknown_records, 0) end as unknown_records,
        case when placed.is_told and deciding.tool_id is not null then coalesce(decided.decisions, 0) end as decisions,
        case when placed.is_told and deciding.tool_id is not null then coalesce(decided.overridden, 0) end as overridden,
        case when placed.is_told and deciding.tool_id is not null then coalesce(decided.edited, 0) end as edited,
        coalesce(placed.is_told, false) as is_told,
        placed.is_outage, placed.is_paused, placed.is_holiday
    from placed
    left join {{ ref('int_tool_available_days') }} as available
        on available.tool_id = placed.tool_id and available.day = placed.like_day
    left join used on used.tool_id = placed.tool_id and used.day = placed.day
    left join {{ ref('int_record_days') }} as records on records.tool_id = placed.tool_id and records.day = placed.day
    left join decided on decided.tool_id = placed.tool_id and decided.day = placed.day
    left join (select distinct tool_id from decided) as deciding on deciding.tool_id = placed.tool_id
)

select * from counted
