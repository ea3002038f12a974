-- The working days of every person in every week that any tool looks at: the person's pattern (or the calendar's),
-- less holidays and absences. Days before somebody joins count by pattern: eligibility is the tool's matter.
{{ config(pre_hook="{{ refreshed() }}") }}
with

weeks as (
    select distinct week_start from {{ ref('int_tool_weeks') }} where {{ is_refreshed_anywhere('week_start', 'grid_from') }}
),

holiday_masks as (
    select
        {{ iso_week('holiday_date') }} as week_start,
        bit_or({{ shift_left('1', days_between(iso_week('holiday_date'), 'holiday_date')) }}) as holiday_mask
    from {{ ref('stg_holidays') }}
    group by 1
),

absence_masks as (
    select
        absence.person_no, weeks.week_start,
        bit_or({{ day_mask('absence.first_date', 'absence.last_date', 'weeks.week_start') }}) as absence_mask
    from {{ ref('stg_absences') }} as absence
    inner join weeks on absence.first_date < {{ add_days('weeks.week_start', 7) }} and absence.last_date >= weeks.week_start
    group by 1, 2
),

-- Each day goes by the roster in force on it. A day outside every span (before joining, a gap) goes by the next span's
-- pattern, or the last one's when none follows.
spans as (
    select
        span.person_no, weeks.week_start, span.role, {{ org_unit_of('span') }} as org_unit,
        coalesce(span.working_days, calendar.working_days) as pattern,
        {{ day_mask('span.valid_from', 'span.valid_to', 'weeks.week_start') }} as covered_mask,
        row_number() over (
            partition by span.person_no, weeks.week_start
            order by case when span.valid_from < {{ add_days('weeks.week_start', 7) }} and span.valid_to >= weeks.week_start then 0 else 1 end, span.valid_from desc
        ) as recency,
        row_number() over (
            partition by span.person_no, weeks.week_start
            order by case when span.valid_to >= weeks.week_start then 0 else 1 end,
                case when span.valid_to >= weeks.week_start then {{ days_between('weeks.week_start', 'span.valid_from') }} else {{ days_between('span.valid_from', 'weeks.week_start') }} end
        ) as nearness
    from {{ ref('stg_person_spans') }} as span
    cross join weeks
    cross join {{ ref('stg_calendar') }} as calendar
),

patterns as (
    select
        person_no, week_start,
        max(case when recency = 1 and covered_mask <> 0 then org_unit end) as org_unit,
        max(case when recency = 1 and covered_mask <> 0 then role end) as role,
        bit_or(covered_mask & pattern) | (max(case when nearness = 1 then pattern end) & ~bit_or(covered_mask)) as pattern_mask
    from spans
    group by 1, 2
),

worked as (
    select
        person.person_no, weeks.week_start, patterns.org_unit, patterns.role,
        coalesce(patterns.pattern_mask, calendar.working_days)
            & ~coalesce(holiday_masks.holiday_mask, 0)
            & ~coalesce(absence_masks.absence_mask, 0) as work_mask
    from {{ ref('stg_people') }} as person
    cross join weeks
    cross join {{ ref('stg_calendar') }} as calendar
    left join patterns on patterns.person_no = person.person_no and patterns.week_start = weeks.week_start
    left join holiday_masks on holiday_masks.week_start = weeks.week_start
    left join absence_masks on absence_masks.person_no = person.person_no and absence_masks.week_start = weeks.week_start
)

select * from worked
