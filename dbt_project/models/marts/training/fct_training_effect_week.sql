with

shown as (
    select
        week.*, effect.tool_id, effect.rule_id, effect.is_current,
        least(week.trained_people, week.comparison_people) < calendar.small_group as is_hidden
    from {{ ref('stg_training_effect_weeks') }} as week
    inner join {{ ref('fct_training_effect') }} as effect on effect.effect_id = cast(week.effect_no as varchar)
    cross join {{ ref('stg_calendar') }} as calendar
    where effect.refusal is null
)

select
    cast(effect_no as varchar) as effect_id,
    tool_id,
    rule_id,
    cast(event_week as bigint) as event_week,
    {%- for count in ['trained_people', 'comparison_people'] %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    {%- for figure in ['trained_level', 'comparison_level', 'difference', 'low', 'high'] %}
    case when not is_hidden then {{ figure }} end as {{ figure }},
    {%- endfor %}
    is_hidden,
    is_current
from shown
