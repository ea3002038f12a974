-- Everyone whose status or shown org unit is another than in the last publication, for the weeks that both hold. Where a
-- tool's rules or terms have changed, `middle_status` is what the new data come to under the former ones: up to it the
-- data have moved the person, from it on the rules. Elsewhere it is the status now: the data have moved everything.
{{ config(pre_hook="{{ refreshed() }}") }}
with

-- The weeks before stand as they were published.
published as (
    select * from {{ ref('stg_published_statuses') }} where {{ is_refreshed('tool_id', 'week_start') }}
),

present as (
    select status.tool_id, status.person_no, status.week_start, unit.shown_as as org_unit, status.status
    from {{ ref('int_statuses') }} as status
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = status.tool_id and unit.week_start = status.week_start
        and unit.org_unit = coalesce(status.org_unit, 'Unknown')
    where {{ is_refreshed('status.tool_id', 'status.week_start') }}
),

-- Rules look back and ahead of the window by their longest deadline, and further back where evidence is rare.
weeks as (
    select
        both_weeks.tool_id, both_weeks.week_start,
        {{ add_days('tool_window.window_start', '-coalesce(looks.days + looks.reach_days, 0)') }} as looks_from_date,
        {{ add_days('tool_window.window_end', 'coalesce(looks.days, 0)') }} as looks_to_date
    from (
        select tool_id, week_start from published
        intersect
        select tool_id, week_start from present
    ) as both_weeks
    inner join {{ ref('int_tool_windows') }} as tool_window
        on tool_window.tool_id = both_weeks.tool_id and tool_window.week_start = both_weeks.week_start
    left join (
        select
            tool_id,
            cast(ceil(coalesce(max(within_us), 0) / 86400000000.0) as integer) as days,
            7 * coalesce(max(cast({{ json_text('spec', 'reach_weeks') }} as integer)), 0) as reach_days
        from {{ ref('stg_rule_book') }}
        group by 1
    ) as looks on looks.tool_id = both_weeks.tool_id
),

moved as (
    select
        coalesce(present.tool_id, published.tool_id) as tool_id,
        coalesce(present.person_no, published.person_no) as person_no,
        coalesce(present.week_start, published.week_start) as week_start,
        published.org_unit as before_unit, present.org_unit as after_unit,
        published.status as before_status, present.status as after_status
    from published
    full outer join present
        on present.tool_id = published.tool_id and present.person_no = published.person_no
        and present.week_start = published.week_start
    where published.status is distinct from present.status or published.org_unit is distinct from present.org_unit
),

placed as (
    select
        moved.*, weeks.looks_from_date, weeks.looks_to_date,
        case
            when changed.tool_id is null then moved.after_status
            when moved.before_status is not null and moved.after_status is not null
            then coalesce(former.status, moved.before_status)
        end as middle_status
    from moved
    inner join weeks on weeks.tool_id = moved.tool_id and weeks.week_start = moved.week_start
    left join {{ ref('stg_former_tools') }} as changed on changed.tool_id = moved.tool_id
    left join {{ ref('stg_former_statuses') }} as former
        on former.tool_id = moved.tool_id and former.person_no = moved.person_no
        and former.week_start = moved.week_start
),

late as (
    select placed.tool_id, placed.person_no, placed.week_start
    from placed
    inner join {{ ref('int_late_inputs') }} as input
        on input.tool_id = placed.tool_id and input.person_no = placed.person_no
        and input.first_date < placed.looks_to_date and input.last_date >= placed.looks_from_date
    union
    select placed.tool_id, placed.person_no, placed.week_start
    from placed
    inner join {{ ref('int_late_inputs') }} as input
        on input.tool_id = placed.tool_id and input.person_no is null
        and input.first_date < placed.looks_to_date and input.last_date >= placed.looks_from_date
)

select
    placed.tool_id, placed.person_no, placed.before_unit, placed.after_unit,
    placed.before_status, placed.middle_status, placed.after_status,
    late.person_no is not null as is_late, placed.week_start
from placed
left join late
    on late.tool_id = placed.tool_id and late.person_no = placed.person_no and late.week_start = placed.week_start
