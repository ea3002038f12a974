select
    tool_id,
    direction,
    name,
    interface,
    updates,
    on_failure,
    fallback,
    cast(position as bigint) as position
from {{ ref('stg_tool_links') }}
