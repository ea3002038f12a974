-- What each of the intended users has made of the tool so far, in the latest final week of the tool (else its latest).
with

latest as (
    select
        tool.tool_id, windows.week_start, windows.window_end, windows.is_provisional
    from {{ ref('dim_tool') }} as tool
    inner join {{ ref('int_tool_windows') }} as windows
        on windows.tool_id = tool.tool_id and windows.week_start = coalesce(tool.last_final_week_start, tool.last_week_start)
),

seats as (
    select
        tool_id, alias_no, coalesce(first_date, date '0001-01-01') as first_date,
        coalesce(last_date, date '9999-12-31') as last_date
    from {{ ref('stg_eligible') }}
    union all
    select tool_id, alias_no, first_date, last_date from {{ ref('int_reported_seats') }}
),

seated as (
    select distinct latest.tool_id, alias.person_no
    from seats
    inner join latest
        on latest.tool_id = seats.tool_id
        and seats.first_date < latest.window_end and seats.last_date >= latest.week_start
    inner join {{ ref('int_alias_people') }} as alias
        on alias.alias_no = seats.alias_no
        and alias.valid_from < latest.window_end and alias.valid_to >= latest.week_start
),

used as (
    select used.tool_id, used.person_no, min(used.week_start) as first_use_week, max(used.week_start) as last_use_week
    from {{ ref('int_use_weeks') }} as used
    inner join latest on latest.tool_id = used.tool_id and used.week_start <= latest.week_start
    group by 1, 2
),

known as (
    select
        status.tool_id, status.person_no, status.org_unit, status.status, status.reason, status.uses, status.is_active,
        used.first_use_week, used.last_use_week, latest.is_provisional, latest.week_start,
        case when status.tool_id in (select tool_id from seats) then seated.person_no is not null end as is_licensed,
        used.person_no is not null or coalesce(reported.has_used_before, false) as has_used_before,
        -- Coarse reports may leave open whether anything was used.
        coalesce(reported.is_unused, true) as is_told
    from {{ ref('int_statuses') }} as status
    inner join latest on latest.tool_id = status.tool_id and latest.week_start = status.week_start
    left join seated on seated.tool_id = status.tool_id and seated.person_no = status.person_no
    left join used on used.tool_id = status.tool_id and used.person_no = status.person_no
    left join {{ ref('int_window_uses') }} as reported
        on reported.tool_id = status.tool_id and reported.person_no = status.person_no
        and reported.week_start = status.week_start
)

select
    person.person_key,
    known.tool_id,
    known.org_unit,
    case
        when known.is_active then 'active'
        when not known.is_licensed then 'not_licensed'
        when known.uses > 0 then 'tried'
        when known.has_used_before then 'lapsed'
        when not known.is_told then 'unknown'
        else 'never_used'
    end as use_state,
    known.status,
    known.reason,
    known.uses,
    known.is_licensed,
    known.is_provisional,
    known.first_use_week,
    known.last_use_week,
    known.week_start
from known
inner join {{ ref('stg_people') }} as person on person.person_no = known.person_no
