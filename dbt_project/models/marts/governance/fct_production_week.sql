-- Fewer decisions, obligations or answers than this say nothing about a share of them: the figure stands, the judgement
-- is left open.
{%- set least_cases = 30 %}
{%- set least_confident = 200 %}
with

measures as (select * from {{ ref('int_production_measures') }}),

promises as (select * from {{ ref('stg_tool_productions') }}),

deadlines as (
    select tool_id, max(freshness_hours) as freshness_hours from {{ ref('stg_tool_sources') }} group by 1
),

figures as (
    select
        measures.*,
        promises.expected_people_per_day, promises.expected_events_per_day, promises.latency_share,
        coalesce(promises.freshness_hours, deadlines.freshness_hours) as promised_hours,
        promises.error_measure, promises.error_share,
        promises.retraining_override_share, promises.retraining_calibration_gap,
        case promises.error_measure
            when 'overridden' then cast(measures.overridden as double) / nullif(measures.decisions, 0)
            when 'broken' then cast(measures.broken as double) / nullif(measures.judged, 0)
            when 'unavailable' then measures.outage_share
        end as error_rate,
        case promises.error_measure when 'overridden' then measures.decisions when 'broken' then measures.judged end as error_cases
    from measures
    left join promises on promises.tool_id = measures.tool_id
    left join deadlines on deadlines.tool_id = measures.tool_id
),

criteria as (
    select
        tool_id, week_start, is_provisional, is_paused, 1 as position, 'people_per_day' as criterion, 'people' as unit, true as is_floor,
        expected_people_per_day as promised, people_per_day as observed, cast(null as bigint) as cases, cast(null as bigint) as least_cases
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 2, 'events_per_day', 'uses', true,
        expected_events_per_day, uses_per_day, null, null
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 3, 'freshness', 'hours', false,
        promised_hours, oldest_hours, null, null
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 4, 'latency', 'share', true,
        latency_share, cast(answers_in_time as double) / nullif(answers, 0), answers, {{ least_cases }}
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 5, 'error_budget', 'share', false,
        error_share, error_rate, error_cases, case when error_measure <> 'unavailable' then {{ least_cases }} end
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 6, 'override_share', 'share', false,
        retraining_override_share, cast(overridden as double) / nullif(decisions, 0), decisions, {{ least_cases }}
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 7, 'calibration_gap', 'share', false,
        retraining_calibration_gap, calibration_gap, confident_decisions, {{ least_confident }}
    from figures
    union all
    select
        tool_id, week_start, is_provisional, is_paused, 8, 'owner', 'yes', true,
        1.0, case when has_owner then 1.0 when not has_owner then 0.0 end, null, null
    from figures
)

select
    tool_id,
    criterion,
    unit,
    cast(position as bigint) as position,
    cast(promised as double) as promised,
    cast(observed as double) as observed,
    cast(cases as bigint) as cases,
    promised is not null as is_promised,
    is_floor,
    case
        when is_paused or (least_cases is not null and coalesce(cases, 0) < least_cases) then null
        when is_floor then observed >= promised
        else observed <= promised
    end as holds,
    is_paused,
    is_provisional,
    week_start
from criteria
