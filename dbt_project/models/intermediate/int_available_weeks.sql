-- The grid under all judgement: every person x tool x week in which the person was eligible, and the weeks before it
-- that its window reaches back into. Everything else is left-joined to it, so that nobody vanishes for lack of rows.
{{ config(pre_hook="{{ refreshed() }}") }}
with

weeks as (
    select * from {{ ref('int_tool_weeks') }} where {{ is_refreshed('tool_id', 'week_start', 'grid_from') }}
),

grid as (
    select
        span.tool_id, span.person_no, weeks.week_start,
        max(case when span.first_date < weeks.window_end and span.last_date >= weeks.week_start then 1 else 0 end) as is_eligible,
        max(case when span.first_date < weeks.window_end and span.last_date >= weeks.week_start then span.first_date end) as eligible_since,
        bit_or({{ day_mask('span.first_date', 'span.last_date', 'weeks.week_start') }}) as eligible_mask,
        max(weeks.open_mask) as open_mask
    from {{ ref('int_eligible_spans') }} as span
    inner join weeks
        on weeks.tool_id = span.tool_id
        and {{ add_days('span.first_date', '-7 * weeks.window_weeks') }} < weeks.window_end
        and span.last_date >= weeks.week_start
    group by 1, 2, 3
),

available as (
    select
        grid.tool_id, grid.person_no, grid.week_start, person.org_unit, person.role,
        grid.is_eligible = 1 as is_eligible,
        grid.eligible_since,
        cast(bit_count(person.work_mask & grid.open_mask & grid.eligible_mask) as integer) as available_days,
        cast(bit_count(person.work_mask & grid.open_mask) as integer) as reachable_days
    from grid
    inner join {{ ref('int_person_weeks') }} as person
        on person.person_no = grid.person_no and person.week_start = grid.week_start
)

select * from available
