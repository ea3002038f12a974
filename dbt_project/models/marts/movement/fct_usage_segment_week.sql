{{ config(materialized='incremental', pre_hook="{{ replaced('week_start') }}") }}
with

pairs as (
    select tool_id, week_start, org_unit, status, segment_12, segment_4, count(*) as people
    from {{ ref('int_usage_segments') }}
    where {{ is_refreshed('tool_id', 'week_start') }}
    group by 1, 2, 3, 4, 5, 6
),

segments as (
    {%- for weeks in segment_windows() %}
    select
        pairs.tool_id, pairs.week_start, unit.shown_as, {{ weeks }} as window_weeks, pairs.segment_{{ weeks }} as segment,
        pairs.status, sum(pairs.people) as people
    from pairs
    inner join {{ ref('int_org_units') }} as unit
        on unit.tool_id = pairs.tool_id and unit.week_start = pairs.week_start and unit.org_unit = pairs.org_unit
    group by 1, 2, 3, 4, 5, 6
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        tool_id, week_start, 'total' as org_level, 'All' as org_unit, window_weeks, segment, status, sum(people) as people
    from segments
    group by 1, 2, 3, 4, 5, 6, 7
    union all
    select tool_id, week_start, 'org_unit', shown_as, window_weeks, segment, status, people
    from segments
),

shared as (
    select
        *, cast(sum(people) over (partition by tool_id, week_start, org_level, org_unit, window_weeks) as bigint) as eligible
    from counted
)

select
    shared.tool_id,
    shared.org_level,
    shared.org_unit,
    shared.segment,
    shared.status,
    cast(shared.window_weeks as bigint) as window_weeks,
    cast(shared.people as bigint) as people,
    shared.eligible,
    windows.is_provisional,
    shared.week_start
from shared
inner join {{ ref('int_tool_windows') }} as windows
    on windows.tool_id = shared.tool_id and windows.week_start = shared.week_start
