-- Events in the order they are judged, of tools whose sources say no more than the time: the time is the order, and equal
-- times are concurrent. A view: a rule names few kinds of event and few columns, and reads no others.
{{ config(materialized='view', pre_hook="{{ refreshed() }}") }}
select {{ columns_of_rule_events() }}, {{ epoch_microseconds('occurred_at') }} as ord
from {{ ref('int_usage_events') }}
where {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }}
