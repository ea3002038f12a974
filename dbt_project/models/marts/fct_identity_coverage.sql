select
    record.tool_id,
    record.source_id,
    alias.namespace,
    count(distinct record.alias_no) as aliases,
    count(distinct case when alias.is_resolved then record.alias_no end) as resolved_aliases,
    count(*) as records,
    cast(sum(case when alias.is_resolved then 1 else 0 end) as bigint) as resolved_records
from {{ ref('int_source_records') }} as record
inner join {{ ref('int_alias_resolution') }} as alias on alias.alias_no = record.alias_no
group by 1, 2, 3
