select
    cast(load_id as varchar) as load_id,
    tool_id,
    source_id,
    dataset,
    format,
    path,
    status,
    message,
    lines_read,
    lines_loaded,
    lines_duplicate,
    lines_superseded,
    lines_quarantined,
    lines_blank,
    {{ as_utc('loaded_at') }} as loaded_at
from {{ ref('stg_loads') }}
