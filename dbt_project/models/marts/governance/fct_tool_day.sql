select
    tool_id,
    available_people,
    people,
    uses,
    records,
    service_records,
    unknown_records,
    decisions,
    overridden,
    edited,
    is_told,
    is_outage,
    is_paused,
    is_holiday,
    day
from {{ ref('int_tool_days') }}
