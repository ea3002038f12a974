with

grouped as (select * from {{ ref('int_adoption_weeks') }}),

-- The org unit's own target, or of the total the company's: a gap to somebody else's target is nobody's gap.
targets as (
    select
        tool_id, org_level, org_unit, week_start,
        {%- for measure in target_measures() %}
        max(case when measure = '{{ measure }}' then value end) as target_{{ measure }}_share,
        max(case when measure = '{{ measure }}' then due_date end) as target_{{ measure }}_due,
        max(case when measure = '{{ measure }}' then due_week end) as {{ measure }}_due_week{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_target_weeks') }}
    where not is_of_company
    group by 1, 2, 3, 4
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
),

-- Pace lately: from four final weeks before to this one, or from as many as there are.
paced as (
    select
        tool_id, org_level, org_unit, week_start,
        {%- for measure in target_measures() %}
        ({{ measure }}_share - coalesce({{ nearest_first(measure ~ '_share') }})) * 7.0
            / {{ days_between('coalesce(' ~ nearest_first('week_start') ~ ')', 'week_start') }} as pace_{{ measure }}_share{{ ',' if not loop.last }}
        {%- endfor %}
    from shared
    where not is_provisional
    window by_week as (partition by tool_id, org_level, org_unit order by week_start)
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
    {%- for measure in target_measures() %}
    shared.{{ measure }}_share - targets.target_{{ measure }}_share as gap_{{ measure }}_share,
    {%- endfor %}
    {%- for measure in target_measures() %}
    paced.pace_{{ measure }}_share,
    {%- endfor %}
    {%- for measure in target_measures() %}
    case
        when shared.{{ measure }}_share < targets.target_{{ measure }}_share and targets.{{ measure }}_due_week > shared.week_start
            then (targets.target_{{ measure }}_share - shared.{{ measure }}_share) * 7.0
                / {{ days_between('shared.week_start', 'targets.' ~ measure ~ '_due_week') }}
    end as needed_pace_{{ measure }}_share,
    {%- endfor %}
    drift.reason as untrustworthy_reason,
    drift.tool_id is not null as is_untrustworthy,
    shared.is_provisional,
    targets.target_correct_due,
    targets.target_active_due,
    shared.week_start
from shared
left join {{ ref('int_drift_weeks') }} as drift on drift.tool_id = shared.tool_id and drift.week_start = shared.week_start
left join targets
    on targets.tool_id = shared.tool_id and targets.week_start = shared.week_start
    and targets.org_level = shared.org_level and targets.org_unit = shared.org_unit
left join paced
    on paced.tool_id = shared.tool_id and paced.week_start = shared.week_start
    and paced.org_level = shared.org_level and paced.org_unit = shared.org_unit
