with

statuses as (
    select status.*, unit.shown_as
    from {{ ref('int_statuses') }} as status
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = status.tool_id and unit.week_start = status.week_start
        and unit.org_unit = coalesce(status.org_unit, 'Unknown')
),

grouped as (
    select 'total' as org_level, 'All' as org_unit, {{ adoption_counts() }} from statuses group by tool_id, week_start
    union all
    select 'org_unit', shown_as, {{ adoption_counts() }} from statuses group by tool_id, week_start, shown_as
),

targets as (
    select
        tool_id, coalesce(org_unit, 'All') as org_unit,
        max(case when measure = 'correct' then value end) as target_correct_share,
        max(case when measure = 'correct' then due_date end) as target_correct_due,
        max(case when measure = 'active' then value end) as target_active_share,
        max(case when measure = 'active' then due_date end) as target_active_due
    from {{ ref('stg_targets') }}
    group by 1, 2
),

shared as (
    select
        grouped.*,
        cast(active as double) / nullif(eligible, 0) as active_share,
        cast(correct_user as double) / nullif(eligible, 0) as correct_share,
        cast(incorrect_user as double) / nullif(eligible, 0) as incorrect_share,
        cast(non_user as double) / nullif(eligible, 0) as non_user_share,
        cast(not_judged as double) / nullif(eligible, 0) as not_judged_share,
        cast(correct_user as double) / nullif(active, 0) as correct_among_active_share
    from grouped
)

select
    shared.tool_id,
    shared.org_level,
    shared.org_unit,
    {% for column in ['eligible', 'judged'] + adoption_count_names() -%}
    shared.{{ column }},
    {% endfor -%}
    shared.active_share,
    shared.correct_share,
    shared.incorrect_share,
    shared.non_user_share,
    shared.not_judged_share,
    shared.correct_among_active_share,
    targets.target_correct_share,
    targets.target_active_share,
    shared.correct_share - targets.target_correct_share as gap_correct_share,
    shared.active_share - targets.target_active_share as gap_active_share,
    shared.is_provisional,
    targets.target_correct_due,
    targets.target_active_due,
    shared.week_start
from shared
left join targets on targets.tool_id = shared.tool_id and targets.org_unit = shared.org_unit
