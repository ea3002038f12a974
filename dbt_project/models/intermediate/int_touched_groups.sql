-- depends_on: {{ ref('stg_usage_events') }}
-- The groups to which events have come since the last finished refresh.
{%- set marks = built_marks() %}
{%- set groups = groups_of_rule_book() %}
{%- for tool_id, per in (groups if marks['is_built'] else []) %}
select {{ text_literal(tool_id) }} as tool_id, {{ fingerprint(["'" ~ per ~ "'", per]) }} as group_no
from {{ ref('stg_usage_events') }}
where tool_id = {{ text_literal(tool_id) }} and {{ per }} is not null and load_id > {{ marks['load_id'] }}
group by 1, 2
union all
{%- endfor %}
select cast(null as varchar) as tool_id, {{ fingerprint(['0']) }} as group_no where false
