-- How much of all that is loaded each key of a rule names, how much of that meets its condition, and how much of that
-- can count for somebody, by week. One pass per tool.
{{ config(materialized='incremental', pre_hook="{{ replaced_of_rules('week_start') }}") }}
-- depends_on: {{ ref('int_timed_events') }} {{ ref('int_sequenced_events') }} {{ ref('int_usage_days') }} {{ ref('stg_calendar') }}
{%- set tools = rules_by_tool() %}
{%- set queries = [] %}
with

{% for tool_id, rules in tools.items() -%}
{%- set tool = 'tool_' ~ loop.index -%}
{{ tool }} as (
    select
        {{ iso_week(local_date('occurred_at')) }} as week_start
        {%- for rule in rules %}
        {%- for key, names, condition, use in reach_of_selectors(rule) %}
        {%- set column = rule['rule_no'] ~ '_' ~ key %},
        {{ count_where('event_name in (' ~ quoted_list(names) ~ ')') }} as named_{{ column }},
        {{ count_where(condition) }} as met_{{ column }},
        {{ count_where(use) }} as used_{{ column }}
        {%- do queries.append('select ' ~ rule['rule_no'] ~ " as rule_no, '" ~ key ~ "' as key, week_start, named_" ~ column ~ ' as named, met_' ~ column ~ ' as met, used_' ~ column ~ ' as used from ' ~ tool) %}
        {%- endfor %}
        {%- endfor %}
    from {{ events_of(rules[0]) }}
    where tool_id = {{ text_literal(tool_id) }} and {{ is_refreshed('tool_id', local_date('occurred_at')) }}
    group by 1
),

{% for rule in rules if rule['measures'] -%}
{%- for key in ['of', 'among'] if rule[key ~ '_measure'] -%}
{%- set days = 'days_' ~ rule['rule_no'] ~ '_' ~ key -%}
{{ days }} as (
    select
        {{ rule['rule_no'] }} as rule_no, '{{ key }}' as key, {{ iso_week('usage_date') }} as week_start, count(*) as named,
        count({{ measure(rule[key ~ '_measure']) }}) as met, count({{ measure(rule[key ~ '_measure']) }}) as used
    from {{ ref('int_usage_days') }}
    where tool_id = {{ text_literal(tool_id) }}
    group by 3
),
{%- do queries.append('select * from ' ~ days) %}

{% endfor -%}
{%- endfor -%}
{%- endfor -%}
reached as (
    {%- for query in queries %}
    {{ query }}
    union all
    {%- endfor %}
    select 0 as rule_no, '' as key, date '0001-01-01' as week_start, 0 as named, 0 as met, 0 as used where false
)

select
    cast(rule_no as integer) as rule_no, cast(key as varchar) as key, week_start, cast(named as bigint) as named,
    cast(met as bigint) as met, cast(used as bigint) as used
from reached
