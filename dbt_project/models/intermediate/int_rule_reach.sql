-- How much of all that is loaded each key of a rule names, how much of that meets its condition, and how much of that
-- can count for somebody: what `takeup check` needs to say that a rule can never fire.
-- depends_on: {{ ref('int_rule_reach_weeks') }} {{ ref('stg_work_items') }} {{ ref('stg_training_completions') }}
{%- set queries = [] %}
{%- for tool_id, rules in rules_by_tool().items() %}
{%- for rule in rules %}
{%- for key, names, condition, use in reach_of_selectors(rule) %}
{%- do queries.append('select ' ~ rule['rule_no'] ~ " as rule_no, '" ~ key ~ "' as key, 0 as named, 0 as met, 0 as used") %}
{%- endfor %}
{%- for key in ['of', 'among'] if rule['measures'] and rule[key ~ '_measure'] %}
{%- do queries.append('select ' ~ rule['rule_no'] ~ ", '" ~ key ~ "', 0, 0, 0") %}
{%- endfor %}
{%- if rule['kind'] == 'coverage' %}
{%- set of_kind = 'kind in (' ~ quoted_list(rule['items']) ~ ')' if rule['items'] else 'true' %}
{%- do queries.append('select ' ~ rule['rule_no'] ~ ", 'items', count(*), " ~ count_where(of_kind) ~ ', ' ~ count_where(of_kind ~ ' and closed_at is not null')
    ~ ' from ' ~ ref('stg_work_items') ~ ' where tool_id = ' ~ text_literal(tool_id)) %}
{%- endif %}
{%- if rule['kind'] == 'trained' %}
{%- set of_module = count_where('module = ' ~ text_literal(rule['module'])) %}
{%- do queries.append('select ' ~ rule['rule_no'] ~ ", 'module', count(*), " ~ of_module ~ ', ' ~ of_module ~ ' from ' ~ ref('stg_training_completions')) %}
{%- endif %}
{%- endfor %}
{%- endfor %}
with

reached as (
    select rule_no, key, named, met, used from {{ ref('int_rule_reach_weeks') }}
    {%- for query in queries %}
    union all
    {{ query }}
    {%- endfor %}
)

select
    cast(rule_no as integer) as rule_no, cast(key as varchar) as key, cast(sum(named) as bigint) as named,
    cast(sum(met) as bigint) as met, cast(sum(used) as bigint) as used
from reached
group by 1, 2
