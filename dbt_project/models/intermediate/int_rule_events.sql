-- The events that rules read, in the order they are judged. `ord` is the rank of (time, source sequence) inside a tool;
-- the time itself does where no sequence is given. Equal ord is concurrent.
{%- set tools = events_rules_read() %}
with

events as (
    select * from {{ ref('int_usage_events') }}
    where
        {%- for tool_id, read in tools.items() %}
        {{ 'or ' if not loop.first }}(tool_id = {{ text_literal(tool_id) }}{% if not read['all'] %} and event_name in ({{ quoted_list(read['names']) }}){% endif %})
        {%- else %} false
        {%- endfor %}
),

sequenced_tools as (
    select distinct tool_id from {{ ref('stg_usage_events') }} where seq is not null
),

ordered as (
    select *, coalesce(ord, {{ epoch_microseconds('occurred_at') }}) as sequence_ord
    from events
    where tool_id not in (select tool_id from sequenced_tools)
    union all
    select *, coalesce(ord, dense_rank() over (partition by tool_id order by occurred_at, coalesce(seq, -1))) as sequence_ord
    from events
    where tool_id in (select tool_id from sequenced_tools)
),

judged as (
    select
        ordered.event_no, ordered.tool_id, ordered.person_no, ordered.actor_no, ordered.event_name, ordered.actor_type,
        {%- for name in named_columns() %} ordered.{{ name }},{% endfor %}
        {%- for name, type in named_attributes() %} ordered."{{ name }}__{{ type }}",{% endfor %}
        ordered.sequence_ord as ord,
        (ordered.occurred_at >= tool.judged_from_at and ordered.occurred_at < tool.judged_to_at) as is_judged,
        ordered.occurred_at
    from ordered
    inner join {{ ref('int_tool_watermarks') }} as tool on tool.tool_id = ordered.tool_id
)

select * from judged
