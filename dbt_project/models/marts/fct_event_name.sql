select tool_id, event_name, cast(sum(events) as bigint) as events
from {{ ref('int_event_weeks') }}
group by 1, 2
