select
    tool_id,
    source_id,
    measure,
    load_id,
    said_before,
    said_now,
    said_now - said_before as moved,
    day,
    {{ iso_week('day') }} as week_start,
    {{ as_utc('restated_at') }} as restated_at
from {{ ref('stg_restated_days') }}
