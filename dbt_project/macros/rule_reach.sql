{# The rule book by tool: tool_id -> its rules. #}
{% macro rules_by_tool() %}
    {%- set tools = {} -%}
    {%- for rule in rules_where('true') -%}{%- do tools.setdefault(rule['tool_id'], []).append(rule) -%}{%- endfor -%}
    {{ return(tools) }}
{% endmacro %}

{#
  What a rule looks for among events: a list of (key, event names, condition, condition of use). The last one holds of
  events that can count for somebody: by a person, in the use cases, with every key by which events belong together.
#}
{% macro reach_of_selectors(rule) %}
    {%- set keys = (rule['same'] or []) + ([rule['per']] if rule['kind'] == 'count' and rule['per'] != 'day' else []) -%}
    {%- set calls = {'share': 'among', 'cadence': 'of'}.get(rule['kind'], 'each' if rule['each'] else 'of') -%}
    {%- set found = [] -%}
    {%- for name in ['each', 'then', 'before', 'first', 'since', 'never', 'of', 'among', 'by', 'accepted'] if rule[name] -%}
        {%- set used = activates(rule, rule[name]) if name == calls else rule[name]['sql'] -%}
        {%- set complete = [] -%}
        {%- for key in keys -%}{%- do complete.append(' and ' ~ key ~ ' is not null') -%}{%- endfor -%}
        {%- do found.append([name, rule[name]['events'], rule[name]['sql'], used ~ complete | join('')]) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# How many rows of a CTE meet a condition; 0 of none. #}
{% macro count_where(condition) -%}cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as bigint){%- endmacro %}
