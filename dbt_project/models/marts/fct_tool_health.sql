with

records as (
    select
        record.source_id,
        max(record.reached_at) as newest_at,
        count(*) as records,
        sum(case when alias.is_resolved then 1 else 0 end) as resolved_records
    from {{ ref('int_source_records') }} as record
    left join {{ ref('int_alias_resolution') }} as alias on alias.alias_no = record.alias_no
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
    cast(records.resolved_records as double) / nullif(records.records, 0) as resolved_share,
    coalesce({{ hours_between('records.newest_at', 'runs.as_of') }} > source.freshness_hours, records.newest_at is null) as is_late,
    {{ as_utc('records.newest_at') }} as newest_at
from {{ ref('stg_tool_sources') }} as source
cross join {{ ref('stg_runs') }} as runs
left join records on records.source_id = source.source_id
left join lines on lines.source_id = source.source_id
