-- The working days of every person in every week that any tool looks at: the person's pattern (or the calendar's),
-- less holidays and absences. Days before somebody joins count by pattern: eligibility is the tool's matter.
with

weeks as (select distinct week_start from {{ ref('int_tool_weeks') }}),

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

spans as (
    select
        span.person_no, weeks.week_start,
        span.working_days, {{ org_unit_of('span') }} as org_unit, span.role,
        row_number() over (partition by span.person_no, weeks.week_start order by span.valid_from desc) as recency
    from {{ ref('stg_person_spans') }} as span
    inner join weeks on span.valid_from < {{ add_days('weeks.week_start', 7) }} and span.valid_to >= weeks.week_start
),

worked as (
    select
        person.person_no, weeks.week_start, spans.org_unit, spans.role,
        coalesce(spans.working_days, calendar.working_days)
            & ~coalesce(holiday_masks.holiday_mask, 0)
            & ~coalesce(absence_masks.absence_mask, 0) as work_mask
    from {{ ref('stg_people') }} as person
    cross join weeks
    cross join {{ ref('stg_calendar') }} as calendar
    left join spans on spans.person_no = person.person_no and spans.week_start = weeks.week_start and spans.recency = 1
    left join holiday_masks on holiday_masks.week_start = weeks.week_start
    left join absence_masks on absence_masks.person_no = person.person_no and absence_masks.week_start = weeks.week_start
)

select * from worked
