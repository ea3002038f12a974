-- How much of all that is loaded each key of a rule names, how much of that meets its condition, and how much of that
-- can count for somebody: what `takeup check` needs to say that a rule can never fire. One pass per tool.
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }} {{ ref('int_usage_days') }} {{ ref('stg_work_items') }} {{ ref('stg_training_completions') }}
{%- set tools = rules_by_tool() %}
{%- set queries = [] %}
with

{% for tool_id, rules in tools.items() -%}
{%- set tool = 'tool_' ~ loop.index -%}
{{ tool }} as (
    select
        count(*) as events
        {%- for rule in rules %}
        {%- for key, names, condition, use in reach_of_selectors(rule) %}
        {%- set column = rule['rule_no'] ~ '_' ~ key %},
        {{ count_where('event_name in (' ~ quoted_list(names) ~ ')') }} as named_{{ column }},
        {{ count_where(condition) }} as met_{{ column }},
        {{ count_where(use) }} as used_{{ column }}
        {%- do queries.append('select ' ~ rule['rule_no'] ~ " as rule_no, '" ~ key ~ "' as key, named_" ~ column ~ ' as named, met_' ~ column ~ ' as met, used_' ~ column ~ ' as used from ' ~ tool) %}
        {%- endfor %}
        {%- endfor %}
    from {{ events_of(rules[0]) }}
    where tool_id = {{ text_literal(tool_id) }}
),

{% for rule in rules if rule['measures'] -%}
{%- for key in ['of', 'among'] if rule[key ~ '_measure'] -%}
{%- set days = 'days_' ~ rule['rule_no'] ~ '_' ~ key -%}
{{ days }} as (
    select
        {{ rule['rule_no'] }} as rule_no, '{{ key }}' as key, count(*) as named,
        count({{ measure(rule[key ~ '_measure']) }}) as met, count({{ measure(rule[key ~ '_measure']) }}) as used
    from {{ ref('int_usage_days') }}
    where tool_id = {{ text_literal(tool_id) }}
),
{%- do queries.append('select * from ' ~ days) %}

{% endfor -%}
{%- endfor -%}
{%- for rule in rules if rule['kind'] == 'coverage' -%}
{%- set items = 'items_' ~ rule['rule_no'] -%}
{%- set of_kind = 'kind in (' ~ quoted_list(rule['items']) ~ ')' if rule['items'] else 'true' -%}
{{ items }} as (
    select
        {{ rule['rule_no'] }} as rule_no, 'items' as key, count(*) as named, {{ count_where(of_kind) }} as met,
        {{ count_where(of_kind ~ ' and closed_at is not null') }} as used
    from {{ ref('stg_work_items') }}
    where tool_id = {{ text_literal(tool_id) }}
),
{%- do queries.append('select * from ' ~ items) %}

{% endfor -%}
{%- for rule in rules if rule['kind'] == 'trained' -%}
{%- set completions = 'completions_' ~ rule['rule_no'] -%}
{%- set of_module = 'module = ' ~ text_literal(rule['module']) -%}
{{ completions }} as (
    select
        {{ rule['rule_no'] }} as rule_no, 'module' as key, count(*) as named, {{ count_where(of_module) }} as met,
        {{ count_where(of_module) }} as used
    from {{ ref('stg_training_completions') }}
),
{%- do queries.append('select * from ' ~ completions) %}

{% endfor -%}
{%- endfor -%}
reached as (
    {%- for query in queries %}
    {{ query }}
    union all
    {%- endfor %}
    select 0 as rule_no, '' as key, 0 as named, 0 as met, 0 as used where false
)

select
    cast(rule_no as integer) as rule_no, cast(key as varchar) as key, cast(named as bigint) as named,
    cast(met as bigint) as met, cast(used as bigint) as used
from reached
