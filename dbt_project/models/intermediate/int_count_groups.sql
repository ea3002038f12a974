-- depends_on: {{ ref('stg_usage_events') }}
-- From when to when the groups reach that rules of kind `count` count in: those with an event in the weeks that are
-- rebuilt. All of their events are read, whoever's they are.
{{ config(pre_hook="{{ refreshed() }}") }}
{%- for tool_id, per in groups_of_rule_book() %}
select
    {{ text_literal(tool_id) }} as tool_id, {{ fingerprint(["'" ~ per ~ "'", per]) }} as group_no,
    min(occurred_at) as first_at, max(occurred_at) as last_at
from {{ ref('stg_usage_events') }}
where tool_id = {{ text_literal(tool_id) }} and {{ per }} is not null
    and {{ is_refreshed('tool_id', 'occurred_at', 'read_from_at') }}
group by 1, 2
having {{ is_refreshed(text_literal(tool_id), 'cast(max(occurred_at) as date)', days_before=1) }}
union all
{%- endfor %}
select
    cast(null as varchar) as tool_id, {{ fingerprint(['0']) }} as group_no, cast(null as timestamp) as first_at,
    cast(null as timestamp) as last_at
where false
