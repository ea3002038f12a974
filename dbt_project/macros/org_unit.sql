{# The organisational unit that figures are split by: the roster column, or attribute, that the company chose. #}
{% macro org_unit_of(span) %}
    {%- set name = org_unit_name() -%}
    {%- if name in ['department', 'team', 'location', 'role'] -%} {{ span }}.{{ name }}
    {%- else -%} {{ json_text(span ~ '.attributes', name) }}
    {%- endif -%}
{% endmacro %}

{% macro org_unit_name() %}
    {%- set calendar = ref('stg_calendar') -%}
    {%- if not execute -%}{{ return('department') }}{%- endif -%}
    {%- set found = asked_once('select org_unit from ' ~ calendar) -%}
    {{ return(found.columns[0].values()[0] if found | length else 'department') }}
{% endmacro %}
