-- Events in the order they are judged, of tools whose sources order them: by a rank of their own, else by (time, source
-- sequence) inside the tool, found once for all rules. Equal ord is concurrent.
{{ config(pre_hook="{{ refreshed() }}") }}
select
    {{ columns_of_rule_events() }},
    coalesce(ord, dense_rank() over (partition by tool_id order by occurred_at, coalesce(seq, -1))) as ord
from {{ ref('int_usage_events') }}
where {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }} and {{ is_read_by_rules() }} and tool_id in ({{ quoted_list(sequenced_tools()) or 'null' }})
