{# What is known of each source and day, from some of int_source_records: one row per source and day of a record. #}
{% macro source_days(condition) %}
    select
        counted.tool_id, counted.source_id, counted.day, counted.records, counted.late_records, named.people,
        counted.reached_at, counted.has_events, counted.has_only_events, counted.tells_of_use, counted.tells_days,
        counted.is_sequenced, counted.is_ordered
    from (
        select
            record.tool_id, record.source_id, record.record_date as day,
            count(*) as records,
            cast(sum(case when {{ days_between('record.record_date', local_date('coalesce(record.first_file_at, loads.modified_at)')) }} > source.late_days then 1 else 0 end) as bigint) as late_records,
            max(record.reached_at) as reached_at,
            max(record.is_event) as has_events,
            min(record.is_event) as has_only_events,
            max(record.tells_of_use) as tells_of_use,
            max(record.tells_days) as tells_days,
            max(record.is_sequenced) as is_sequenced,
            max(record.is_ordered) as is_ordered
        from {{ ref('int_source_records') }} as record
        left join {{ ref('stg_loads') }} as loads on loads.load_id = record.load_id
        left join {{ ref('stg_tool_sources') }} as source on source.source_id = record.source_id
        where {{ condition }}
        group by 1, 2, 3
    ) as counted
    -- Distinct people are counted apart: beside the other columns they cost three times what all of these do.
    inner join (
        select source_id, day, count(alias_no) as people
        from (
            select distinct record.source_id, record.record_date as day, record.alias_no
            from {{ ref('int_source_records') }} as record
            where {{ condition }}
        ) as accounts
        group by 1, 2
    ) as named on named.source_id = counted.source_id and named.day = counted.day
{% endmacro %}
