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
    select
        record.tool_id, record.source_id, record.record_date as day,
        count(*) as records,
        cast(sum(case when {{ days_between('record.record_date', local_date('coalesce(record.first_file_at, loads.modified_at)')) }} > source.late_days then 1 else 0 end) as bigint) as late_records,
        count(distinct record.alias_no) as people,
        max(record.reached_at) as reached_at
    from {{ ref('int_source_records') }} as record
    inner join {{ ref('stg_loads') }} as loads on loads.load_id = record.load_id
    inner join {{ ref('stg_tool_sources') }} as source on source.source_id = record.source_id
    group by 1, 2, 3
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
