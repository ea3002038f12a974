select
    loads.tool_id,
    loads.source_id,
    quarantine.reason_code,
    min(quarantine.reason) as reason_example,
    cast(sum(quarantine.lines) as bigint) as lines,
    {{ as_utc('max(loads.loaded_at)') }} as last_loaded_at
from {{ ref('stg_quarantine') }} as quarantine
inner join {{ ref('stg_loads') }} as loads on loads.load_id = quarantine.load_id
group by 1, 2, 3
