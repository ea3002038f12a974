-- How much of what was promised holds, over the last four final weeks: a promise holds when it held in three quarters of
-- the weeks in which it could be judged. What was never promised is open, not kept.
{%- set weeks_looked_at = 4 %}
with

final_weeks as (
    select tool_id, week_start, row_number() over (partition by tool_id order by week_start desc) as recency
    from {{ ref('int_tool_weeks') }}
    where not is_provisional and not has_own_period
),

weeks as (select tool_id, week_start from final_weeks where recency <= {{ weeks_looked_at }}),

spans as (
    select tool.tool_id, min(weeks.week_start) as first_week, max(weeks.week_start) as last_week
    from {{ ref('stg_tools') }} as tool
    left join weeks on weeks.tool_id = tool.tool_id
    group by 1
),

adoption as (
    select
        adoption.tool_id, adoption.week_start, criterion.criterion, criterion.position,
        case criterion.criterion when 'intended_people' then adoption.target_active_share else adoption.target_correct_share end as promised,
        case criterion.criterion when 'intended_people' then adoption.active_share else adoption.correct_share end as observed,
        adoption.not_judged_paused > 0 as is_paused
    from {{ ref('fct_adoption_week') }} as adoption
    inner join weeks on weeks.tool_id = adoption.tool_id and weeks.week_start = adoption.week_start
    cross join (
        select 'intended_people' as criterion, 1 as position
        union all
        select 'correct_use', 2
    ) as criterion
    where adoption.org_level = 'total'
),

weekly as (
    select
        tool_id, criterion, position, 'share' as unit, promised, observed,
        case when not is_paused then observed >= promised end as holds, week_start
    from adoption
    union all
    select
        production.tool_id, production.criterion, 2 + production.position, production.unit, production.promised, production.observed,
        production.holds, production.week_start
    from {{ ref('fct_production_week') }} as production
    inner join weeks on weeks.tool_id = production.tool_id and weeks.week_start = production.week_start
    where production.criterion not in ('override_share', 'calibration_gap')
),

counted as (
    select
        tool_id, criterion,
        max(promised) as promised, avg(observed) as observed,
        count(case when holds then 1 end) as weeks_held,
        count(holds) as weeks_judged
    from weekly
    group by 1, 2
),

-- Promises that are kept by being written down: there is nothing to measure a fallback or a meaning by.
stated as (
    select tool_id, 'fallback' as criterion, fallback is not null as is_stated from {{ ref('stg_tool_productions') }}
    union all
    select tool_id, 'workflow_change', workflow_change is not null from {{ ref('stg_tool_productions') }}
    union all
    select tool_id, 'output_meaning', output_meaning is not null from {{ ref('stg_tool_productions') }}
),

criteria as (
    {%- set criteria = [
        ('intended_people', 'Is it used by the people it is meant for?', 'share'),
        ('correct_use', 'Do they use it correctly?', 'share'),
        ('people_per_day', 'Do as many people work with it a day as promised?', 'people'),
        ('events_per_day', 'Does it carry the promised volume a day?', 'uses'),
        ('freshness', 'Are its records as fresh as promised?', 'hours'),
        ('latency', 'Does it answer as fast as promised?', 'share'),
        ('error_budget', 'Does it stay inside its error budget?', 'share'),
        ('owner', 'Does its named owner work here?', 'yes'),
        ('fallback', 'Is it stated what people do without it?', 'stated'),
        ('workflow_change', 'Is it written down how work changes with it?', 'stated'),
        ('output_meaning', 'Is it written down what its output means?', 'stated'),
    ] %}
    {%- for criterion, question, unit in criteria %}
    select {{ text_literal(criterion) }} as criterion, {{ loop.index }} as position, {{ text_literal(question) }} as question, {{ text_literal(unit) }} as unit
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    spans.tool_id,
    criteria.criterion,
    criteria.question,
    criteria.unit,
    case
        when stated.tool_id is not null then case when stated.is_stated then 'holds' else 'not promised' end
        when counted.promised is null then 'not promised'
        when coalesce(counted.weeks_judged, 0) = 0 then 'unknown'
        when counted.weeks_held * 4 >= counted.weeks_judged * 3 then 'holds'
        else 'broken'
    end as result,
    cast(criteria.position as bigint) as position,
    cast(counted.promised as double) as promised,
    cast(counted.observed as double) as observed,
    cast(case when stated.tool_id is null then coalesce(counted.weeks_held, 0) end as bigint) as weeks_held,
    cast(case when stated.tool_id is null then coalesce(counted.weeks_judged, 0) end as bigint) as weeks_judged,
    spans.first_week,
    spans.last_week
from spans
cross join criteria
left join counted on counted.tool_id = spans.tool_id and counted.criterion = criteria.criterion
left join stated on stated.tool_id = spans.tool_id and stated.criterion = criteria.criterion
