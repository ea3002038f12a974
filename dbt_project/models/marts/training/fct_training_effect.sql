-- A minimum that was raised since hides what was measured before.
with

shown as (
    select
        effect.*, current_effects.effect_no is not null as is_current,
        coalesce(
            effect.refusal,
            case when least(effect.trained_people, effect.comparison_people) < calendar.small_group then
                'fewer people than the small-group minimum of ' || calendar.small_group end
        ) as no_figures
    from {{ ref('stg_training_effects') }} as effect
    left join {{ ref('stg_current_training_effects') }} as current_effects on current_effects.effect_no = effect.effect_no
    cross join {{ ref('stg_calendar') }} as calendar
)

select
    cast(effect_no as varchar) as effect_id,
    run_id as publication_id,
    tool_id,
    rule_id,
    module,
    measure,
    design,
    plan_id,
    {{ training_finding() }} as finding,
    no_figures as refusal,
    case when no_figures is null then placebo_refusal end as placebo_refusal,
    {%- for count in ['trained_people', 'comparison_people', 'left_out_people'] %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    cast(weeks_after as bigint) as weeks_after,
    {%- for figure in ['trained_before', 'estimate', 'low', 'high', 'placebo_estimate', 'placebo_low', 'placebo_high'] %}
    case when no_figures is null then {{ figure }} end as {{ figure }},
    {%- endfor %}
    is_current,
    completed_from as completed_from_date,
    completed_to as completed_to_date,
    {{ as_utc('made_at') }} as made_at
from shown
