{# What has changed in the form of a source, in words: of a row of stg_drifts. #}
{% macro drift_words(drift) -%}
    {%- set column = "replace(" ~ drift ~ ".column_name, 'attributes.', '')" -%}
    case when {{ drift }}.part <> '' and {{ drift }}.column_name <> 'event_name' then {{ drift }}.part || ': ' else '' end
    || case
        when {{ drift }}.column_name = 'event_name' and {{ drift }}.change = 'renamed' then 'the event ' || {{ drift }}.part || ' is called ' || {{ drift }}.detail || ' now'
        when {{ drift }}.column_name = 'alias_no' then 'nobody is named any more'
        when {{ drift }}.change = 'added' then {{ column }} || ' is new'
        when {{ drift }}.change = 'removed' then {{ column }} || ' has gone'
        when {{ drift }}.change = 'all_null' then {{ column }} || ' is filled no more'
        when {{ drift }}.change = 'renamed' then {{ column }} || ' is called ' || replace({{ drift }}.detail, 'attributes.', '') || ' now'
        when {{ drift }}.change = 'retyped' then {{ column }} || ' is of another type: ' || {{ drift }}.detail
        when {{ drift }}.change = 'new_value' then {{ column }} || ' says ' || {{ drift }}.detail || ', which it never said before'
        else 'lines cannot be read: ' || coalesce({{ drift }}.detail, 'see the quarantine')
    end
{%- endmacro %}

{#
  What a rule found, or unknown where what it reads had gone from the log at some time in [at, due]. Like outages, the
  spans stand in the condition as they were loaded: they are few, and a join would carry every obligation through it.
#}
{% macro unless_blind(finding, rule_no, obligation_at, due_at) -%}
    {%- set blind = blind_spans_by_rule() -%}
    {%- if not blind -%} {{ finding }}
    {%- else -%}
    case
        {%- for rule, spans in blind.items() %}{% for first_date, after_date in spans %}
        when {{ rule_no }} = {{ rule }} and coalesce({{ due_at }}, {{ obligation_at }}) >= timestamp '{{ first_date }}' and {{ obligation_at }} < timestamp '{{ after_date }}' then 'unknown'
        {%- endfor %}{% endfor %}
        else {{ finding }}
    end
    {%- endif -%}
{%- endmacro %}

{# The blind spans of each rule as pairs [first, after) of days, by rule_no. Unit tests override it. #}
{% macro blind_spans_by_rule() %}
    {%- set readers, rules = ref('stg_drift_readers'), ref('stg_rule_book') -%}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set spans = {} -%}
    {%- set query -%}
    select rules.rule_no, cast(reader.first_date as varchar), cast({{ add_days("coalesce(reader.last_date, date '9999-12-30')", 1) }} as varchar)
    from {{ readers }} as reader
    inner join {{ rules }} as rules on rules.rule_id = reader.rule_id and rules.version = reader.version and rules.tool_id = reader.tool_id
    where reader.is_blinding
    order by 1, 2, 3
    {%- endset -%}
    {%- for rule_no, first_date, after_date in run_query(query) -%}
        {%- do spans.setdefault(rule_no | int, []).append([first_date, after_date]) -%}
    {%- endfor -%}
    {{ return(spans) }}
{% endmacro %}
