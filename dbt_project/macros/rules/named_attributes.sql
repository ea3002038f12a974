{# The catalogue attributes that some rule or `uses:` names: a list of [name, type]. They become columns "name__type". #}
{% macro named_attributes() %}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- set tools = ref('stg_tools') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set found = [] -%}
    {%- for row in asked_once('select spec from ' ~ rule_book) -%}
        {%- for attribute in fromjson(row[0]).get('attributes', []) if attribute not in found -%}
            {%- do found.append(attribute) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for row in asked_once('select uses_sql from ' ~ tools ~ ' where uses_sql is not null') -%}
        {%- for name, type in modules.re.findall('"([a-z_][a-z0-9_]*?)__(text|double|integer|boolean|timestamp|date)"', row[0]) if [name, type] not in found -%}
            {%- do found.append([name, type]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{#
  The standard columns of events that some rule names, so that the events of rules carry no others. A book without rules
  carries all.
#}
{% macro named_columns() %}
    {%- set all = ['item_id', 'session_id', 'conversation_id', 'use_case', 'feature', 'decision', 'decision_source', 'confidence',
                   'predicted_value', 'final_value', 'dwell_ms', 'model', 'input_tokens', 'output_tokens', 'cost'] -%}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return(all) }}{%- endif -%}
    {%- set found = [] -%}
    {%- set texts = [] -%}
    {%- for kind, spec in asked_once('select kind, spec from ' ~ rule_book) -%}
        {#- Two are named by what a rule is, not in what it says. -#}
        {%- do texts.append(spec ~ (' item_id' if kind == 'coverage') ~ (' use_case' if fromjson(spec)['use_cases'])) -%}
    {%- endfor -%}
    {%- for column in all if modules.re.search('\\b' ~ column ~ '\\b', texts | join(' ')) -%}{%- do found.append(column) -%}{%- endfor -%}
    {{ return(found if texts else all) }}
{% endmacro %}

{# The measures of aggregates that rules name beyond the columns of their own. They become columns "name__double". #}
{% macro named_measures() %}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set found = [] -%}
    {%- for row in asked_once('select spec from ' ~ rule_book) -%}
        {%- set spec = fromjson(row[0]) -%}
        {%- for name in [spec.get('of_measure'), spec.get('among_measure')] if name and name not in aggregate_measures() and name not in found -%}
            {%- do found.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# The columns of the events that rules read, but their order: who, what and when, and what rules name. #}
{% macro columns_of_rule_events() -%}
    event_no, tool_id, person_no, actor_no, event_name, actor_type, occurred_at
    {%- for name in named_columns() %}, {{ name }}{% endfor %}
    {%- for name, type in named_attributes() %}, "{{ name }}__{{ type }}"{% endfor %}
{%- endmacro %}

{# Whether some rule reads an event, by its tool and name; who looks at neighbours or whole groups reads all of its tool. #}
{% macro is_read_by_rules() %}
    {%- set rule_book = ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return('false') }}{%- endif -%}
    {%- set tools = {} -%}
    {%- for tool_id, kind, text in run_query('select tool_id, kind, spec from ' ~ rule_book ~ ' order by rule_no') -%}
        {%- set spec = fromjson(text) -%}
        {%- set read = tools.setdefault(tool_id, {'all': false, 'names': []}) -%}
        {%- if kind == 'count' or spec.get('immediately') -%}{%- do read.update({'all': true}) -%}{%- endif -%}
        {%- for selector in spec.values() if selector is mapping -%}
            {%- for name in selector.get('events', []) if name not in read['names'] -%}{%- do read['names'].append(name) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    ({%- for tool_id, read in tools.items() -%}
        {{ ' or ' if not loop.first }}(tool_id = {{ text_literal(tool_id) }}{% if not read['all'] %} and event_name in ({{ quoted_list(read['names']) }}){% endif %})
        {%- else -%} false
        {%- endfor -%})
{% endmacro %}

{# The tools whose sources say in which order their events happened, beyond the time. #}
{% macro sequenced_tools() %}
    {%- set days = ref('int_source_days') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set found = run_query('select distinct tool_id from ' ~ days ~ ' where is_sequenced order by 1') -%}
    {{ return(found.columns[0].values() | list) }}
{% endmacro %}

{# How many weeks the tools' windows span; usually one size for all. #}
{% macro window_sizes() %}
    {%- set tools = ref('stg_tools') -%}
    {%- if not execute -%}{{ return([4]) }}{%- endif -%}
    {%- set sizes = run_query('select distinct window_weeks from ' ~ tools ~ ' order by 1').columns[0].values() | list -%}
    {{ return(sizes or [4]) }}
{% endmacro %}

{# The tools whose intended users are defined one way (people, seats or list), with their compiled condition. #}
{% macro tools_of_eligible_kind(kind) %}
    {%- set tools = ref('stg_tools') -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set found = [] -%}
    {%- for row in run_query("select tool_id, eligible_sql from " ~ tools ~ " where eligible_kind = '" ~ kind ~ "' order by position") -%}
        {%- do found.append(dict(row)) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# What counts as a use, per tool: its selector by a human actor, else every human, user-initiated event. #}
{% macro is_use() %}
    {%- set tools = ref('stg_tools') -%}
    {%- if not execute -%}{{ return("(actor_type = 'human' and is_user_initiated)") }}{%- endif -%}
    {%- set rows = run_query("select tool_id, uses_sql from " ~ tools ~ " where uses_sql is not null order by position") -%}
    (actor_type = 'human' and case tool_id
        {%- for row in rows %} when '{{ row[0] }}' then coalesce({{ row[1] }}, false){% endfor %}
        {%- if not rows | length %} when null then false{% endif %}
        else is_user_initiated end)
{% endmacro %}
