with

loaded as (
    select
        tool_id, source_id, {{ local_date('loaded_at') }} as day,
        {%- for kind in ['read', 'loaded', 'duplicate', 'superseded', 'quarantined', 'blank'] %}
        cast(sum(lines_{{ kind }}) as bigint) as lines_{{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_loads') }}
    where dataset in ('events', 'aggregates')
    group by 1, 2, 3
),

dated as (
    select known.*
    from {{ ref('int_source_days') }} as known
    inner join {{ ref('stg_tool_sources') }} as source on source.source_id = known.source_id
),

days as (
    select tool_id, source_id, day from loaded
    union
    select tool_id, source_id, day from dated
)

select
    days.tool_id,
    days.source_id,
    {%- for kind in ['read', 'loaded', 'duplicate', 'superseded', 'quarantined', 'blank'] %}
    coalesce(loaded.lines_{{ kind }}, 0) as lines_{{ kind }},
    {%- endfor %}
    coalesce(dated.records, 0) as records,
    coalesce(dated.late_records, 0) as late_records,
    coalesce(dated.people, 0) as people,
    {{ hours_between(
        'max(dated.reached_at) over (partition by days.tool_id, days.source_id order by days.day rows unbounded preceding)',
        start_of_date(add_days('days.day', 1))
    ) }} as freshness_hours,
    days.day
from days
left join loaded on loaded.tool_id = days.tool_id and loaded.source_id = days.source_id and loaded.day = days.day
left join dated on dated.tool_id = days.tool_id and dated.source_id = days.source_id and dated.day = days.day
