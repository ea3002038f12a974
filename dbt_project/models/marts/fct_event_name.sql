select tool_id, event_name, cast(count(*) as bigint) as events
from {{ ref('stg_usage_events') }}
group by 1, 2
