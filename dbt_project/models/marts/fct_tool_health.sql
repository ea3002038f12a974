with

records as (
    select source_id, max(reached_at) as newest_at, cast(sum(records) as bigint) as records
    from {{ ref('int_source_days') }}
    group by 1
),

known as (
    select source_id, cast(sum(known_records) as double) / sum(records) as resolved_share
    from {{ ref('int_identity_coverage') }}
    group by 1
),

lines as (
    select
        source_id,
        {%- for kind in ['read', 'loaded', 'duplicate', 'superseded', 'quarantined', 'blank'] %}
        cast(sum(lines_{{ kind }}) as bigint) as lines_{{ kind }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_loads') }}
    group by 1
)

select
    source.tool_id,
    source.source_id,
    source.format,
    source.grain,
    {%- for kind in ['read', 'loaded', 'duplicate', 'superseded', 'quarantined', 'blank'] %}
    coalesce(lines.lines_{{ kind }}, 0) as lines_{{ kind }},
    {%- endfor %}
    coalesce(records.records, 0) as records,
    case when records.newest_at is not null then greatest({{ hours_between('records.newest_at', 'runs.as_of') }}, 0.0) end as freshness_hours,
    source.freshness_hours as deadline_hours,
    known.resolved_share,
    coalesce({{ hours_between('records.newest_at', 'runs.as_of') }} > source.freshness_hours, records.newest_at is null) as is_late,
    {{ as_utc('records.newest_at') }} as newest_at
from {{ ref('stg_tool_sources') }} as source
cross join {{ ref('stg_runs') }} as runs
left join records on records.source_id = source.source_id
left join known on known.source_id = source.source_id
left join lines on lines.source_id = source.source_id
