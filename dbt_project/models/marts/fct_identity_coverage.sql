select
    tool_id,
    source_id,
    namespace,
    count(*) as aliases,
    count(case when known_records > 0 then 1 end) as resolved_aliases,
    cast(sum(records) as bigint) as records,
    cast(sum(known_records) as bigint) as resolved_records
from {{ ref('int_identity_coverage') }}
where namespace is not null
group by 1, 2, 3
