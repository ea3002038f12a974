with

reached as (
    select '{' || string_agg('"' || tool_id || '": ' || coalesce('"' || strftime(watermark_at, '%Y-%m-%dT%H:%M:%SZ') || '"', 'null'), ', ' order by tool_id) || '}' as data_through
    from {{ ref('int_tool_watermarks') }}
)

select
    runs.run_id as publication_id,
    runs.run_id,
    runs.code_version,
    runs.rule_book_hash,
    coalesce(reached.data_through, '{}') as data_through,
    calendar.timezone,
    calendar.org_unit as org_unit_attribute,
    cast(calendar.small_group as bigint) as small_group,
    cast(runs.contract_version as bigint) as contract_version,
    {{ as_utc('runs.started_at') }} as published_at,
    {{ as_utc('runs.as_of') }} as as_of
from {{ ref('stg_runs') }} as runs
cross join {{ ref('stg_calendar') }} as calendar
cross join reached
